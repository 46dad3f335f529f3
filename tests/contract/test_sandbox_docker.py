"""What is the Docker sandbox's own: the container's walls, its end, and trouble with the engine."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator

import docker
import pytest

from sandbox import IMAGE, Case, DockerSandbox, Limits, Outcome, Program, Sandbox, SandboxUnavailable, reap
from sandbox.container import Container, ContainerSpec, make_ready
from sandbox.engine import connect
from sandbox.owner import LABEL
from sandbox.process import name_of_this_process
from tests import sandboxes

pytestmark = pytest.mark.docker

LIMITS = Limits(cpu_s=1, wall_s=5, total_wall_s=20, memory_mib=96)


@pytest.fixture(scope="module")
def client() -> Iterator[docker.APIClient]:
    opened = connect()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with sandboxes.opened("docker", pool_size=0) as sandbox:
        yield sandbox


def program(source, *cases):
    return Program(source=source, cases=cases or (Case(),), limits=LIMITS)


def exists(client, container_id):
    return bool(client.containers(all=True, filters={"id": container_id}))


def test_the_record_says_where_it_ran_and_that_the_network_was_off(sandbox):
    record = sandbox.run(program("pass"))

    assert record.engine.startswith("docker ")
    assert record.image.startswith(IMAGE)
    assert record.network is False
    assert len(record.container_id) == 64


def test_the_container_has_every_wall(client, sandbox, monkeypatch):
    seen = {}
    become_ready = Container.become_ready

    def look(self):
        become_ready(self)
        seen.update(client.inspect_container(self.id))

    monkeypatch.setattr(Container, "become_ready", look)
    sandbox.run(program("pass"))

    config, host = seen["Config"], seen["HostConfig"]
    assert config["NetworkDisabled"] is True
    assert config["StdinOnce"] is True
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

    monkeypatch.setattr(Container, "become_ready", fail)
    with pytest.raises(KeyboardInterrupt):
        sandbox.run(program("pass"))

    assert len(created) == 1
    assert not exists(client, created[0])


SLOW = "import time\ntime.sleep(2)\nprint('done')"


@pytest.fixture
def taken_away(client, monkeypatch):
    """Which containers are killed a second after they are ready: the first, its witness, the second."""
    numbers: set[int] = set()
    started, become_ready = [], Container.become_ready

    def start(self):
        become_ready(self)
        started.append(self.id)
        if len(started) in numbers:
            threading.Timer(1.0, client.kill, (self.id,)).start()

    monkeypatch.setattr(Container, "become_ready", start)
    yield numbers
    assert not any(exists(client, each) for each in started)


def test_a_container_taken_away_once_is_run_again(sandbox, taken_away):
    taken_away.add(1)

    (case,) = sandbox.run(program(SLOW)).cases

    assert (case.outcome, case.stdout) == (Outcome.COMPLETED, b"done\n")


def test_a_program_whose_containers_alone_go_away_has_failed(sandbox, taken_away):
    taken_away.update({1, 3})

    (case,) = sandbox.run(program(SLOW)).cases

    assert (case.outcome, case.exit_status) == (Outcome.RUNTIME_ERROR, None)


def test_an_engine_that_ends_all_containers_twice_is_our_trouble(sandbox, taken_away):
    taken_away.update({1, 2, 3})

    with pytest.raises(SandboxUnavailable, match="ran nothing"):
        sandbox.run(program(SLOW))


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


def test_the_dead_are_reaped_and_the_living_left_alone(client, monkeypatch):
    monkeypatch.setattr("sandbox.process._started", lambda pid: "12345")
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


def test_a_container_with_a_network_gets_no_program(client, sandbox, monkeypatch):
    inspect = Container._inspect

    def with_a_network(self):
        found = inspect(self)
        found["NetworkSettings"]["Networks"]["bridge"] = {}
        return found

    monkeypatch.setattr(Container, "_inspect", with_a_network)

    with pytest.raises(SandboxUnavailable, match="no program was run in it"):
        sandbox.run(program("pass"))


def test_a_silent_engine_is_no_time_limit(sandbox, monkeypatch):
    def silent(self):
        raise SandboxUnavailable("inspecting a container: no container engine answers")

    monkeypatch.setattr("sandbox.docker_sandbox.conversation_s", lambda _: 3.0)
    become_ready = Container.become_ready

    def then_silent(self):
        become_ready(self)
        monkeypatch.setattr(Container, "_inspect", silent)

    monkeypatch.setattr(Container, "become_ready", then_silent)

    with pytest.raises(SandboxUnavailable, match="no container engine answers"):
        sandbox.run(program("import time; time.sleep(4.5)"))


# --- the pool ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def pooled(client) -> Iterator[DockerSandbox]:
    with contextlib.closing(DockerSandbox(pool_size=2, pooled=LIMITS)) as sandbox:
        yield sandbox


def waiting(client, count: int, mark: str = "") -> list[str]:
    """Wait until so many containers of this process, or with this mark, are there and run; give their ids."""
    mark = mark or f"{LABEL}.owner={name_of_this_process()}"
    deadline = time.monotonic() + 60
    while len(found := client.containers(filters={"label": mark})) != count:
        assert time.monotonic() < deadline, f"{len(found)} containers wait, not {count}"
        time.sleep(0.05)
    return [each["Id"] for each in found]


def until_gone(client, container_id: str) -> None:
    deadline = time.monotonic() + 60
    while exists(client, container_id):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ready(sandbox: DockerSandbox) -> set[str]:
    """Wait until two containers of its pool wait for programs; give their ids."""
    pool, deadline = sandbox._held.get().pool, time.monotonic() + 60
    while pool.waiting < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return {container.id for _, container in pool._ready}


def test_every_program_has_a_container_of_its_own_that_waited_for_it(client, pooled):
    pooled.run(program("pass"))
    waited = ready(pooled)

    records = [pooled.run(program("print(input())", Case(stdin=b"x\n"))) for _ in range(6)]

    assert {record.container_id for record in records[:2]} == waited
    assert len({record.container_id for record in records}) == 6
    assert {record.cases[0].stdout for record in records} == {b"x\n"}
    waiting(client, 2)


def test_a_program_with_other_limits_gets_them(client, pooled):
    source = "bytearray(b'x') * (150 << 20)"
    pooled.run(program("pass"))
    ready(pooled)

    (more,) = pooled.run(Program(source=source, cases=(Case(),), limits=Limits(memory_mib=256))).cases
    (usual,) = pooled.run(program(source)).cases

    assert (more.outcome, usual.outcome) == (Outcome.COMPLETED, Outcome.MEMORY_LIMIT)


def test_containers_that_were_killed_while_they_waited_cost_no_program_anything(client, pooled):
    pooled.run(program("pass"))
    killed = ready(pooled)
    for each in killed:
        client.kill(each)

    record = pooled.run(program("print('done')"))

    assert record.cases[0].stdout == b"done\n"
    assert record.container_id not in killed


def test_a_closed_pool_leaves_nothing(client):
    sandbox = DockerSandbox(pool_size=2, pooled=LIMITS)
    sandbox.run(program("import time; time.sleep(0.5)"))
    sandbox.close()

    assert client.containers(all=True, filters={"label": f"{LABEL}.owner={name_of_this_process()}"}) == []


def test_a_runner_to_which_nobody_sends_a_program_ends(client, monkeypatch):
    monkeypatch.setattr("sandbox.conversation.IDLE_S", 0.3)
    container = make_ready(client, ContainerSpec(image=IMAGE, runtime=None, limits=LIMITS.of_container), 60)

    try:
        assert client.wait(container.id, timeout=30)["StatusCode"] == 72
    finally:
        container.remove()


def test_what_waits_ends_with_a_process_that_was_killed_and_is_then_reaped(client):
    script = (
        "import sys, time\n"
        "from sandbox import Case, DockerSandbox, Program\n"
        "sandbox = DockerSandbox(pool_size=1)\n"
        "used = sandbox.run(Program(source='pass', cases=(Case(),))).container_id\n"
        "print(used, flush=True)\n"
        "from sandbox.process import name_of_this_process\n"
        "print(name_of_this_process(), flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        used = process.stdout.readline().strip()
        mark = f"{LABEL}.owner={process.stdout.readline().strip()}"
        until_gone(client, used)
        (container,) = waiting(client, 1, mark)
        process.kill()
        process.wait()

    assert client.wait(container, timeout=30)["StatusCode"] == 71
    reap(client)
    assert client.containers(all=True, filters={"label": mark}) == []
