"""What is the Docker sandbox's own: the container's walls, its end, and trouble with the engine."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator

import docker
import pytest

from sandbox import IMAGE, Case, DockerSandbox, Limits, Outcome, Program, Sandbox, SandboxUnavailable, reap
from sandbox.container import Container
from sandbox.engine import connect
from sandbox.owner import LABEL
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
    with sandboxes.opened("docker") as sandbox:
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
