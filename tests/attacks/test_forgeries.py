"""No grader accepts a forgery, and an honest answer to the same questions is right. What is right never gets inside."""

from __future__ import annotations

import pytest

from sandbox import Outcome, decode_value
from tests.attacks.forged_records import BYTES, PATCHES, SEARCHES
from tests.attacks.forgeries import ENDS, EQUALS
from yzindex.grading.asserted import Equality, View
from yzindex.grading.code import CallCase, Calls
from yzindex.grading.code_grading import grade_code
from yzindex.grading.grade import Verdict

RIGHT = 42
FORGERIES = EQUALS | BYTES | PATCHES | SEARCHES

#: By argument: what is right, with the options of comparison.
ASKED = {
    "exact": CallCase(args="('exact',)", expected="4715"),
    "python": CallCase(args="('python',)", expected="{4716: [True, 4716.0]}", equality=Equality.PYTHON),
    "tolerance": CallCase(args="('tolerance',)", expected="4717.25", tolerance=0.5),
    "sorted": CallCase(args="('sorted',)", expected="[4718, 4719]", view=View.SORTED),
    "set": CallCase(args="('set',)", expected="{4720, 4721}", view=View.SET),
    "list": CallCase(args="('list',)", expected="[4722]", view=View.LIST, equality=Equality.PYTHON),
    "bool": CallCase(args="('bool',)", expected="False", view=View.BOOL),
}
CALLS = (
    Calls(entry_point="answer", cases=tuple(ASKED.values())),
    # The same calls, and so the same job, compared by the question's options.
    Calls(
        entry_point="answer",
        cases=tuple(CallCase(args=case.args, expected="[4723.5, ('a', 4724)]") for case in ASKED.values()),
        tolerance=1e-6,
        unordered=True,
    ),
)
HONEST = (
    "def answer(x):\n"
    "    return {'exact': 4715, 'python': {4716.0: [1, 4716]}, 'tolerance': 4717, 'sorted': (4719, 4718),\n"
    "            'set': [4721, 4720, 4721], 'list': {4722: 0}, 'bool': ''}[x]"
)


def reply(source):
    """A model's reply with this code."""
    return f"```python\n{source}\n```\n"


def grades_of(runner, source):
    """Grade one reply by every option there is; runs it once, and asserts that it was run."""
    grades = [grade_code(spec, reply(source), runner, strict=False) for spec in CALLS]
    assert len(runner.ran) == 1
    assert [len(grade.cases) for grade in grades] == [len(ASKED)] * 2
    return grades


@pytest.mark.parametrize("source", FORGERIES.values(), ids=FORGERIES.keys())
def test_no_forged_value_is_accepted(runner, source):
    grades = grades_of(runner, source)

    assert [case for grade in grades for case in grade.cases if case.passed] == []
    assert all(grade.score == 0 for grade in grades)


@pytest.mark.parametrize("source", ENDS.values(), ids=ENDS.keys())
def test_an_end_without_a_value_is_never_an_answer(runner, source):
    grades = grades_of(runner, source)

    verdicts = {case.verdict for grade in grades for case in grade.cases}
    assert verdicts in ({Verdict.RUNTIME_ERROR}, {Verdict.MEMORY_LIMIT})
    assert all(grade.score == 0 for grade in grades)


def test_an_honest_answer_to_the_same_calls_is_right(runner):
    grade = grade_code(CALLS[0], reply(HONEST), runner, strict=True)

    assert grade.verdict is Verdict.PASSED
    assert grade.score == 100


def test_an_honest_answer_comes_out(forgery):
    seen = forgery("def answer(x):\n    print('thinking')\n    return 6 * x")

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"thinking\n")
    assert seen.value is not None
    assert decode_value(seen.value) == RIGHT


def test_a_second_value_from_a_fork_does_not_replace_the_first(forgery):
    seen = forgery("import os\ndef answer(x):\n    if not os.fork(): return 42\n    os.wait()\n    return 1")

    assert seen.value is not None
    assert decode_value(seen.value) == 1


def test_main_guards_do_not_run_in_a_call(forgery):
    seen = forgery("def answer(x): return x\nif __name__ == '__main__': raise ValueError")

    assert seen.outcome is Outcome.COMPLETED


_BOMB_AT_EXIT = (
    "import atexit, os, time\n"
    "def bomb():\n"
    "    for _ in range(4):\n"
    "        if not os.fork():\n            b = bytearray(b'x') * (60 << 20)\n            time.sleep(1)\n"
    "            os._exit(0)\n"
    "    for _ in range(4): os.wait()\n"
    "atexit.register(bomb)"
)
#: The right value itself, and then an end by which nothing counts.
SPOILT = {
    "a crash at exit": ("import atexit, os\natexit.register(os._exit, 3)", Outcome.RUNTIME_ERROR),
    "killed by itself": ("import atexit, os\natexit.register(os.kill, os.getpid(), 9)", Outcome.RUNTIME_ERROR),
    "memory at exit, by a child": (
        _BOMB_AT_EXIT,
        Outcome.MEMORY_LIMIT,
    ),
    "a flood at exit": ("import atexit\natexit.register(print, 'x' * 1_000_000)", Outcome.OUTPUT_LIMIT),
    "a loop at exit": ("import atexit\natexit.register(sum, range(10 ** 12))", Outcome.TIME_LIMIT),
}


@pytest.mark.parametrize(("end", "outcome"), SPOILT.values(), ids=SPOILT.keys())
def test_the_right_value_does_not_excuse_what_comes_after_it(forgery, end, outcome):
    seen = forgery(f"{end}\ndef answer(x): return 6 * x")

    assert seen.outcome is outcome
