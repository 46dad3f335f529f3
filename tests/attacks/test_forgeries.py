"""Answers that try to be counted right without being right. What is right never enters the container."""

from __future__ import annotations

import pytest

from sandbox import Outcome, decode_value

RIGHT = 42

FORGERIES = {
    "sys.exit while loading": "import sys\nsys.exit(0)",
    "sys.exit in the call": "import sys\ndef answer(x): sys.exit(0)",
    "os._exit while loading": "import os\nos._exit(0)",
    "os._exit in the call": "import os\ndef answer(x): os._exit(0)",
    "SystemExit": "def answer(x): raise SystemExit(0)",
    "SystemExit with the value": "def answer(x): raise SystemExit(x)",
    "equal to everything": "class A:\n    __eq__ = lambda s, o: True\ndef answer(x): return A()",
    "an int that equals everything": "class A(int):\n    __eq__ = lambda s, o: True\ndef answer(x): return A(1)",
    "a str that prints as an int": "class A(str):\n    __repr__ = lambda s: '42'\ndef answer(x): return A()",
    "a list that equals everything": "class A(list):\n    __eq__ = lambda s, o: True\ndef answer(x): return A()",
    "a metaclass that claims to be int": (
        "class M(type):\n    __eq__ = lambda s, o: True\n    __hash__ = lambda s: hash(int)\n    __name__ = 'int'\n"
        "class A(metaclass=M): pass\ndef answer(x): return A()"
    ),
    "a class that claims to be int": "class A:\n    __class__ = property(lambda s: int)\ndef answer(x): return A()",
    "a printed marker": "print('PASSED', '{\"passed\": true}', 'V[\"int\",\"0x2a\"]')\ndef answer(x): return None",
    "a printed frame": (
        "import os\nos.write(1, (4).to_bytes(4, 'big') + b'true')\nos.write(2, b'ok')\ndef answer(x): os._exit(0)"
    ),
    "atexit": "import atexit, os\natexit.register(os._exit, 0)\ndef answer(x): raise ValueError",
    "excepthook": "import sys, os\nsys.excepthook = lambda *a: os._exit(0)\ndef answer(x): raise ValueError",
    "a timer thread": (
        "import threading, os, time\nthreading.Timer(0.1, os._exit, (0,)).start()\ndef answer(x): time.sleep(9)"
    ),
    "fork, child returns": "import os\ndef answer(x):\n    if os.fork(): os._exit(0)\n    return 1",
    "patched json": "import json, sys\njson.dumps = lambda *a, **k: 'true'\ndef answer(x): return 1",
    "patched repr and type": (
        "import builtins\nbuiltins.repr = lambda o: '42'\nbuiltins.type = lambda o: int\ndef answer(x): return 'a'"
    ),
    "patched assertEqual": "import unittest\nunittest.TestCase.assertEqual = lambda *a: None\ndef answer(x): return 1",
    "every descriptor": (
        "import os\n"
        "for fd in range(256):\n"
        "    try: os.write(fd, b'V[\"true\"]')\n"
        "    except OSError: pass\n"
        "def answer(x): return 1"
    ),
    "callers' frames": (
        "import sys\n"
        "def answer(x):\n"
        "    frame, seen = sys._getframe(), []\n"
        "    while frame:\n"
        "        seen += list(frame.f_locals.values()) + list(frame.f_globals.values())\n"
        "        frame = frame.f_back\n"
        "    return 42 if any(type(v) is int and v == 42 for v in seen) else 1"
    ),
    "everything alive": (
        "import gc\ndef answer(x):\n"
        "    return next((o for c in gc.get_objects() if type(c) is dict for k, o in c.items() if k == 'expected'), 1)"
    ),
    "the runner's memory": "def answer(x): return 42 if b'expected' in open('/proc/1/mem', 'rb').read() else 1",
    "a generator": "def answer(x): yield 42",
    "not a number": "def answer(x): return float('nan')",
}


@pytest.mark.parametrize("source", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_answer_never_comes_out_as_the_right_value(forgery, source):
    seen = forgery(source)

    value = None if seen.value is None else decode_value(seen.value)
    assert value != RIGHT


@pytest.mark.parametrize(
    "end", ["sys.exit", "os._exit", "SystemExit", "atexit", "excepthook", "timer", "frame", "fork"]
)
def test_an_end_without_a_value_is_never_a_completed_call(forgery, end):
    sources = [source for name, source in FORGERIES.items() if end in name]

    outcomes = {forgery(source).outcome for source in sources if "f_back" not in source}

    assert outcomes == {Outcome.RUNTIME_ERROR}


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
