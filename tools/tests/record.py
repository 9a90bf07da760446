# SPDX-License-Identifier: GPL-2.0-only
#
# record.py A B: what sbuddyctl record has written of the device that is none, A with
# three samples and addresses, B with a command that makes a mark.

import json
import re
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def pages(text):
    """The words of a map, page by page."""
    words = []
    for run in text.split():
        word, count, times = re.fullmatch(r"([0-9a-f]+)(?:\*(\d+))?(?:x(\d+))?", run).groups()
        word = int(word, 16)
        block = [word] + [word & ~0x100 | (0x200 if word & 0x100 else 0)] * (int(count or 1) - 1)
        words += block * int(times or 1)
    return words


def check_header(head):
    assert head["sbuddy_record"] == 1 and head["instance"] == 'a "b" \\c<&'
    assert head["pages"] == 1000 and head["page_bytes"] == 4096
    assert head["zones"] == [{"node": 0, "zone": "Normal", "page": 0, "spanned": 1000,
                              "present": 999, "managed": 900}]


def check_sample(sample):
    assert pages(sample["map"]) == list(range(8)) + [4] * 992
    assert [zone["zone"] for zone in sample["zones"]] == ["Normal", "HighMem"]
    assert sample["zones"][0]["blocks"][:10] == [105] + [0] * 8 + [1]
    assert sample["counters"] == {"nr_free_pages": 7, "pgalloc_normal": 12,
                                  "sbuddy_alloc_fail": 3, "x_pages": 1}
    assert sample["cpus"] == [{"node": 0, "zone": "Normal", "cpu": 0, "count": 5, "high": 64,
                               "batch": 16}]
    assert sample["extfrag"] == [{"node": 0, "zone": "Normal", "index": [-1000, 250, 997]}]
    assert [client["comm"] for client in sample["clients"]] == ["</script><b> x", "\ufffd\\"]
    assert sample["clients"][1] == {"id": 4, "pid": 78, "buffers": 1, "bytes": 4096, "peak": 4096, "pins": 0,
                                    "age": 12, "uid": 1000, "limit": 4096, "claimed": 0, "comm": "\ufffd\\"}
    assert [(group["id"], group["name"], group["buffers"]) for group in sample["buffers"]] == \
        [(3, "</script><img src=x onerror=a>", 1), (3, "camera 1", 2), (4, "", 1)]
    assert sample["owners"] == {"names": ["a), ts (<b> [77]"], "runs": "4.0.0"}


def main():
    head, *samples, end = lines(sys.argv[1])
    check_header(head)
    assert head["base_pfn"] == 0x98000
    assert len(samples) == 3 and end["end"]["samples"] == 3 and end["end"]["why"] == "samples"
    check_sample(samples[0])
    # What is as it was is not told again.
    for sample in samples[1:]:
        assert "map" not in sample and "owners" not in sample and sample["counters"] == {}
    assert [sample["us"] for sample in samples] == sorted(sample["us"] for sample in samples)

    head, *rest, end = lines(sys.argv[2])
    assert "base_pfn" not in head and "98000" not in json.dumps(head) and head["stages"] == []
    assert end["end"]["why"] == "command ended" and head["command"][0] == "sh"
    assert [line["load"] for line in rest if "load" in line] == [{"mark": "x"}]
    # The last one is of the time when the command had ended.
    assert sum("zones" in line for line in rest) == end["end"]["samples"] >= 2


main()
