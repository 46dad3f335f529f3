"""Whatever a program does within its limits, it does the same in a sandbox as in a plain process."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from sandbox import BubblewrapSandbox, Case, Limits, Outcome, Program, Sandbox
from sandbox.runner.compiling import FEWEST_CASES
from tests import sandboxes

pytestmark = pytest.mark.timeout(900)

NAMES = st.sampled_from("abc")
LITERALS = st.one_of(
    st.integers(-(10**20), 10**20).map(repr),
    st.floats(allow_nan=False).map(repr),
    st.text(max_size=5).map(ascii),
    st.binary(max_size=5).map(repr),
    st.sampled_from(["None", "True", "[]", "{}", "()", "float('nan')", "'\\ud800'", "set()", "object"]),
)
OPERATORS = st.sampled_from(["+", "-", "*", "//", "%", "==", "<", "and", "or", "in", "is not", "|", "**2+0*"])
#: What is applied to one value.
FUNCTIONS = st.sampled_from(
    [
        "len",
        "str",
        "repr",
        "sorted",
        "list",
        "sum",
        "int",
        "float",
        "bool",
        "abs",
        "tuple",
        "type",
        "iter",
        "next",
    ]
)
#: What ends a program before its end, or tries to, or has a part in how the interpreter closes down.
ENDS = (
    "raise ValueError('x')",
    "raise SystemExit",
    "raise SystemExit('said')",
    "import sys; sys.exit(3)",
    "import sys; sys.exit(True)",
    "import os; os._exit(4)",
    "import os; os.abort()",
    "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "import atexit; atexit.register(print, 'bye')",
    "import threading; t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()",
    "import threading; threading.Thread(target=lambda: None).start()",
    "import sys; sys.settrace(lambda f, *_: print('traced') if 'runner' in f.f_code.co_filename else None)",
    "import sys; sys.setprofile(lambda frame, event, arg: None)",
    (
        "class M(type):\n    def __eq__(a, b): return True\n    def __hash__(a): return 1\n"
        "class A(metaclass=M): pass\nclass B(metaclass=M):\n    def __del__(self): print('deleted')\nkept = A(), B()"
    ),
    (
        "class M(type):\n    def __getattribute__(a, name): print(name); return type.__getattribute__(a, name)\n"
        "class A(metaclass=M): pass\nkept = A()"
    ),
    (
        "import builtins\nbuiltins.any = builtins.all = lambda x: False\nbuiltins.len = builtins.type = None\n"
        "class D:\n    def __del__(self): print('deleted')\nd = D()"
    ),
    (
        "import copy, weakref, builtins\nclass N: pass\nn = N()\n"
        "builtins.kept = weakref.proxy(n, lambda _: print('freed'))"
    ),
    "import json; o = open(1, 'w', closefd=False); o.write('not flushed'); json.JSONEncoder.default = lambda *_: o",
    "import fractions; fractions.Fraction.__del__ = lambda self: print('deleted'); kept = fractions.Fraction(1)",
    "import _xxsubinterpreters as i; i.run_string(i.create(), \"print('inner')\")",
    "kept = [[] for _ in range(10**6)]",
    "class K(int):\n    __slots__ = ()\n    def __del__(self): print('deleted')\nimport builtins; builtins.k = K(3)",
    "import sys; sys.stdout = None",
    "import sys; sys.exit(-1)",
    "import sys; sys.exit(2**40)",
    "import sys; sys.stdout.close()",
    "import sys; sys.stdout.detach()",
    "import sys; del sys.stdout",
    "import sys; sys.modules.clear()",
    "import sys, io; sys.stdout = io.StringIO()",
    "import sys, io; sys.stdout = io.TextIOWrapper(open(1, 'wb', closefd=False))",
    "import sys; sys.stdout = open(1, 'w', closefd=False); print('through another file')",
    "out = open(1, 'w', closefd=False); out.write('not flushed')",
    "import builtins; builtins.out = open(1, 'w', closefd=False); builtins.out.write('not flushed')",
    "def keep(out): return lambda: out.write('x')\nkeep(open(1, 'w', closefd=False))()",
    "import os; os.close(1); print('nowhere')",
    "import os; os.dup2(os.open('/dev/full', os.O_WRONLY), 1); print('lost')",
    "class D:\n    def __del__(self): print('deleted')\nd = D(); d.me = d",
    "class D:\n    def __del__(self): print('deleted', len)\nimport builtins; builtins.kept = D()",
    "class D:\n    def __del__(self): print('deleted')\nimport _thread; keep = D(); del _thread",
    "class D:\n    def __del__(self): 1 / 0\nd = D()",
    "class D:\n    def __del__(self): import os; os._exit(9)\nd = D()",
    "class S:\n    def write(self, text): return len(text)\n    def flush(self): 1 / 0\nimport sys; sys.stdout = S()",
    "class E(SystemExit):\n    code = 5\nraise E",
    "def g():\n    try: yield 1\n    finally: print('finally of a generator')\nkept = g(); next(kept)",
    "import atexit, sys; atexit.register(sys.exit, 6)",
    "import atexit; atexit._clear()",
    "import atexit; atexit.register(lambda: 1 / 0)",
    "import atexit, os; atexit.register(os._exit, 7)",
    "import weakref\nclass W: pass\nw = W(); weakref.finalize(w, print, 'finalized')",
    "import tempfile; t = tempfile.NamedTemporaryFile(dir='/tmp'); t.write(b'x')",
    "import os\nif os.fork() == 0: print('child')\nelse: os.wait()",
    "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    (
        "import sys, threading\ndef last():\n    threading.main_thread().join()\n    sys.stdout.write('late\\n')\n"
        "threading.Thread(target=last).start()"
    ),
    "import concurrent.futures as c; print(c.ThreadPoolExecutor().submit(int, '1').result())",
    "import logging; logging.error('said')",
    "import gc; gc.disable(); l = []; l.append(l)",
    "import gc; gc.unfreeze(); gc.collect()",
    "import re, json; print(json.dumps(re.split(',', 'a,b')))",
    "from typing import List; import heapq, collections; print(collections.Counter('aab'), List[int])",
    "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 1\nprint(P())",
    "import os; os.close(1)",
    "exit(2)",
    "quit()",
    "assert 0, 'no'",
    "del print",
    "def f(): return f()\nf()",
    "1 if",
    "def f(x: missing): pass",
    "def f(x: int): pass\nprint(f.__annotations__)",
    "import no_such_module",
    "import sys; sys.stderr.write('e' * 100)",
    "import sys; sys.stdout.buffer.write(b'\\xff\\x00')",
    "import warnings; warnings.warn('w')",
    "async def f(): return 1\nimport asyncio; print(asyncio.run(f()))",
)


def _indented(block: str) -> str:
    return "".join(f"    {line}\n" for line in block.splitlines())


EXPRESSIONS = st.recursive(
    st.one_of(LITERALS, NAMES),
    lambda inner: st.one_of(
        st.tuples(inner, OPERATORS, inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        st.tuples(FUNCTIONS, inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.lists(inner, max_size=3).map(lambda members: f"[{', '.join(members)}]"),
        st.tuples(inner, inner).map(lambda parts: f"{{{parts[0]}: {parts[1]}}}"),
        st.tuples(inner, inner).map(lambda parts: f"{parts[0]}[{parts[1]}]"),
        inner.map(lambda one: f"f'{{{one}!r:>8.8}}'" if "'" not in one and "\\" not in one else one),
        inner.map(lambda one: f"[x for x in {one}]"),
    ),
    max_leaves=6,
)
STATEMENTS = st.recursive(
    st.one_of(
        st.tuples(NAMES, EXPRESSIONS).map(lambda parts: f"{parts[0]} = {parts[1]}\n"),
        st.tuples(NAMES, EXPRESSIONS).map(lambda parts: f"{parts[0]} += {parts[1]}\n"),
        EXPRESSIONS.map(lambda one: f"print({one})\n"),
        NAMES.map(lambda name: f"{name} = input()\n"),
        st.sampled_from(ENDS).map(lambda end: f"{end}\n"),
    ),
    lambda inner: st.one_of(
        st.tuples(EXPRESSIONS, inner).map(lambda parts: f"if {parts[0]}:\n{_indented(parts[1])}"),
        st.tuples(st.integers(0, 4), inner).map(lambda parts: f"for c in range({parts[0]}):\n{_indented(parts[1])}"),
        inner.map(
            lambda block: f"try:\n{_indented(block)}except Exception as error:\n    print(type(error).__name__)\n"
        ),
        inner.map(lambda block: f"try:\n{_indented(block)}finally:\n    print('finally')\n"),
        inner.map(lambda block: f"def g(a=1, *b, **c):\n{_indented(block)}g()\n"),
        st.tuples(inner, inner).map("".join),
    ),
    max_leaves=8,
)
PROGRAMS = st.lists(STATEMENTS, min_size=1, max_size=4).map(lambda parts: "a, b, c = 1, 'b', [3]\n" + "".join(parts))
STDINS = st.sampled_from([b"", b"7\n", b"x\ny\nz\n", b"no end", b"\xff\x00\n"])

OPTIONS = ["-P", "-s", "-B", "-X", "utf8", "program.py"]
ENVIRONMENT = {"PYTHONHASHSEED": "0", "LANG": "C.UTF-8", "HOME": "/tmp", "TZ": "UTC"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plain")


def agrees(sandbox: Sandbox, python: str, folder: Path, source: str, stdin: bytes, *, times: int = 1) -> bool:
    """Run a program both ways, so many times in the sandbox, and compare all that a grader looks at.

    False of one that cannot be compared: without a limit, too, it takes more than half the memory that it may.
    """
    cases = sandbox.run(Program(source=source, cases=(Case(stdin=stdin),) * times)).cases
    (folder / "program.py").write_bytes(source.encode("utf-8", "surrogatepass"))

    def run(*command: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, input=stdin, capture_output=True, cwd=folder, timeout=60, env=ENVIRONMENT)

    if any(case.outcome is Outcome.MEMORY_LIMIT for case in cases):
        bounded = run("/usr/bin/prlimit", f"--as={Limits().memory_mib << 19}", python, *OPTIONS)
        if b"MemoryError" in bounded.stderr:
            return False
    plain = run(python, *OPTIONS)

    for case in cases:
        assert without_addresses(case.stdout) == without_addresses(plain.stdout)
        assert case.exit_status == plain.returncode
        assert case.outcome is (Outcome.RUNTIME_ERROR if plain.returncode else Outcome.COMPLETED)
        if b"Traceback" in plain.stderr:  # and not only a warning, which names the file as it was started
            assert named_error(case.stderr) == named_error(plain.stderr)
    return True


def without_addresses(output: bytes) -> bytes:
    return re.sub(rb"0x[0-9a-f]{8,}", b"0x", output)


def named_error(stderr: bytes) -> bytes:
    """The name of the error that ended it. The lines of a source that are shown with it are indented."""
    lines = [line for line in stderr.splitlines() if line and not line.startswith(b" ")]
    return lines[-1].partition(b":")[0] if lines else b""


def sizes(examples: int):
    return settings(
        max_examples=examples,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.fixture(scope="module")
def bubblewrap() -> Iterator[BubblewrapSandbox]:
    with contextlib.closing(BubblewrapSandbox(pool_size=2)) as opened:
        yield opened


@pytest.fixture(scope="module")
def docker() -> Iterator[Sandbox]:
    with sandboxes.opened("docker") as opened:
        yield opened


@pytest.mark.bubblewrap
@pytest.mark.parametrize("last", ["", "print('last')", "input()", "raise ValueError"])
@pytest.mark.parametrize("end", [*ENDS, "import ctypes; ctypes.CDLL(None).printf(b'from C')"])
def test_every_way_to_end_is_the_same_in_bubblewrap(bubblewrap, folder, end, last):
    assert agrees(bubblewrap, bubblewrap.python, folder, f"{end}\n{last}\n", b"")


@pytest.mark.bubblewrap
def test_what_takes_more_memory_than_it_may_is_not_compared(bubblewrap, folder):
    assert not agrees(bubblewrap, bubblewrap.python, folder, "print([3] * 36_000_000)", b"")


@pytest.mark.bubblewrap
@sizes(800)
@given(source=PROGRAMS, stdin=STDINS)
def test_programs_do_the_same_in_bubblewrap(bubblewrap, folder, source, stdin):
    assume(agrees(bubblewrap, bubblewrap.python, folder, source, stdin, times=FEWEST_CASES))


@pytest.mark.docker
@sizes(100)
@given(source=PROGRAMS, stdin=STDINS)
def test_programs_do_the_same_in_a_container(docker, folder, source, stdin):
    assume(agrees(docker, sys.executable, folder, source, stdin))


@pytest.mark.bubblewrap
def test_a_program_near_its_memory_limit_is_not_pushed_over_it(bubblewrap, folder):
    assert agrees(bubblewrap, bubblewrap.python, folder, "kept = [[] for _ in range(3_300_000)]\nprint(1)", b"")
