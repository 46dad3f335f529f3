"""What every caller of the sandbox may rely on, whichever implementation runs the program."""

from __future__ import annotations

import re
import threading

import pytest

from sandbox import Call, Case, Limits, Outcome, Program, SandboxUnavailable, decode_value

LIMITS = Limits(cpu_s=1, wall_s=5, total_wall_s=20, memory_mib=96)


def program(source, *cases):
    return Program(source=source, cases=cases or (Case(),), limits=LIMITS)


def test_a_program_reads_stdin_and_its_stdout_stderr_and_status_come_back(sandbox):
    source = "import sys\nprint(int(input()) * 2)\nprint('note', file=sys.stderr)\nsys.exit(3)"

    (case,) = sandbox.run(program(source, Case(stdin=b"21\n"))).cases

    assert (case.outcome, case.exit_status) == (Outcome.RUNTIME_ERROR, 3)
    assert (case.stdout, case.stderr, case.value) == (b"42\n", b"note\n", None)


@pytest.mark.parametrize("end", ["", "import sys; sys.exit()", "exit()", "quit(0)", "raise SystemExit"])
def test_status_zero_is_a_clean_end(sandbox, end):
    (case,) = sandbox.run(program(f"print('done')\n{end}")).cases

    assert (case.outcome, case.stdout, case.exit_status) == (Outcome.COMPLETED, b"done\n", 0)


def test_a_call_returns_its_value_with_exact_types(sandbox):
    call = Call(entry_point="f", args="([1, 2], 'é', {'k': (None, True, 2.5)})")

    (case,) = sandbox.run(program("def f(a, b, c): return b, a, c", Case(call=call))).cases

    assert case.outcome is Outcome.COMPLETED
    assert case.value is not None
    assert decode_value(case.value) == ("é", [1, 2], {"k": (None, True, 2.5)})


def test_a_missing_function_is_an_error_of_the_program(sandbox):
    (case,) = sandbox.run(program("x = 1", Case(call=Call(entry_point="f", args="()")))).cases

    assert case.outcome is Outcome.RUNTIME_ERROR


def test_a_traceback_shows_the_program_and_not_the_runner(sandbox):
    (case,) = sandbox.run(program("def f():\n    raise ValueError('mine')\nf()")).cases

    assert b'File "program.py", line 2, in f' in case.stderr
    assert b"runner" not in case.stderr


@pytest.mark.parametrize("call", [None, Call(entry_point="f", args="()")])
def test_a_program_finds_no_module_of_ours(sandbox, call):
    source = (
        "import sys\nprint([name for name in sys.modules if 'sandbox' in name or 'runner' in name])\n"
        "def f(): return 1\n"
        "try: import sandbox.runner.wire\nexcept ModuleNotFoundError: print('none')\n"
    )

    (case,) = sandbox.run(program(source, Case(call=call))).cases

    assert case.stdout == b"[]\nnone\n"


def test_every_case_starts_from_a_fresh_process(sandbox):
    source = "import builtins\nprint(hasattr(builtins, 'seen'))\nbuiltins.seen = 1\ndef f(): return 1"

    record = sandbox.run(program(source, Case(), Case(), Case(call=Call(entry_point="f", args="()")), Case()))

    assert [case.stdout for case in record.cases] == [b"False\n"] * 4


def test_a_failing_case_does_not_touch_the_others(sandbox):
    source = "n = int(input())\nif n == 1: raise ValueError\nif n == 2: \n  while True: pass\nprint(n)"

    record = sandbox.run(program(source, *(Case(stdin=b"%d" % n) for n in range(4))))

    assert [case.outcome for case in record.cases] == [
        Outcome.COMPLETED,
        Outcome.RUNTIME_ERROR,
        Outcome.TIME_LIMIT,
        Outcome.COMPLETED,
    ]
    assert record.cases[3].stdout == b"3\n"


def test_large_input_and_output_pass_whole(sandbox):
    case = Case(stdin=bytes(range(256)) * 4000)

    (seen,) = sandbox.run(program("import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())", case)).cases

    assert seen.outcome is Outcome.COMPLETED
    assert seen.stdout == case.stdin


def test_sets_come_in_the_same_order_every_day(sandbox):
    outputs = {sandbox.run(program("print({'a', 'b', 'c', 'd', 'e'})")).cases[0].stdout for _ in range(3)}

    assert len(outputs) == 1


def test_several_threads_share_a_sandbox(sandbox):
    outputs = {}

    def run(number):
        outputs[number] = sandbox.run(program(f"print({number})")).cases[0].stdout

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outputs == {number: b"%d\n" % number for number in range(4)}


def test_a_runner_that_does_not_start_is_our_trouble(sandbox, monkeypatch):
    monkeypatch.setattr("sandbox.conversation.MODULES", (("runner", "raise SystemExit('out of order')"),))

    with pytest.raises(SandboxUnavailable, match="out of order"):
        sandbox.run(program("pass"))


def test_a_python_that_cannot_read_our_compiled_runner_compiles_it(sandbox, monkeypatch):
    monkeypatch.setattr("sandbox.conversation.MAGIC_NUMBER", b"\x00\x00\r\n")
    monkeypatch.setattr("sandbox.conversation.compiled", lambda _: b"no code of this Python's")

    (case,) = sandbox.run(program("print(1)")).cases

    assert case.stdout == b"1\n"


def test_the_record_says_that_the_network_was_off_and_gives_every_program_an_id_of_its_own(sandbox):
    records = [sandbox.run(program("pass")) for _ in range(2)]

    assert {record.network for record in records} == {False}
    assert len({record.container_id for record in records}) == 2
    assert all(re.fullmatch(r"[0-9a-f]{32,64}", record.container_id) for record in records)
