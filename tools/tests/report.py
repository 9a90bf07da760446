# SPDX-License-Identifier: GPL-2.0-only
#
# report.py PAGE [BAD...]: clicks through what sbuddyctl report has written of
# tools/tests/sample.record, whose names are hostile; light and dark, wide and narrow. Of a
# BAD page it is said on the page that it cannot be drawn.
# report.py --any PAGE: any page, from the first sample to the last, by all colours.

import sys

from browser import Browser


def place_of(browser, selector, x, y):
    """A point of an element, x and y of its width and height, scrolled into view."""
    return browser.value(
        f"(() => {{ const e = document.querySelector('{selector}'); e.scrollIntoView({{block: 'center'}});"
        f" const b = e.getBoundingClientRect(); return [b.x + b.width * {x}, b.y + b.height * {y}]; }})()")


def hover(browser, selector, x, y):
    browser.mouse("mouseMoved", *place_of(browser, selector, x, y))
    return browser.value("document.getElementById('tip').hidden ? '' : document.getElementById('tip').textContent")


def slide(browser, index):
    browser.value("document.getElementById('time').focus(); 0")
    for key in ["Home"] + ["ArrowRight"] * index:
        for kind in ("keyDown", "keyUp"):
            browser.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                         windowsVirtualKeyCode={"Home": 36, "ArrowRight": 39}[key])
    return browser.value("document.getElementById('clock').textContent")


def text_of(browser, name):
    return browser.value(f"document.getElementById('{name}').textContent")


def check_map(browser):
    """The picture follows the time, and the pointer tells which page it is on."""
    first = browser.value("document.getElementById('map').toDataURL()")
    assert "1 of 3" in slide(browser, 0)
    assert "free, order 3" in hover(browser, "#map", .001, .01), hover(browser, "#map", .001, .01)
    assert "2 of 3" in slide(browser, 1)
    assert browser.value("document.getElementById('map').toDataURL()") != first
    told = hover(browser, "#map", .001, .01)
    for words in ("page 0\npfn 0x98000, at 0x98000000", "in use, order 3", "type Movable",
                  "node 0, zone Normal", "owner </script><b>x [77]"):
        assert words in told, (words, told)


def check_choices(browser):
    seen = {browser.value("document.getElementById('map').toDataURL()")}
    for by in ("type", "order", "owner"):
        browser.click(*place_of(browser, f"[data-by={by}]", .5, .5))
        assert browser.value(f"document.querySelector('[data-by={by}]').ariaPressed") == "true"
        seen.add(browser.value("document.getElementById('map').toDataURL()"))
    assert len(seen) == 4
    assert "</script><b>x [77]" in text_of(browser, "legend")


def check_charts(browser):
    assert "order 3: " in hover(browser, "#orders", .5, .5)
    assert "of the free memory is in smaller blocks" in hover(browser, "#fragmentation", .5, .5)
    assert "order 3\n0.0 % of" in hover(browser, "#fragmentation", .5, .1)
    assert "node 0: fragmentation index 0.900" in hover(browser, "#fragmentation", .5, .1)
    assert "</script><b>x [77]: 32 KiB" in hover(browser, "#clients", .53, .5)
    assert "zone Normal of node 0" in hover(browser, "#layout rect:last-of-type", .5, .5)
    assert "up to" in hover(browser, "#latency rect", .5, .9)
    assert "3 of 3" in (browser.click(*place_of(browser, "#orders", .98, .5)) or text_of(browser, "clock"))
    assert "camera <img src=x>" in slide(browser, 1) + text_of(browser, "clients-table")
    assert "pgalloc_normal" in text_of(browser, "counters")


def check_hostile(browser):
    """Names are texts: there is no element that the page does not make itself."""
    assert browser.value("document.title").startswith("a \"b\" </title><script>")
    assert browser.value("document.querySelectorAll('img, b > script, iframe, a').length") == 0
    assert browser.value("document.scripts.length") == 2
    assert browser.value("typeof hacked") == "undefined"


def check_play(browser):
    slide(browser, 0)
    browser.click(*place_of(browser, "#play", .5, .5))
    for _ in range(100):
        if "3 of 3" in text_of(browser, "clock"):
            return
        browser.value("new Promise(done => setTimeout(done, 50)).then(() => 0)")
    raise AssertionError("it does not play")


def main():
    for dark, width in ((False, 1280), (True, 500)):
        browser = Browser(width=width, dark=dark)
        try:
            browser.open(sys.argv[1])
            assert browser.value("document.documentElement.dataset.theme") == ("dark" if dark else "light")
            assert browser.value("document.documentElement.scrollWidth") <= width
            for check in (check_map, check_choices, check_charts, check_hostile, check_play):
                check(browser)
            browser.click(*place_of(browser, "#theme", .5, .5))
            assert browser.value("document.documentElement.dataset.theme") == ("light" if dark else "dark")
            assert not browser.complaints(), browser.complaints()
        finally:
            browser.close()


def refuse(path):
    browser = Browser()
    try:
        browser.open(path)
        assert "This record cannot be drawn: " in text_of(browser, "trouble")
        assert not browser.complaints(), browser.complaints()
    finally:
        browser.close()


def look_at(path):
    browser = Browser()
    try:
        browser.open(path)
        samples = browser.value("Number(document.getElementById('time').max) + 1")
        assert samples >= 3, samples
        for index in range(samples):
            assert f"{index + 1} of {samples}" in slide(browser, index)
            assert "page " in hover(browser, "#map", .5, .5)
        for by in ("type", "order", "owner", "state"):
            browser.click(*place_of(browser, f"[data-by={by}]", .5, .5))
        assert not browser.complaints(), browser.complaints()
    finally:
        browser.close()


if sys.argv[1] == "--any":
    look_at(sys.argv[2])
else:
    main()
    for bad in sys.argv[2:]:
        refuse(bad)
