"""Small programs whose cost explodes inside the interpreter, where no signal handler of Python's runs."""

from __future__ import annotations

import pytest

from sandbox import Limit, Outcome

BLOWUPS = {
    "a regular expression that never ends": "import re\nre.match('(a+)+$', 'a' * 60 + 'b')",
    "the digits of a huge number": "import sys\nsys.set_int_max_str_digits(0)\nstr(1 << 30_000_000)",
    "a dict whose keys share one hash": "d = {n * (2 ** 61 - 1): 0 for n in range(1_000_000)}",
    "a set of strings that compare slowly": (
        "class S(str):\n    __hash__ = lambda s: 1\n    __eq__ = lambda s, o: str.__eq__(s, o)\n"
        "s = {S('x' * 500 + str(n)) for n in range(100_000)}"
    ),
}


@pytest.mark.parametrize("source", BLOWUPS.values(), ids=BLOWUPS.keys())
def test_what_explodes_inside_the_interpreter_hits_the_cpu_limit(attack, source):
    seen = attack(source)

    assert (seen.outcome, seen.limit) == (Outcome.TIME_LIMIT, Limit.CPU)


@pytest.mark.parametrize(
    "source",
    [
        "import functools\nf = int\nfor _ in range(10 ** 5): f = functools.partial(f)\nf = 0",
        "a = []\nfor _ in range(10 ** 5): a = [a]\nrepr(a)",
        "import sys\nsys.setrecursionlimit(10 ** 9)\na = []\nfor _ in range(10 ** 5): a = [a]\nrepr(a)",
        "import sys\nsys.setrecursionlimit(10 ** 9)\nclass A:\n    __getattr__ = lambda s, n: getattr(s, n)\nA().x",
        "eval('-' * 1_000_000 + '1')",
        "import ast\nast.literal_eval('[' * 50_000)",
        "exec('x = ' + '+'.join(['1'] * 200_000))",
        "import json\njson.loads('[' * 1_000_000)",
        "import pickle\npickle.loads(b'(' * 10 + b'cos\\n_exit\\n(I3\\ntR.')",
    ],
    ids=["partials", "repr", "repr, unlimited", "getattr, unlimited", "minus", "brackets", "sum", "json", "pickle"],
)
def test_recursion_in_c_ends_as_an_error_of_the_program(attack, source):
    seen = attack(source)

    if seen.outcome is Outcome.COMPLETED:  # this version of Python gets to the bottom of it
        assert (seen.exit_status, seen.stderr) == (0, b"")
    else:
        assert seen.outcome in (Outcome.RUNTIME_ERROR, Outcome.MEMORY_LIMIT)
        assert seen.exit_status in (1, 3, -11)


def test_a_recursion_limit_lifted_ends_with_the_stack_or_the_memory(attack):
    seen = attack("import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(): f()\nf()")

    assert seen.outcome in (Outcome.RUNTIME_ERROR, Outcome.MEMORY_LIMIT, Outcome.TIME_LIMIT)
    if seen.outcome is Outcome.RUNTIME_ERROR:
        assert seen.exit_status == -11
