"""The attached stream, against a socket that plays the engine."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from sandbox.stream import MAX_COMPLAINT_BYTES, AttachedStream, End, Stream


def frame(stream, content):
    return bytes([stream, 0, 0, 0]) + len(content).to_bytes(4, "big") + content


def soon():
    return time.monotonic() + 5


@pytest.fixture
def ends() -> Iterator[tuple[AttachedStream, socket.socket]]:
    ours, engine = socket.socketpair()
    with ours, engine:
        yield AttachedStream(ours), engine


def test_stdout_is_handed_over_and_stderr_kept_aside(ends):
    stream, engine = ends
    engine.sendall(frame(1, b"one") + frame(2, b"complaint") + frame(1, b"two"))
    seen = []

    def receive(part):
        seen.append(part)
        return len(seen) == 2

    end = stream.exchange(b"", receive, soon())

    assert (end, seen, stream.complaint) == (End.SATISFIED, [b"one", b"two"], b"complaint")


def test_a_flood_of_complaints_is_not_kept(ends):
    stream, engine = ends

    def complain():
        for _ in range(50):
            engine.sendall(frame(2, b"x" * 60_000))
        engine.close()

    flood = threading.Thread(target=complain)
    flood.start()

    end = stream.exchange(b"", lambda part: False, soon())
    flood.join()

    assert end is End.CLOSED
    assert len(stream.complaint) == MAX_COMPLAINT_BYTES


def test_a_request_larger_than_every_buffer_is_sent_while_answers_are_read(ends):
    stream, engine = ends
    request, received = bytes(5_000_000), []

    def echo():
        while part := engine.recv(1 << 16):
            received.append(len(part))
            engine.sendall(frame(1, b"x" * 1000))
        engine.sendall(frame(1, b"end"))

    thread = threading.Thread(target=echo)
    thread.start()
    end = stream.exchange(request, lambda part: part == b"end", soon())
    thread.join()

    assert end is End.SATISFIED
    assert sum(received) == len(request)


def test_a_silent_container_ends_at_the_deadline(ends):
    stream, _ = ends

    assert stream.exchange(b"hello", lambda part: True, time.monotonic() + 0.05) is End.DEADLINE


def test_a_container_that_never_reads_ends_at_the_deadline(ends):
    stream, _ = ends

    assert stream.exchange(bytes(10_000_000), lambda part: True, time.monotonic() + 0.05) is End.DEADLINE


def test_a_chatterbox_ends_at_the_deadline(ends):
    stream, engine = ends
    talking = threading.Event()

    def chatter():
        with contextlib.suppress(OSError):  # our end closes before it has read all
            while not talking.is_set():
                engine.sendall(frame(1, b"x"))

    thread = threading.Thread(target=chatter)
    thread.start()
    end = stream.exchange(b"", lambda part: False, time.monotonic() + 0.2)
    talking.set()
    engine.close()
    stream.close()
    thread.join()

    assert end is End.DEADLINE


def test_a_stream_that_breaks_is_closed(ends):
    stream, engine = ends
    engine.close()

    assert stream.exchange(bytes(1_000_000), lambda part: True, soon()) is End.CLOSED


def test_a_plain_stream_hands_over_what_arrives_as_it_is():
    ours, runner = socket.socketpair()
    with ours, runner:
        runner.sendall(b"\x01\x00\x00\x00\xff")
        seen: list[bytes] = []

        def receive(part):
            seen.append(part)
            return True

        end = Stream(ours).exchange(b"request", receive, soon())

        assert (end, seen) == (End.SATISFIED, [b"\x01\x00\x00\x00\xff"])


def test_a_silent_stream_is_looked_after_again_and_again(monkeypatch):
    monkeypatch.setattr("sandbox.stream.LOOK_EVERY_S", 0.001)
    ours, runner = socket.socketpair()
    looks: list[None] = []

    def look() -> None:
        looks.append(None)
        if len(looks) == 3:
            runner.close()

    with ours, runner:
        end = Stream(ours).exchange(b"", lambda part: False, soon(), look)

    assert (end, len(looks)) == (End.CLOSED, 3)


def test_of_a_side_that_has_ended_what_has_arrived_is_read_though_another_holds_its_end():
    ours, theirs = socket.socketpair()
    with ours, theirs, theirs.dup():
        stream, seen = Stream(ours), bytearray()
        theirs.sendall(b"last words")

        def receive(part):
            seen.extend(part)
            return False

        end = stream.exchange(b"", receive, soon(), stream.expect_no_more)

    assert (end, bytes(seen)) == (End.CLOSED, b"last words")
