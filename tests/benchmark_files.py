"""Invented tasks in the forms of MBPP and EvalPlus; nothing in them is of those benchmarks."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

Row = dict[str, object]


def mbpp(number: int = 1, **changed: object) -> Row:
    """A task of the whole MBPP: the parcels that fit into a van."""
    return {
        "text": "Count the parcels that fit into a van, the lightest first.",
        "code": "def fitting(weights, most):\r\n    found = 0\r\n    for weight in sorted(weights):\r\n"
        "        most -= weight\r\n        if most < 0:\r\n            break\r\n        found += 1\r\n    return found",
        "task_id": number,
        "test_setup_code": "",
        "test_list": [
            "assert fitting([3, 1, 2], 3) == 2",
            "assert fitting([5], 4)==0",
            "assert fitting([], 4) == 0",
        ],
        "challenge_test_list": ["assert fitting([4, 4, 4], 8) == 2"],
    } | changed


def sanitized(number: int = 2, **changed: object) -> Row:
    """A task of the sanitized MBPP: the colours that two flags share."""
    return {
        "source_file": "invented",
        "task_id": number,
        "prompt": "Name the colours that two flags share.",
        "code": "def shared(one, other):\n    return tuple(set(one) & set(other))",
        "test_imports": ["import math"],
        "test_list": [
            "assert set(shared(('red', 'blue'), ('blue', 'green'))) == set(('blue',))",
            "assert set(shared(('red',) * math.floor(2.5), ('red',))) == {'red'}",
        ],
    } | changed


def human_eval_plus(number: int = 0, **changed: object) -> Row:
    """A task of HumanEval+: the mean of what is above a limit."""
    return {
        "task_id": f"HumanEval/{number}",
        "prompt": "from typing import List\n\n\ndef mean_above(values: List[float], limit: float) -> float:\n"
        '    """Give the mean of the values above the limit, 0.0 if there is none."""\n',
        "entry_point": "mean_above",
        "canonical_solution": "    above = [value for value in values if value > limit]\n"
        "    return sum(above) / len(above) if above else 0.0\n",
        "contract": "    assert values is not None\n",
        "base_input": [[[1.0, 2.0, 4.0], 1.5], [[], 0]],
        "plus_input": [[[0.1, 0.2, 0.3], 0.0], [[1], 1]],
        "atol": 0,
    } | changed


def mbpp_plus(number: int = 3, **changed: object) -> Row:
    """A task of MBPP+: the crates that stand in both of two halls, whose pairs only a tuple's `+` joins."""
    return {
        "task_id": f"Mbpp/{number}",
        "prompt": '"""\nName the crates that stand in both halls.\n'
        'assert set(both(((1, 2), (3, 4)), ((3, 4),))) == {(3, 4)}\n"""\n',
        "entry_point": "both",
        "canonical_solution": "\ndef both(one, other):\n    return tuple(each for each in one if each in set(other))\n",
        "base_input": [[[[1, 2], [3, 4]], [[3, 4]]], [[], []]],
        "plus_input": [[[[1, 2], [5, 6], [7, 8]], [[7, 8], [1, 2]]], [[[9, 9]], [[9, 8]]]],
        "atol": 0,
        "assertion": "\nassert set(both(((1, 2), (3, 4)), ((3, 4),))) == {(3, 4)}\nassert set(both((), ())) == set()\n",
    } | changed


def lines(file: Path, rows: Iterable[Row]) -> Path:
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return file


def array(file: Path, rows: Iterable[Row]) -> Path:
    file.write_text(json.dumps(list(rows), indent=2))
    return file
