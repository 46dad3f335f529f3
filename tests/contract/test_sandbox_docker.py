"""What every caller of the sandbox may rely on, on a real engine."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator

import docker
import pytest

from sandbox import (
    IMAGE,
    Call,
    Case,
    DockerSandbox,
    Limits,
    Outcome,
    Program,
    SandboxUnavailable,
    decode_value,
    ensure_image,
    reap,
)
from sandbox.container import Container
from sandbox.engine import connect
from sandbox.owner import LABEL

pytestmark = pytest.mark.docker

LIMITS = Limits(cpu_s=1, wall_s=5, total_wall_s=20, memory_mib=96)


@pytest.fixture(scope="module")
def client() -> Iterator[docker.APIClient]:
    opened = connect()
    ensure_image(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def sandbox(client) -> Iterator[DockerSandbox]:
    opened = DockerSandbox()
    yield opened
    opened.close()


def program(source, *cases):
    return Program(source=source, cases=cases or (Case(),), limits=LIMITS)


def exists(client, container_id):
    return bool(client.containers(all=True, filters={"id": container_id}))


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


def test_the_record_says_where_it_ran_and_that_the_network_was_off(sandbox):
    record = sandbox.run(program("pass"))

    assert record.engine.startswith("docker ")
    assert record.image.startswith(IMAGE)
    assert record.network is False
    assert len(record.container_id) == 64


def test_the_container_has_every_wall(client, sandbox, monkeypatch):
    seen = {}
    inspect = Container.inspect

    def look(self):
        seen.update(client.inspect_container(self.id))
        return inspect(self)

    monkeypatch.setattr(Container, "inspect", look)
    sandbox.run(program("pass"))

    config, host = seen["Config"], seen["HostConfig"]
    assert config["NetworkDisabled"] is True
    assert config["User"] == "65534:65534"
    assert (host["NetworkMode"], host["IpcMode"]) == ("none", "none")
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert (host["PidsLimit"], host["NanoCpus"], host["OomScoreAdj"]) == (64, 1_000_000_000, 1000)
    assert host["Memory"] == host["MemorySwap"] == 96 * 1024 * 1024
    assert "noexec" in host["Tmpfs"]["/tmp"]
    assert "nr_inodes" in host["Tmpfs"]["/tmp"]
    assert host["LogConfig"]["Type"] == "none"
    assert not host["Binds"]
    assert not host["Privileged"]


@pytest.mark.parametrize(
    "source",
    ["pass", "while True: print('x' * 4096)", "import os\nwhile True: os.fork()", "import time; time.sleep(99)"],
    ids=["gentle", "flood", "forks", "sleep"],
)
def test_no_container_is_left(client, sandbox, source):
    record = sandbox.run(program(source))

    assert not exists(client, record.container_id)


def test_no_container_is_left_by_an_exception(client, sandbox, monkeypatch):
    created = []

    def fail(self):
        created.append(self.id)
        raise KeyboardInterrupt

    monkeypatch.setattr(Container, "start", fail)
    with pytest.raises(KeyboardInterrupt):
        sandbox.run(program("pass"))

    assert len(created) == 1
    assert not exists(client, created[0])


def test_a_container_taken_away_once_is_run_again(client, sandbox, monkeypatch):
    started, start = [], Container.start

    def start_and_kill_the_first(self):
        start(self)
        started.append(self.id)
        if len(started) == 1:
            threading.Timer(1.0, client.kill, (self.id,)).start()

    monkeypatch.setattr(Container, "start", start_and_kill_the_first)
    (case,) = sandbox.run(program("import time\ntime.sleep(2)\nprint('done')")).cases

    assert len(started) == 2
    assert (case.outcome, case.stdout) == (Outcome.COMPLETED, b"done\n")


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


def test_a_missing_image_is_our_trouble_and_says_how_to_build_it(client):
    sandbox = DockerSandbox(image=f"yz-sandbox:none-{uuid.uuid4().hex}")

    with pytest.raises(SandboxUnavailable, match=r"python -m sandbox\.image build"):
        sandbox.run(program("pass"))

    sandbox.close()


def test_an_unknown_runtime_is_our_trouble(client):
    sandbox = DockerSandbox(runtime="no-such-runtime")

    with pytest.raises(SandboxUnavailable, match="no-such-runtime"):
        sandbox.run(program("pass"))

    sandbox.close()


def test_a_runner_that_does_not_start_is_our_trouble(sandbox, monkeypatch):
    monkeypatch.setattr("sandbox.conversation.RUNNER_SOURCE", b"raise SystemExit('out of order')")

    with pytest.raises(SandboxUnavailable, match="out of order"):
        sandbox.run(program("pass"))


def test_the_dead_are_reaped_and_the_living_left_alone(client, monkeypatch):
    monkeypatch.setattr("sandbox.owner._started", lambda pid: "12345")
    from sandbox import owner

    labels = owner.labels(3600)
    monkeypatch.undo()
    dead = client.create_container(image=IMAGE, command=["/bin/true"], labels=labels)["Id"]
    living = client.create_container(image=IMAGE, command=["/bin/true"], labels=owner.labels(3600))["Id"]

    try:
        reap(client)

        assert LABEL in labels
        assert not exists(client, dead)
        assert exists(client, living)
    finally:
        client.remove_container(living, force=True)
