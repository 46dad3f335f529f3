"""A program with several cases is compiled once for all of them, and none of them can tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox import Call, Case, Limit, Limits, Outcome, Program, decode_value
from sandbox.runner import MODULES
from sandbox.runner.compiling import FEWEST_CASES

LIMITS = Limits(cpu_s=2, wall_s=6, total_wall_s=60, memory_mib=96, output_kib=256)


def finally_within_finally(depth):
    """A source whose code doubles with each, for the compiler writes what follows `finally` twice."""
    lines = [f"{' ' * n}try: a = {n}\n{' ' * n}finally:\n" for n in range(depth)]
    return "".join(lines) + " " * depth + "print(a)\n"


SHOW_CODE = r"""
import sys
def show(code):
    for name in sorted(dir(code)):
        if name.startswith("co_") and name not in ("co_consts", "co_lnotab"):
            value = getattr(code, name)
            print(name, list(value()) if name in ("co_lines", "co_positions") else value)
    for each in code.co_consts:
        if type(each) is type(code): show(each)
        else: print(type(each), ascii(each))
class C:
    "Documented."
    def f(self, a, /, b: int = 1, *c, d=(1, 2.5, 3j, "text"), **e):
        "Documented \u00e9 \ud800."
        try: return [x for x in c if a in (b, -0.0, 1e999, ..., b"", b"bytes", "\xff", 2**100)]
        except* ValueError: yield lambda: (d, e)
    async def g(self): return self.__class__, f"{self!r:>{3}}"
