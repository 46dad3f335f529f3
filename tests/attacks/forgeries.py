"""Answers that try to be counted right without being right. Tables only; `test_forgeries` gives them to the graders.

What is right are numbers from 4700 on that stand in no source here, and falsehood: no forgery returns anything false.
"""

from __future__ import annotations

#: Ends before or without a value.
ENDS = {
    "sys.exit while loading": "import sys\nsys.exit(0)",
    "sys.exit in the call": "import sys\ndef answer(x): sys.exit(0)",
    "os._exit while loading": "import os\nos._exit(0)",
    "os._exit in the call": "import os\ndef answer(x): os._exit(0)",
    "SystemExit": "def answer(x): raise SystemExit(0)",
    "SystemExit with the value": "def answer(x): raise SystemExit(x)",
    "atexit": "import atexit, os\natexit.register(os._exit, 0)\ndef answer(x): raise ValueError",
    "excepthook": "import sys, os\nsys.excepthook = lambda *a: os._exit(0)\ndef answer(x): raise ValueError",
    "an exception whose text ends it": (
        "import os\nclass E(Exception):\n    __str__ = __repr__ = lambda s: os._exit(0)\ndef answer(x): raise E"
    ),
    "a timer thread": (
        "import threading, os, time\nthreading.Timer(0.03, os._exit, (0,)).start()\ndef answer(x): time.sleep(9)"
    ),
    "a true program in its place": "import os\ndef answer(x): os.execv('/bin/true', ['true'])",
    "a child returns": "import os\ndef answer(x):\n    if os.fork(): os._exit(0)\n    return 1",
    "a child returns as the parent": (
        "import os\nme = os.getpid()\ndef answer(x):\n    if os.fork(): os._exit(0)\n"
        "    os.getpid = lambda: me\n    raise ValueError"
    ),
    "a printed frame": (
        "import os\nos.write(1, (4).to_bytes(4, 'big') + b'true')\nos.write(2, b'ok')\ndef answer(x): os._exit(0)"
    ),
    "an entry point that is no function": "answer = True",
    "an entry point that is missing": "def other(x): return 1",
    "memory gone just before the record": (
        "import gc, os\nkept = []\n"
        "def answer(x):\n"
        "    try:\n"
        "        while True: kept.append(bytearray(1 << 16))\n"
        "    except MemoryError: pass\n"
        "    return ['x' * 50] * 3000"
    ),
}

#: Ask to be equal to everything.
EQUALS = {
    "equal to everything": "class A:\n    __eq__ = lambda s, o: True\ndef answer(x): return A()",
    "equal and hashed like anything": (
        "class A:\n    __eq__ = lambda s, o: True\n    __ne__ = lambda s, o: False\n    __hash__ = lambda s: 1\n"
        "def answer(x): return {A(): A()}"
    ),
    "an int that equals everything": "class A(int):\n    __eq__ = lambda s, o: True\ndef answer(x): return A(1)",
    "a float close to everything": (
        "class A(float):\n"
        "    __sub__ = __rsub__ = __abs__ = lambda s, *o: A(0)\n    __lt__ = __le__ = lambda s, o: True\n"
        "def answer(x): return A('nan')"
    ),
    "a str that prints as a number": "class A(str):\n    __repr__ = lambda s: '47'\ndef answer(x): return A()",
    "a list that equals everything": "class A(list):\n    __eq__ = lambda s, o: True\ndef answer(x): return A()",
    "a list that sorts to anything": (
        "class A(list):\n    __iter__ = lambda s: iter(())\n    sort = lambda s, **k: None\n"
        "def answer(x): return A('x')"
    ),
    "a mock": "import unittest.mock as m\ndef answer(x): return m.MagicMock(__eq__=lambda s, o: True)",
    "false by its own word": (
        "class A:\n    __bool__ = lambda s: False\n    __len__ = lambda s: 0\ndef answer(x): return A()"
    ),
    "a metaclass that claims to be int": (
        "class M(type):\n    __eq__ = lambda s, o: True\n    __hash__ = lambda s: hash(int)\n    __name__ = 'int'\n"
        "class A(metaclass=M): pass\ndef answer(x): return A()"
    ),
    "a class that claims to be int": "class A:\n    __class__ = property(lambda s: int)\ndef answer(x): return A()",
    "attributes of whatever is asked": (
        "class A:\n    def __getattribute__(s, name): return lambda *a, **k: True\ndef answer(x): return A()"
    ),
    "a generator": "def answer(x): yield 1",
    "a coroutine": "async def answer(x): return 1",
    "a lazy object": "def answer(x): return map(int, '1')",
    "a proxy": (
        "import weakref\nclass A: __eq__ = lambda s, o: True\nkept = A()\ndef answer(x): return weakref.proxy(kept)"
    ),
    "not a number": "def answer(x): return float('nan')",
    "infinity": "def answer(x): return float('inf')",
    "an int beyond all floats": "def answer(x): return 10 ** 5000",
    "every number there is": "def answer(x): return set(range(100, 400)) | {0.5, None, True}",
    "an int beyond all digits": "def answer(x): return 1 << 900_000",
    "members that share a hash": "def answer(x): return {n * (2 ** 61 - 1) for n in range(1, 1000)}",
    "half a pair of surrogates": "def answer(x): return ['\\ud800', '\\x00', '\\x1b[2J']",
    "a list that fills the record": "def answer(x): return [1] * 20_000",
    "nested beyond all bounds": "def answer(x):\n    a = [1]\n    for _ in range(150): a = [a]\n    return a",
}
