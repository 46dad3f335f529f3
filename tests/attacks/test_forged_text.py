"""Forgeries for the grader of printed text: neither the values of the others, printed, nor tricks of its own pass."""

from __future__ import annotations

import pytest

from tests.attacks.forged_records import BYTES, PATCHES, SEARCHES
from tests.attacks.forgeries import ENDS, EQUALS
from yzindex.grading.code import Stdio, StdioCase
from yzindex.grading.code_grading import grade_code
from yzindex.grading.grade import Verdict

STDIO = Stdio(
    cases=(
        StdioCase(stdin="1\n", expected_stdout="4715\n4716\n"),
        StdioCase(stdin="2\n", expected_stdout="4717 ok\n"),
    )
)
#: Those of the other grader that could make a script's text come out right; each prints what it returns.
PRINTED = {
    name: f"{source}\nprint(answer(input()))"
    for name, source in (ENDS | EQUALS | BYTES | PATCHES | SEARCHES).items()
    if name
    in {
        "atexit",
        "a true program in its place",
        "a str that prints as a number",
        "a frame with a guessed ticket",
        "a runner of its own",
        "patched repr and type",
        "patched runner",
        "sys.stdout replaced",
        "callers' frames",
        "the runner's input",
    }
}
#: Scripts of its own. What is right is written out in some: it must be all there is.
SCRIPTS = {
    "nothing": "pass",
    "blank lines": "print('\\n \\n\\t\\n')",
    "all numbers": "for n in range(4000, 5000): print(n)",
    "the right lines among others": "print('4715\\n4716\\n4717 ok')",
    "wrong, then overwritten on a terminal": "print('9999\\r4715\\n4716')",
    "right before a NUL": "print('4715\\n4716\\x00 and more')",
    "in digits of another script": "print('４７１５\\n４７１６')",
    "behind a byte order mark": "print('\\ufeff4715\\n4716')",
    "on the other stream": "import sys\nprint('4715\\n4716', file=sys.stderr)",
    "right and then a crash": "print('4715\\n4716', flush=True)\n1 / 0",
    "right and then a flood": "print('4715\\n4716', flush=True)\nwhile True: print(' ' * 4096)",
    "right from a daemon too late": (
        "import os, time\nif not os.fork():\n    os.setsid()\n    time.sleep(0.3)\n    print('4715\\n4716', flush=True)"
    ),
    "right and then out of memory": "print('4715\\n4716', flush=True)\nkept = bytearray(1 << 40)",
}


@pytest.mark.parametrize("source", (PRINTED | SCRIPTS).values(), ids=(PRINTED | SCRIPTS).keys())
def test_no_forged_text_is_accepted(runner, source):
    grade = grade_code(STDIO, f"```python\n{source}\n```\n", runner, strict=False)

    assert len(runner.ran) == 1
    assert [case for case in grade.cases if case.passed] == []
    assert len(grade.cases) == len(STDIO.cases)
    assert grade.score == 0


def test_an_honest_script_for_the_same_cases_is_right(runner):
    source = "print({'1': '4715\\n4716', '2': '4717 ok'}[input()])"

    grade = grade_code(STDIO, f"```python\n{source}\n```\n", runner, strict=True)

    assert grade.verdict is Verdict.PASSED
    assert grade.score == 100
