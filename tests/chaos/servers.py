"""Servers of our own that a test may kill and start again on the same address: redis-server, PostgreSQL, Docker."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg
import redis

from tests.engines import postgres_programs

_UP_WITHIN_S = 30
_PASSWORD = "of-the-tests"


@dataclass
class Server:
    """A server process. `address` stays the same over restarts."""

    address: str
    command: Sequence[str]
    folder: Path
    answers: Callable[[], object]
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(self.command, cwd=self.folder, stdout=log, stderr=log)
        deadline = time.monotonic() + _UP_WITHIN_S
        while not self._is_up():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.command[0]}: {(self.folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(_UP_WITHIN_S)

    def _is_up(self) -> bool:
        with suppress(redis.RedisError, psycopg.Error, subprocess.CalledProcessError):
            self.answers()
            return True
        return False


@contextmanager
def running(server: Server, how: signal.Signals) -> Iterator[None]:
    """Start a server, and stop it whatever happens."""
    server.start()
    try:
        yield
    finally:
        server.stop(how)


@contextmanager
def redis_without_memory() -> Iterator[Server]:
    """A redis-server that keeps nothing on disk: after a restart it is empty."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="yz-redis-") as folder:
        server = Server(
            address=f"redis://127.0.0.1:{port}/0",
            command=["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"],
            folder=Path(folder),
            answers=redis.Redis(port=port).ping,
        )
        with running(server, signal.SIGKILL):
            yield server


@contextmanager
def postgres() -> Iterator[Server]:
    """A PostgreSQL cluster of our own, with crash recovery as in real use."""
    programs, port = postgres_programs(), free_port()
    assert programs is not None
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] if os.getuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="yz-postgres-") as name:
        folder = Path(name)
        (folder / "password").write_text(_PASSWORD)
        if as_postgres:  # initdb refuses to be root
            for path in (folder, folder / "password"):
                shutil.chown(path, "postgres")
        cluster = str(folder / "cluster")
        making = [f"{programs}/initdb", "--pgdata", cluster, "--username", "postgres", "--auth", "scram-sha-256"]
        making += ["--pwfile", str(folder / "password"), "--encoding", "UTF8", "--locale", "C", "--no-sync"]
        subprocess.run([*as_postgres, *making], check=True, capture_output=True)
        address = f"127.0.0.1:{port}/postgres"
        server = Server(
            address=f"postgresql+psycopg://postgres:{_PASSWORD}@{address}",
            command=[
                *as_postgres,
                f"{programs}/postgres",
                "-D",
                cluster,
                "-h",
                "127.0.0.1",
                "-p",
                str(port),
                "-k",
                name,
            ],
            folder=folder,
            answers=lambda: psycopg.connect(f"postgresql://postgres:{_PASSWORD}@{address}").close(),
        )
        with running(server, signal.SIGINT):
            yield server


@contextmanager
def docker_engine() -> Iterator[Server]:
    """A Docker engine without any image or network, on a containerd that lives on when it is killed, as distributions
    set them up.
    """
    with docker_folder() as folder:
        below = f"{folder}/containerd.sock"
        containerd = Server(
            address=below,
            command=["containerd", "--address", below, "--root", f"{folder}/content", "--state", f"{folder}/state"],
            folder=folder,
            answers=partial(_checked, "ctr", "--address", below, "version"),
        )
        engine = dockerd(folder, ["--containerd", below])
        with running(containerd, signal.SIGTERM), running(engine, signal.SIGTERM):
            yield engine


@contextmanager
def docker_folder() -> Iterator[Path]:
    """A folder for a Docker engine, which leaves it mounted on itself."""
    with tempfile.TemporaryDirectory(prefix="yz-docker-") as name:
        try:
            yield Path(name)
        finally:
            mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text("utf-8").splitlines()]
            for mount in sorted((each for each in mounts if each.startswith(f"{name}/")), reverse=True):
                _checked("umount", mount)


def dockerd(folder: Path, options: Sequence[str]) -> Server:
    """A Docker engine that keeps all it has in a folder."""
    address = f"unix://{folder}/socket"
    return Server(
        address=address,
        command=[
            # In a network of its own: where an engine finds another's bridge, it takes it away.
            *("unshare", "--net", "dockerd", *options, "--host", address),
            *("--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/pid"),
            *("--bridge", "none", "--iptables=false", "--ip6tables=false"),
        ],
        folder=folder,
        # Not by the client library, which forgets a socket that could not connect.
        answers=partial(_checked, "docker", "--host", address, "version"),
    )


def _checked(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
