"""Forgeries of the record itself: by its descriptor, by the runner's own code, by what the runner remembers."""

from __future__ import annotations

#: Before these, to find the descriptor of the report: the last one that is open.
_REPORT = (
    "import os\nreport = max(int(n) for n in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{n}'))\n"
)
_EVERYWHERE = (
    "import os\n"
    "def everywhere(content):\n"
    "    for fd in range(256):\n"
    "        try: os.write(fd, content)\n"
    "        except OSError: pass\n"
)
#: Whatever looks like one of the right values, which are numbers from 4700 on.
_LOOKS_RIGHT = "def looks_right(v): return type(v) in (int, float) and 47 * 100 <= v < 48 * 100\n"

#: Bytes where the runner expects a report, or where whoever reads the runner expects it.
BYTES = {
    "a printed marker": "print('PASSED', '{\"passed\": true}', 'V[\"int\",\"0x2f\"]')\ndef answer(x): return 1",
    "every descriptor": f"{_EVERYWHERE}everywhere(b'V[\"true\"]')\ndef answer(x): return 1",
    "a frame with a guessed ticket": (
        f"{_EVERYWHERE}import json\n"
        "facts = {'started': True, 'exit_status': 0, 'cpu_s': 0.1, 'wall_s': 0.1, 'wall_exceeded': False,\n"
        "         'overflow': None, 'oom_killed': False, 'memory_error': False, 'ticket': '00' * 16}\n"
        "blocks = [json.dumps({'protocol': 1}).encode(), json.dumps(facts).encode(), b'', b'', b'true']\n"
        "frames = b''.join(len(b).to_bytes(4, 'big') + b for b in blocks)\n"
        "everywhere(frames)\n"
        "def answer(x):\n    everywhere(frames)\n    return 1"
    ),
    "a record before the record": f"{_REPORT}os.write(report, b'Vtrue')\ndef answer(x): return 1",
    "a record in place of the record": f"{_REPORT}def answer(x):\n    os.write(report, b'Vtrue')\n    os._exit(0)",
    "a record and a crash": f"{_REPORT}def answer(x):\n    os.write(report, b'Vtrue')\n    raise ValueError",
    "a record twice": f"{_REPORT}def answer(x):\n    os.write(report, b'Vtrue' * 2)\n    os._exit(0)",
    "records out of order": f"{_REPORT}def answer(x):\n    os.write(report, b'trueVMO')\n    os._exit(0)",
    "an unfinished record": f"{_REPORT}def answer(x):\n    os.write(report, b'V[\"list\",[')\n    os._exit(0)",
    "a record without end": (
        f"{_REPORT}def answer(x):\n"
        "    os.write(report, b'V[\"list\",[')\n    while True: os.write(report, b'true,' * 999)"
    ),
    "a record of every form": (
        f"{_REPORT}def answer(x):\n"
        '    os.write(report, b\'V["dict",[[["other","int"],["set",[["other","int"],["other","int"]]]]]]\')\n'
        "    os._exit(0)"
    ),
    "a record by a daemon": (
        f"{_REPORT}import time\n"
        "def answer(x):\n"
        "    if os.fork(): os._exit(0)\n"
        "    os.setsid(); time.sleep(0.05); os.write(report, b'Vtrue'); os._exit(0)"
    ),
    "a record by a thread": (
        f"{_REPORT}import threading\n"
        "threading.Thread(target=lambda: [os.write(report, b'Vtrue') for _ in range(100)], daemon=True).start()\n"
        "def answer(x): return 1"
    ),
    "a record when the object dies": (
        f"{_REPORT}class A:\n    __del__ = lambda s: os.write(report, b'Vtrue')\ndef answer(x): return [A() and 1]"
    ),
    "a record that drains the other": (
        f"{_REPORT}reader = os.open(f'/proc/self/fd/{{report}}', os.O_RDONLY | os.O_NONBLOCK)\nimport atexit\n"
        "atexit.register(lambda: (os.read(reader, 1 << 16), os.write(report, b'Vtrue')))\ndef answer(x): return 1"
    ),
    "a value that ends while it is written": (
        "import os, threading\n"
        "def answer(x):\n"
        "    threading.Thread(target=lambda: os._exit(0)).start()\n"
        "    return [[n] for n in range(10_000)]"
    ),
    "a runner of its own": (
        "import os, signal, sys\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.2)\n"  # or it would wait for a program of its own
        "sys._getframe(2).f_globals['read_block'] = lambda: b'\"\"'\n"
        "sys.exit = lambda *a: None\n"
        "for fd in range(3, 200):\n"
        "    try: os.fstat(fd)\n"
        "    except OSError: os.dup2(1, fd)\n"
        "def answer(x): return 1"
    ),
}

