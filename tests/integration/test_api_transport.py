"""What reaches the real server over a socket and should not: the client reads a problem, and nothing is written."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from api.app import create_app
from api.body_limit import BodyLimit
from api.problems import MEDIA_TYPE, Problem
from api.protocol import Protocol
from tests.rows import FLEET, small_bank
from tests.serving import Server, server_environment, serving
from tests.unit.api.conftest import NotingBroker
from tests.unit.api.test_problems import rows
from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.settings import Settings

POST = b"POST /v1/runs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
MEGABYTE = b" " * 1_000_000
FIFTY = 50


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serving(server_environment(folder)) as running:
        yield running


@pytest.fixture
def database(folder: Path, server: Server) -> Iterator[Database]:
    database = Database(Settings(data_dir=folder).database_address)
    before = rows(database)
    yield database
    assert rows(database) == before
    database.close()


def answer(port: int, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send all of it, as clients do, and only then read."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        for piece in pieces:
            client.sendall(piece)
        with client.makefile("rb") as answered:
            status = int(answered.readline().split()[1])
            lines = iter(lambda: answered.readline().strip().decode("latin-1"), "")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            return status, headers, answered.read(int(headers["content-length"]))


def problem(port: int, *pieces: bytes) -> Problem:
    status, headers, content = answer(port, *pieces)
    assert headers["content-type"] == MEDIA_TYPE, content
    found = Problem.model_validate_json(content)
    assert found.status == status
    assert found.title and found.detail and found.do
    return found


def chunked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


@pytest.mark.parametrize("target", [b"/v1/runs", b"/v1/estimates"])
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_of_fifty_megabytes_is_refused_unread_and_its_sender_hears_why(
    server: Server, database: Database, target: bytes, announced: bool
) -> None:
    pieces = [MEGABYTE] * FIFTY
    length = b"Content-Length: %d" % (FIFTY * len(MEGABYTE)) if announced else b"Transfer-Encoding: chunked"
    before = server.most_memory_mib()

    found = problem(
        server.port, POST.replace(b"/v1/runs", target), length, b"\r\n\r\n", *(pieces if announced else chunked(pieces))
    )

    assert (found.status, found.type) == (413, "urn:yz-index:problem:body-too-large")
    assert server.most_memory_mib() - before < FIFTY / 2


def test_whoever_asks_before_sending_is_refused_without_sending(server: Server, database: Database) -> None:
    found = problem(server.port, POST, b"Expect: 100-continue\r\nContent-Length: 50000000\r\n\r\n")

    assert found.status == 413


def test_a_large_body_to_an_address_that_reads_none_does_not_hide_the_answer(server: Server) -> None:
    found = problem(
        server.port, b"POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n", *[MEGABYTE] * FIFTY
    )

    assert found.status == 404


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (GET + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n", 431),
        (GET + b"X: a\r\n" * 50_000 + b"\r\n", 431),
        (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
        (b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /v1/runs?limit=\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /nope HTTP/1.1\r\nHost: [\r\n\r\n", 404),
        (b"GET /v1/runs/%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n", 422),
        (b"GET /v1/runs/1" + b"0" * 4_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET /v1/runs/1" + b"0" * 5_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 422),
        (POST + b"Content-Length: -5\r\n\r\n{}", 400),
        (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
        (POST + b"Transfer-Encoding: gzip\r\n\r\n", 501),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n", 400),
        (POST + b"Content-Length: 2\r\nIdempotency-Key: a\x01b\r\n\r\n{}", 422),
        (POST + b"Content-Length: 2\r\nIdempotency-Key: \xc3\xa4\r\n\r\n{}", 422),
        (POST + b"Content-Length: 2\r\nIdempotency-Key: " + b"k" * 300 + b"\r\n\r\n{}", 422),
        (b"BREW /v1/runs HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    ],
)
def test_a_request_that_is_none_or_has_no_end_is_told_so(
    server: Server, database: Database, request_bytes: bytes, status: int
) -> None:
    found = problem(server.port, request_bytes)

    assert found.status == status
    assert len(found.model_dump_json()) < 3_000


class TestSlowClients:
    """Clients that begin and do not go on; the limits are made short, and no test waits for more."""

    @pytest.fixture
    def port(self, tmp_path: Path) -> Iterator[int]:
        settings = Settings(data_dir=tmp_path)
        database = Database(settings.database_address)
        migrate(database)
        app = create_app(settings, bank=small_bank(), fleet=FLEET, broker=NotingBroker())

        async def hurried(scope: Scope, receive: Receive, send: Send) -> None:
            await BodyLimit(app, within_s=0.1)(scope, receive, send)

        listener = socket.create_server(("127.0.0.1", 0))
        running = uvicorn.Server(uvicorn.Config(hurried, http=_Hurried, ws="none", lifespan="off", log_config=None))
        thread = threading.Thread(target=running.run, args=([listener],))
        thread.start()
        yield listener.getsockname()[1]
        assert rows(database) == 0
        running.should_exit = True
        thread.join(20)
        app.state.services.close()
        database.close()

    @pytest.mark.parametrize("begun", [b"", b"GET /healthz HTTP/1.1\r\nHo", POST])
    def test_a_head_that_does_not_come_is_given_up(self, port: int, begun: bytes) -> None:
        assert problem(port, begun).status == 408

    @pytest.mark.parametrize("begun", [b"Content-Length: 20\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"])
    def test_a_body_that_does_not_come_is_given_up(self, port: int, begun: bytes) -> None:
        assert problem(port, POST, begun).status == 408


class _Hurried(Protocol):
    head_within_s = 0.1