show(sys._getframe().f_code)
"""
SAME = {
    "its code": SHOW_CODE,
    "a set in a loop": "for each in {8, 0, 16, 'a', 'b'}: print(each)",
    "a set within a function": "def f():\n    return [x for x in {8, 0}], 1 in {1, 2}\nprint(f())",
    "a single byte": "x = b'a'\nprint(x is b'abc'[:1], (b'a',)[0] is x)",
    "one constant in two functions": (
        "import sys\n"
        "def f(): return (1, 'a b', 2.5), 'x y', 10**30\n"
        "def g(): return (1, 'a b', 2.5), 'x y', 10**30\n"
        "x = 'name'\nprint([a is b for a, b in zip(f(), g())], x is sys.intern('na' + x[2:]))"
    ),
    "a traceback": "def f(x):\n    return (x +\n        1 / 0)\n\nclass A:\n    a = [f(n) for n in [1]]\n",
    "a warning": "print(1 is 1)\nprint('after')",
    "an escape that warns": "print('\\d')",
    "a warning and an error": "print(1 is 1)\nx = = 2",
    "an error of syntax": "def f():\n    print(1\n",
    "an error of indentation": "if 1:\nprint(1)",
    "an error of the compiler": "def f():\n    return\nreturn 1",
    "a lone surrogate": "print('\ud800')",
    "a mark of byte order": "\ufeffprint(1)",
    "a null": "print(1)\0",
    "a declared encoding": "# -*- coding: latin-1 -*-\nprint('é', ascii('é'))",
    "an unknown encoding": "# -*- coding: no-such -*-\nprint('é')",
    "a name that is not ASCII": "import sys\nﬁ = 1\nprint(fi, 'unicodedata' in sys.modules)",
    "line ends": "print(1)\r\nprint('''a\r\nb''')\rprint(2)\x0c\n",
    "annotations": "def f(x: 1 + 1): pass\nprint(f.__annotations__)",
    "annotations as text": (
        "from __future__ import annotations\ndef f(x: 1 + 1): pass\nprint(f.__annotations__)\n"
        "exec('def g(x: 1 + 1): pass'); print(g.__annotations__)"
    ),
    "a future that is none": "from __future__ import braces",
    "an assertion": "assert __debug__\nassert 0, 'no'",
    "nothing": "",
    "brackets without end": "(" * 100_000,
    "brackets": "(" * 150 + "1" + ")" * 150,
    "operators": "x = 1\nprint(" + "-" * 5000 + "x)",
    "code beyond the limit of output": finally_within_finally(14),
    "code beyond the limit of memory": finally_within_finally(18),
}


def run(sandbox, source, number):
    return sandbox.run(Program(source=source, cases=(Case(),) * number, limits=LIMITS)).cases


def patch_runner(monkeypatch, name, old, new):
    """Have a runner sent in which a line of a module is another."""
    sources = dict(MODULES)
    assert sources[name].count(old) == 1
    sources[name] = sources[name].replace(old, new)
    monkeypatch.setattr("sandbox.conversation.MODULES", tuple(sources.items()))


@pytest.fixture
def only_once(monkeypatch):
    """Have all cases fail that compile for themselves."""
    patch_runner(monkeypatch, "sandbox.runner.candidate", "code or compile(", "code or no_compile(")


@pytest.mark.parametrize("source", SAME.values(), ids=SAME.keys())
def test_each_of_many_cases_does_the_same_as_one_alone(sandbox, source):
    (alone,) = run(sandbox, source, 1)

    together = run(sandbox, source, FEWEST_CASES)

    assert [replace(case, cpu_s=alone.cpu_s, wall_s=alone.wall_s) for case in together] == [alone] * FEWEST_CASES


@pytest.mark.parametrize("source", [SHOW_CODE, SAME["a traceback"], "", "# ü\nprint('ü', {1: 2}, [3][:1], b'ab')\n"])
def test_cases_do_not_compile_what_is_compiled(sandbox, only_once, source):
    seen = run(sandbox, source, FEWEST_CASES)

    assert not any(b"no_compile" in case.stderr for case in seen)


@pytest.mark.parametrize("name", ["a set in a loop", "a set within a function", "a single byte", "a warning"])
def test_what_could_be_told_apart_is_compiled_by_every_case(sandbox, only_once, name):
    seen = run(sandbox, SAME[name], FEWEST_CASES)

    assert all(b"no_compile" in case.stderr for case in seen)


def test_few_cases_compile_for_themselves(sandbox, only_once):
    seen = run(sandbox, "pass", FEWEST_CASES - 1)

    assert all(b"no_compile" in case.stderr for case in seen)


def test_calls_share_code_and_nothing_else(sandbox, only_once):
    source = "seen = []\ndef f(x):\n    seen.append(x)\n    return seen, f.__code__.co_filename, __name__"
    cases = tuple(Case(call=Call(entry_point="f", args=f"({n},)")) for n in range(4))

    record = sandbox.run(Program(source=source, cases=cases, limits=LIMITS))

    assert [decode_value(case.value or b"") for case in record.cases] == [
        ([n], "program.py", "solution") for n in range(4)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "bytearray(b'x') * (400 << 20)",
        "while True: pass",
        "import time; time.sleep(1e6)",
        "os.kill(os.getpid(), 9)",
        "os.fork() and os._exit(0); import time; time.sleep(1e6)",
        "write_all(report_fd, REPORT_VALUE + b'no code'); os._exit(1)",
        "write_all(report_fd, b'x' * 300_000)",
        "os.write(fds[2], b'said'); write_all(report_fd, REPORT_VALUE); os._exit(0)",
        "0 / 0",
    ],
)
def test_a_compiler_that_comes_to_no_good_end_costs_no_case_anything(sandbox, monkeypatch, line):
    source = (
        "import os, time\n"
        "print(sorted(name for name in os.listdir('/proc') if name.isdigit()) == sorted(['1', str(os.getpid())]))\n"
    )
    first = "    stand_alone(fds, report_fd, limits)\n"
    patch_runner(monkeypatch, "sandbox.runner.compiling", first, f"    {line}\n{first}")

    seen = run(sandbox, source, FEWEST_CASES)

    assert [(case.outcome, case.stdout) for case in seen] == [(Outcome.COMPLETED, b"True\n")] * FEWEST_CASES
    assert max(case.cpu_s for case in seen) < 0.5


def test_what_takes_the_compiler_too_long_hits_the_limit_of_every_case(sandbox):
    limits = replace(LIMITS, cpu_s=0.2, memory_mib=1024)
    program = Program(source=finally_within_finally(18), cases=(Case(),) * FEWEST_CASES, limits=limits)

    seen = sandbox.run(program).cases

    assert [(case.outcome, case.limit) for case in seen] == [(Outcome.TIME_LIMIT, Limit.CPU)] * FEWEST_CASES
