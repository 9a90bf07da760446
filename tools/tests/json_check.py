# SPDX-License-Identifier: GPL-2.0-only
#
# json_check.py PROGRAM FILE: sbuddyctl takes a line of a record when it is JSON, and
# refuses it when it is not. The judge is Python's reader, less what it takes beyond RFC 8259.

import json
import random
import subprocess
import sys

HEAD = '{"sbuddy_record": 1}\n'
SEEDS = ['{"a": [1, -2.5e+3, true, null, "x\\u00e9\\n"], "b": {"c": ""}}', '{"é": "\U0001f600"}',
         "{}", '{"a": 0, "b": [], "c": [[[]]]}']
FIXED = ['{"a": 01}', '{"a": +1}', '{"a": 1.}', '{"a": .5}', '{"a": NaN}', '{"a": 1,}', "[1]", "1", '{"a"}',
         "{'a': 1}", '{"a": "\\x"}', '{"a": "\\u12g4"}', '{"a": "\t"}', '{"a": -}', '{"a": 1e}', "{", '{"a": tru}',
         '{"a": "', '{"a": 1} x', '{"a" 1}', '{"a": [1 2]}', '{"a": "\\', '{"a": ' + "[" * 100 + "]" * 100 + "}"]


def is_json(text):
    def refuse(constant):
        raise ValueError(constant)
    try:
        return isinstance(json.loads(text, parse_constant=refuse), dict) and "[" * 40 not in text
    except ValueError:
        return False


def takes(program, path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEAD + text + "\n")
    status = subprocess.run([program, "report", path, "-o", "/dev/null"], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, check=False).returncode
    assert status in (0, 1), (status, text)
    return status == 0


def mutants(count):
    chance = random.Random(1)
    for _ in range(count):
        text = chance.choice(SEEDS)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice(["", *'{}[],:"\\0e-.n u']) + text[at + chance.randint(0, 2):]
        yield text


def main():
    taken = 0
    for text in [*SEEDS, *FIXED, *mutants(400)]:
        expected = is_json(text)
        taken += expected
        assert takes(*sys.argv[1:], text) == expected, text
    assert taken > 20


main()
