"""The stream from the container: only what our runner writes is believed."""

from __future__ import annotations

import json

import pytest

from sandbox import Call, Case, Outcome, Program
from sandbox.conversation import PROTOCOL, Conversation, Greeting
from sandbox.facts import FactsRejected
from sandbox.runner import MODULES, compiled, wire
from sandbox.runner.gathered import NOT_STARTED

FACTS = NOT_STARTED | {"started": True, "exit_status": 0, "wall_exceeded": False}
GREETING = wire.encode_facts({"protocol": PROTOCOL})


def block(content):
    return len(content).to_bytes(4, "big") + content


def case_blocks(ticket, value=b'["int","0x1"]', **changes):
    facts = json.dumps({**FACTS, "ticket": ticket.hex(), **changes}).encode()
    return b"".join(map(block, (facts, b"out", b"err", value)))


@pytest.fixture
def talk():
    call = Call(entry_point="f", args="()")
    return Conversation(Program(source="", cases=(Case(call=call), Case(call=call))))


def tickets(talk):
    """What the host gave out, as the runner reads it: the last block of each case."""
    rest, blocks = talk.request(), []
    while rest:
        size = int.from_bytes(rest[:4], "big")
        blocks.append(rest[4 : 4 + size])
        rest = rest[4 + size :]
    return blocks[4::3]


def test_a_whole_stream_is_complete_however_it_is_cut(talk):
    first, second = tickets(talk)
    stream = case_blocks(first) + case_blocks(second)

    for byte in stream:
        talk.feed(bytes([byte]))

    assert talk.complete
    assert [case.outcome for case in talk.cases] == [Outcome.COMPLETED] * 2
    assert (talk.cases[0].stdout, talk.cases[0].stderr) == (b"out", b"err")


def test_a_ticket_is_needed_and_in_order(talk):
    first, second = tickets(talk)

    with pytest.raises(FactsRejected, match="ticket"):
        talk.feed(case_blocks(second) + case_blocks(first))

    assert talk.cases == []


def test_a_ticket_serves_once(talk):
    first, _ = tickets(talk)
    talk.feed(case_blocks(first))

    with pytest.raises(FactsRejected, match="ticket"):
        talk.feed(case_blocks(first))

    assert len(talk.cases) == 1


def test_tickets_cannot_be_guessed_from_one_another(talk):
    assert len({*tickets(talk), bytes(16)}) == 3


def test_nothing_may_follow_the_last_case(talk):
    first, second = tickets(talk)

    with pytest.raises(FactsRejected, match="after the last that are due"):
        talk.feed(case_blocks(first) + case_blocks(second) + b"x")


@pytest.mark.parametrize("size", [4097, 2**31, 2**32 - 1])
def test_a_block_beyond_its_bound_is_refused_before_it_is_read(talk, size):
    with pytest.raises(FactsRejected, match="at most"):
        talk.feed(size.to_bytes(4, "big"))


def test_the_runner_is_sent_before_any_program_and_greets():
    greeting = Greeting(processes=64)

    greeting.feed(block(GREETING))

    assert greeting.complete
    assert block(compiled(MODULES)) in greeting.request()


@pytest.mark.parametrize("words", [b"", b"{}", b'{"protocol": 1}', b"hello"])
def test_another_greeting_is_refused(words):
    greeting = Greeting()

    with pytest.raises(FactsRejected):
        greeting.feed(block(words))

    assert not greeting.complete


@pytest.mark.parametrize(
    "changes",
    [
        {"exit_status": True},
        {"exit_status": 256},
        {"exit_status": 0.0},
        {"exit_status": "0"},
        {"cpu_s": float("nan")},
        {"cpu_s": -1.0},
        {"cpu_s": 0},
        {"wall_s": float("inf")},
        {"wall_exceeded": 0},
        {"oom_killed": None},
        {"overflow": "stdin"},
        {"overflow": []},
        {"outcome": "completed"},
    ],
)
def test_facts_of_a_wrong_type_or_range_are_refused(talk, changes):
    first, _ = tickets(talk)

    with pytest.raises(FactsRejected):
        talk.feed(case_blocks(first, **changes))


@pytest.mark.parametrize("facts", [b"", b"[]", b"null", b"[" * 4096, b"\xff", b"{}"])
def test_facts_that_are_no_facts_are_refused(talk, facts):

    with pytest.raises(FactsRejected):
        talk.feed(block(facts))


@pytest.mark.parametrize("value", [b"", b"garbage", b"1", b'["int","0x1"]["int","0x1"]'])
def test_a_call_without_a_readable_value_is_a_runtime_error(talk, value):
    first, _ = tickets(talk)

    talk.feed(case_blocks(first, value=value))

    assert (talk.cases[0].outcome, talk.cases[0].value) == (Outcome.RUNTIME_ERROR, None)