#: The runner's own functions, which the program has in its own process.
PATCHES = {
    "patched json": "import json\njson.dumps = lambda *a, **k: 'true'\ndef answer(x): return 1",
    "patched encoder of json": (
        "import json\njson.encoder.encode_basestring_ascii = json.encoder.c_make_encoder = None\n"
        "json.JSONEncoder.encode = json.JSONEncoder.iterencode = lambda *a, **k: 'true'\ndef answer(x): return 1"
    ),
    "patched repr and type": (
        "import builtins\nbuiltins.repr = lambda o: '47'\nbuiltins.type = lambda o: int\ndef answer(x): return 'a'"
    ),
    "patched builtins": (
        "import builtins\n"
        "for name in ('hex', 'len', 'getattr', 'isinstance', 'compile', 'exec', 'hash', 'sorted', 'abs'):\n"
        "    setattr(builtins, name, lambda *a: (lambda *b: 1))\n"
        "def answer(x): return 1"
    ),
    "patched assertEqual": "import unittest\nunittest.TestCase.assertEqual = lambda *a: None\ndef answer(x): return 1",
    "patched runner": (
        "import sys\nrunner = sys._getframe(1).f_globals\n"
        "runner.update(encode_value=lambda *a: b'true', judge=lambda *a: True, result_of=lambda *a, **k: True)\n"
        "def answer(x): return 1"
    ),
    "patched report": (
        "import os, sys\nsys._getframe(1).f_globals['write_report'] = lambda fd, *a: os.write(fd, b'Vtrue')\n"
        "def answer(x): return 1"
    ),
    "patched limits": (
        "import sys\n"
        "def answer(x):\n"
        "    sys._getframe(1).f_locals['limits'].update(output_bytes=1 << 40)\n    return 'x' * 1_000_000"
    ),
    "patched exit": "import sys\nsys.exit = lambda *a: None\ndef answer(x): return 1",
    "a traced runner": (
        "import sys\n"
        "def spy(frame, event, arg):\n"
        "    frame.f_locals.update(value=True, expected=True, passed=True)\n    return spy\n"
        "def answer(x):\n    sys.settrace(spy)\n    sys._getframe(1).f_trace = spy\n    return 1"
    ),
    "a module in place of the solution": (
        "import sys, types\n"
        "class M(types.ModuleType):\n    __getattr__ = lambda s, name: lambda *a: 1\n"
        "sys.modules['solution'].__class__ = M\n"
    ),
    "sys.stdout replaced": (
        "import sys\n"
        "class Out:\n    write = lambda s, t: sys.__stdout__.write('PASSED')\n    flush = lambda s: None\n"
        "sys.stdout = sys.stderr = Out()\ndef answer(x): return 1"
    ),
}

#: Look for what is right where it might be kept.
SEARCHES = {
    "callers' frames": (
        f"{_LOOKS_RIGHT}import sys\n"
        "def answer(x):\n"
        "    frame, seen = sys._getframe(), []\n"
        "    while frame:\n"
        "        seen += list(frame.f_locals.values()) + list(frame.f_globals.values())\n"
        "        frame = frame.f_back\n"
        "    return next(filter(looks_right, seen), 1)"
    ),
    "everything alive": (
        f"{_LOOKS_RIGHT}import gc\n"
        "def answer(x):\n"
        "    for kept in gc.get_objects():\n"
        "        if type(kept) in (list, tuple, dict):\n"
        "            for item in (kept.values() if type(kept) is dict else kept):\n"
        "                if looks_right(item) and 'expected' in str(type(kept)): return item\n"
        "            if type(kept) is dict and 'expected' in kept: return kept['expected']\n"
        "    return 1"
    ),
    "its own memory": (
        "import ctypes, re\n"
        "def answer(x):\n"
        "    mark = b'expec' + rb'ted\\W{1,9}(47\\d\\d)'\n"
        "    for line in open('/proc/self/maps'):\n"
        "        low, high = (int(part, 16) for part in line.split()[0].split('-'))\n"
        "        if 'rw' in line.split()[1] and high - low < 1 << 24:\n"
        "            found = re.search(mark, ctypes.string_at(low, high - low))\n"
        "            if found: return int(found[1])\n"
        "    return 1"
    ),
    "the runner's memory": "def answer(x): return 47 if b'expected' in open('/proc/1/mem', 'rb').read() else 1",
    "the runner's input": "def answer(x): return open('/proc/1/fd/0', 'rb').read() or 1",
    "the test's source": (
        "import os, re\n"
        "def answer(x):\n"
        "    for top in ('/app', '/src', '/home', '/root', '/srv', '/opt', '/tmp', '/mnt', '/var/lib'):\n"
        "        for folder, _, names in os.walk(top):\n"
        "            for name in names:\n"
        "                if name.endswith(('.py', '.json', '.jsonl', '.sqlite3')):\n"
        "                    try: text = open(os.path.join(folder, name), errors='replace').read()\n"
        "                    except OSError: continue\n"
        "                    if found := re.search(r'answer.*expected.*(47\\d\\d)', text): return int(found[1])\n"
        "    return 1"
    ),
    "the environment and the arguments": (
        f"{_LOOKS_RIGHT}import os, re, sys\n"
        "def answer(x):\n"
        "    text = str(os.environ) + str(sys.argv) + str(sys.orig_argv) + open('/proc/1/cmdline').read()\n"
        "    return next(filter(looks_right, map(int, re.findall(r'\\d+', text)[:999])), 1)"
    ),
    "its own standard input": "import sys\ndef answer(x): return sys.stdin.read() or 1",
}
