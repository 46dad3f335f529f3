"""`yz` where something else answers, or nothing does: status 3 in bounded time, a sentence, and nothing on stdout."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from api.client import ApiUnreachable, Client, Patience
from tests.serving import ROOT

HASTE = Patience(connect_s=0.2, silent_s=0.2, whole_s=0.2)
ANSWERS = {
    "a page": b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
    "other JSON": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    "deep JSON": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"[" * 100_000,
    "an error of its own": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\n{}",
    "a broken encoding": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde",
    "a way elsewhere": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "bytes": b"\xff\xfe\x00\x1b[31m\r\n\r\n",
    "nothing": b"",
}
COMMANDS = [("board", "--json"), ("run", "--json"), ("raw", "1", "--json")]


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A service that answers every connection so, on a free port."""

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client, suppress(OSError):
                    client.recv(65_536)
                    answer(client)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(20)


def yz(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("YZ_")}
    command = [sys.executable, "-m", "api.cli", *words]
    environment = own | {"YZ_DATA_DIR": str(folder)} | variables
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("answer", ["a page", "a broken encoding", "half an answer"])
def test_a_command_that_meets_another_service_says_so(tmp_path: Path, answer: str, words: tuple[str, ...]) -> None:
    with answering(lambda client: client.sendall(ANSWERS[answer])) as address:
        done = yz(tmp_path, *words, YZ_API_URL=address)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    assert "YZ_API_URL" in done.stderr


@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_answers_is_told_in_a_printable_sentence(answer: str) -> None:
    with (
        answering(lambda client: client.sendall(ANSWERS[answer])) as address,
        Client(address) as client,
        pytest.raises(ApiUnreachable, match="YZ_API_URL") as caught,
    ):
        client.board()

    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_a_server_that_never_answers_is_given_up() -> None:
    def wait(client: socket.socket) -> None:
        client.recv(1)

    with (
        answering(wait) as address,
        Client(address, patience=HASTE) as client,
        pytest.raises(ApiUnreachable, match="does not answer in time"),
    ):
        client.board()


def test_an_answer_that_never_ends_is_given_up() -> None:
    def drip(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            client.sendall(b" " * 1_000)

    with (
        answering(drip) as address,
        Client(address, patience=HASTE) as client,
        pytest.raises(ApiUnreachable, match="an answer that does not end"),
    ):
        client.board()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "--seed", "9" * 20), "--seed: Input should be less than or equal to 2000000000"),
        (("run", "--models", "x" * 300), "--models.0: String should have at most 128 characters"),
        (("run", "--models", "x," * 1_500), "--models: List should have at most 1000 items"),
        (("run", "--models", ","), "no API answers"),
        (("run", "--max-usd", "nan"), "--max-usd"),
        (("raw", "seven"), "Invalid value for 'run'"),
        (("score", "--execution", "101", "--grounding", "1"), "is not from 0 to 100"),
        (("questions", "lint", "/none"), "/none: no question files"),
        (("questions", "lint", "/dev/null"), "/dev/null: no question files"),
        (("questions", "list", "--bank", "/dev/null"), "/dev/null: no question files"),
        (("questions", "draw", "--seed", "-1"), "greater than or equal to 0"),
        (("nonsense",), "No such command"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_words_are_bad_usage_with_a_reason(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = yz(tmp_path, *words, YZ_API_URL="http://127.0.0.1:9", COLUMNS="200")

    assert done.returncode == (3 if "no API" in says else 2), done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "input_value" not in done.stderr
    assert done.stdout == ""


def test_a_full_disk_is_trouble_of_ours_and_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "api.cli", "questions", "list", "--json"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 3
    assert done.stderr.splitlines()[0].startswith("this machine refused: No space left on device")
    assert "Traceback" not in done.stderr


def test_a_fault_of_ours_is_told_by_its_place_and_not_by_what_it_held(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from api import cli
    from api.cli import commands

    def broken() -> None:
        raise KeyError("sk-secret")

    monkeypatch.setattr(commands, "app", broken)

    with pytest.raises(SystemExit) as ended:
        cli.main()

    told = capsys.readouterr().err
    assert ended.value.code == 3
    assert f"KeyError at {__file__}" in told
    assert "sk-secret" not in told
