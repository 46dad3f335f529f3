"""Claims and dues of answer rows, on real databases with real concurrency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import PoolProxiedConnection
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select, update

from tests import rows
from yzindex.dimensions import Dimension
from yzindex.grading.grade import CaseGrade, Grade, Verdict
from yzindex.records import answers, leases, outbox
from yzindex.records.columns import clock_s
from yzindex.records.database import Database
from yzindex.records.states import AnswerState, Purpose
from yzindex.records.tables import Answer, StoredCall

LEASE_S = 60.0
RIGHT = Grade(score=Decimal(100), verdict=Verdict.PASSED)


@pytest.fixture
def answer_id(database: Database) -> int:
    rows.submit(database, [rows.question(Dimension.EXECUTION, 1)], rows.FLEET.models[:1])
    with database.read() as session:
        return session.exec(select(Answer.id)).one() or 0


def test_of_many_that_claim_one_row_at_once_one_gets_it(database: Database, answer_id: int) -> None:
    barrier = Barrier(8)

    def claim(number: int) -> object:
        barrier.wait()
        return answers.claim_to_ask(database, answer_id, owner=f"worker-{number}", lease_s=LEASE_S)

    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(claim, range(8)))

    assert sum(claim is not None for claim in claims) == 1


def test_a_reply_under_a_lost_claim_changes_nothing(database: Database, answer_id: int) -> None:
    slow = answers.claim_to_ask(database, answer_id, owner="slow", lease_s=-1)
    quick = answers.claim_to_ask(database, answer_id, owner="quick", lease_s=LEASE_S)
    assert slow and quick

    assert answers.store_reply(database, quick, rows.model_reply("second"))
    assert not answers.store_reply(database, slow, rows.model_reply("first"))

    assert read(database, answer_id).reply == "second"


def test_a_renewed_lease_keeps_others_out(database: Database, answer_id: int) -> None:
    answers.claim_to_ask(database, answer_id, owner="me", lease_s=-1)

    leases.renew(database, Answer, [answer_id], owner="me", lease_s=LEASE_S)

    assert answers.claim_to_ask(database, answer_id, owner="other", lease_s=LEASE_S) is None


def test_a_lease_that_another_took_over_is_not_renewed_by_its_former_owner(database: Database, answer_id: int) -> None:
    answers.claim_to_ask(database, answer_id, owner="former", lease_s=-1)
    answers.claim_to_ask(database, answer_id, owner="new", lease_s=-1)

    leases.renew(database, Answer, [answer_id], owner="former", lease_s=LEASE_S)

    assert answers.claim_to_ask(database, answer_id, owner="third", lease_s=LEASE_S) is not None


def test_a_row_goes_from_pending_to_graded(database: Database, answer_id: int) -> None:
    asked = answers.claim_to_ask(database, answer_id, owner="me", lease_s=LEASE_S)
    assert asked and answers.store_reply(database, asked, rows.model_reply("text with a \x00 byte"))
    claimed = answers.claim_to_grade(database, answer_id, owner="me", lease_s=LEASE_S)
    assert claimed and claimed.reply == "text with a � byte"

    assert answers.store_grade(database, claimed, RIGHT, ran_in="box")

    row = read(database, answer_id)
    assert (row.state, row.score, row.verdict, row.ran_in) == (AnswerState.GRADED, Decimal(100), "passed", "box")
    assert answers.claim_to_ask(database, answer_id, owner="me", lease_s=LEASE_S) is None
    assert answers.claim_to_grade(database, answer_id, owner="me", lease_s=LEASE_S) is None


def test_a_row_given_back_waits_for_its_time(database: Database, answer_id: int) -> None:
    claim = answers.claim_to_ask(database, answer_id, owner="me", lease_s=LEASE_S)
    assert claim

    answers.give_back(database, claim, wait_s=30, reason="provider answered 429")

    assert answers.claim_to_ask(database, answer_id, owner="me", lease_s=LEASE_S) is None
    assert outbox.due(database, epoch="e") == []
    change(database, answer_id, not_before_s=0.0)
    assert len(outbox.due(database, epoch="e")) == 1


def test_a_row_given_back_while_grading_keeps_its_reply_and_is_not_asked_again(
    database: Database, answer_id: int
) -> None:
    asked = answers.claim_to_ask(database, answer_id, owner="me", lease_s=LEASE_S)
    assert asked and answers.store_reply(database, asked, rows.model_reply("paid for"))
    claim = answers.claim_to_grade(database, answer_id, owner="me", lease_s=LEASE_S)
    assert claim

    answers.give_back(database, claim, wait_s=0, reason="no sandbox")

    assert answers.claim_to_ask(database, answer_id, owner="me", lease_s=LEASE_S) is None
    assert read(database, answer_id).reply == "paid for"


def test_an_unscored_row_has_a_reason_and_no_score(database: Database, answer_id: int) -> None:
    claim = answers.claim_to_ask(database, answer_id, owner="me", lease_s=LEASE_S)
    assert claim

    answers.store_unscored(database, claim, "provider answered 429 five times")

    row = read(database, answer_id)
    assert (row.state, row.score, row.reason) == (AnswerState.UNSCORED, None, "provider answered 429 five times")


def published(database: Database, answer_id: int, *, ago_s: float, count: int = 1) -> None:
    change(
        database,
        answer_id,
        published_s=clock_s() - ago_s,
        publish_count=count,
        epoch="now",
        owner="publisher",
        lease_until_s=None,
    )


def claimed_by_a_worker_that_died(database: Database, answer_id: int) -> None:
    published(database, answer_id, ago_s=10)
    answers.claim_to_ask(database, answer_id, owner="dead", lease_s=-5)


@pytest.mark.parametrize(
    ("arrange", "is_due"),
    [
        pytest.param(lambda database, row: None, True, id="never published"),
        pytest.param(lambda database, row: published(database, row, ago_s=1), False, id="just published"),
        pytest.param(lambda database, row: published(database, row, ago_s=299), False, id="backlog of five minutes"),
        pytest.param(lambda database, row: published(database, row, ago_s=301), True, id="silent for five minutes"),
        pytest.param(
            lambda database, row: published(database, row, ago_s=301, count=2), False, id="silence backs off, doubling"
        ),
        pytest.param(
            lambda database, row: published(database, row, ago_s=601, count=2), True, id="silent for ten minutes"
        ),
        pytest.param(
            lambda database, row: answers.claim_to_ask(database, row, owner="w", lease_s=LEASE_S),
            False,
            id="a worker has it",
        ),
        pytest.param(
            claimed_by_a_worker_that_died,
            True,
            id="its worker died",
        ),
    ],
)
def test_a_row_is_due_exactly_when_its_message_is_missing(
    database: Database, answer_id: int, arrange: Callable[[Database, int], object], is_due: bool
) -> None:
    arrange(database, answer_id)

    assert bool(outbox.due(database, epoch="now")) is is_due


def test_a_broker_that_lost_its_memory_makes_published_rows_due_at_once(database: Database, answer_id: int) -> None:
    published(database, answer_id, ago_s=1)

    assert len(outbox.due(database, epoch="another")) == 1


def test_a_row_whose_message_is_on_no_queue_is_lost_once_a_worker_would_have_claimed_it(
    database: Database, answer_id: int
) -> None:
    published(database, answer_id, ago_s=14)
    (route,) = outbox.unclaimed(database)
    assert outbox.lost(database, [route], 1) == []

    published(database, answer_id, ago_s=16)

    assert [row.id for row in outbox.lost(database, [route], 1)] == [answer_id]
    published(database, answer_id, ago_s=16, count=2)
    assert outbox.lost(database, [route], 1) == []


@pytest.mark.parametrize(
    "arrange",
    [
        pytest.param(lambda database, row: None, id="never published"),
        pytest.param(
            lambda database, row: answers.claim_to_ask(database, row, owner="w", lease_s=LEASE_S), id="a worker has it"
        ),
        pytest.param(lambda database, row: change(database, row, not_before_s=clock_s() + 9), id="it waits its time"),
        pytest.param(lambda database, row: change(database, row, state=AnswerState.GRADED), id="it has ended"),
    ],
)
def test_only_rows_that_a_message_should_have_brought_to_a_worker_are_looked_for(
    database: Database, answer_id: int, arrange: Callable[[Database, int], object]
) -> None:
    arrange(database, answer_id)

    assert outbox.unclaimed(database) == {}


def test_of_the_unclaimed_rows_the_first_published_are_the_lost_ones(database: Database) -> None:
    questions = [rows.question(Dimension.EXECUTION, number) for number in range(4)]
    rows.submit(database, questions, rows.FLEET.models[:1])
    ids = answer_ids(database)
    for place, answer_id in enumerate(reversed(ids)):
        published(database, answer_id, ago_s=60 - place)

    ((route, unclaimed),) = outbox.unclaimed(database).items()
    waiting = 1

    assert [row.id for row in outbox.lost(database, [route], unclaimed - waiting)] == ids[:0:-1]


def test_two_sweepers_never_publish_one_row_twice(database: Database, answer_id: int) -> None:
    found = [outbox.due(database, epoch="e") for _ in range(2)]

    taken = [outbox.take_to_publish(database, due, token=f"t{number}", epoch="e") for number, due in enumerate(found)]

    assert [len(own) for own in taken] == [1, 0]


def test_rows_of_a_publisher_that_died_are_due_when_its_lease_ends(database: Database, answer_id: int) -> None:
    outbox.take_to_publish(database, outbox.due(database, epoch="e"), token="dead", epoch="e")
    assert outbox.due(database, epoch="e") == []

    change(database, answer_id, lease_until_s=clock_s() - 1)

    assert len(outbox.due(database, epoch="e")) == 1


def test_a_row_whose_worker_died_is_published_again_and_can_be_claimed(database: Database, answer_id: int) -> None:
    claimed_by_a_worker_that_died(database, answer_id)

    republish(database)

    claim = answers.claim_to_ask(database, answer_id, owner="heir", lease_s=LEASE_S)
    assert claim
    assert claim.given_back == 1


def test_a_row_whose_grader_died_is_graded_by_another_and_not_asked_again(database: Database, answer_id: int) -> None:
    asked = answers.claim_to_ask(database, answer_id, owner="me", lease_s=LEASE_S)
    assert asked
    assert answers.store_reply(database, asked, rows.model_reply("paid for"))
    assert answers.claim_to_grade(database, answer_id, owner="dead", lease_s=-5)

    republish(database)

    assert answers.claim_to_ask(database, answer_id, owner="heir", lease_s=LEASE_S) is None
    claim = answers.claim_to_grade(database, answer_id, owner="heir", lease_s=LEASE_S)
    assert claim
    assert claim.reply == "paid for"


def test_a_worker_that_lost_its_row_to_a_publisher_gives_nothing_back(database: Database, answer_id: int) -> None:
    zombie = answers.claim_to_ask(database, answer_id, owner="zombie", lease_s=-5)
    assert zombie
    taken = outbox.take_to_publish(database, outbox.due(database, epoch="e"), token="t", epoch="e")
    assert len(taken) == 1

    assert not answers.give_back(database, zombie, wait_s=0, reason="late")
    outbox.note_published(database, token="t")

    assert answers.claim_to_ask(database, answer_id, owner="heir", lease_s=LEASE_S)


def test_every_death_of_a_worker_is_counted(database: Database, answer_id: int) -> None:
    for deaths in range(3):
        claim = answers.claim_to_ask(database, answer_id, owner=f"dead-{deaths}", lease_s=-5)
        assert claim
        assert claim.given_back == deaths


def test_text_that_no_database_takes_is_stored_all_the_same(database: Database, answer_id: int) -> None:
    hostile = "a\x00b\ud800c"
    asked = answers.claim_to_ask(database, answer_id, owner="me", lease_s=LEASE_S)
    assert asked
    assert answers.store_reply(database, asked, replace(rows.model_reply(hostile), model_returned=hostile))
    claim = answers.claim_to_grade(database, answer_id, owner="me", lease_s=LEASE_S)
    assert claim
    case = CaseGrade(name="case", passed=False, verdict=Verdict.WRONG_ANSWER, detail=hostile)

    assert answers.store_grade(database, claim, replace(RIGHT, reason=hostile, cases=(case,)))

    row = read(database, answer_id)
    assert row.cases
    assert {row.reply, row.model_returned, row.reason, row.cases[0]["detail"]} == {"a\ufffdb?c"}


def republish(database: Database) -> None:
    due = outbox.due(database, epoch="now")
    assert len(outbox.take_to_publish(database, due, token="again", epoch="now")) == 1
    outbox.note_published(database, token="again")


def test_noting_a_publication_leaves_a_row_alone_that_a_worker_has_claimed_since(
    database: Database, answer_id: int
) -> None:
    outbox.take_to_publish(database, outbox.due(database, epoch="e"), token="t", epoch="e")
    assert answers.claim_to_ask(database, answer_id, owner="worker", lease_s=LEASE_S)

    outbox.note_published(database, token="t")

    assert answers.claim_to_ask(database, answer_id, owner="other", lease_s=LEASE_S) is None


class Outage:
    """A database whose next commit goes unacknowledged."""

    def __init__(self, database: Database, *, kept: bool) -> None:
        self._commit = database.engine.dialect.do_commit
        self._kept = kept
        self.is_over = False

    def commit(self, connection: PoolProxiedConnection) -> None:
        if self.is_over:
            return self._commit(connection)
        self.is_over = True
        if self._kept:
            self._commit(connection)
        raise OperationalError("COMMIT", None, Exception("server closed the connection unexpectedly"))


@pytest.mark.parametrize("kept", [True, False], ids=["written", "not written"])
def test_a_call_whose_record_was_not_acknowledged_is_recorded_once(
    database: Database, answer_id: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = model_call(answer_id, "first")
    outage = Outage(database, kept=kept)
    with monkeypatch.context() as patch:
        patch.setattr(database.engine.dialect, "do_commit", outage.commit)
        with pytest.raises(OperationalError):
            answers.add_call(database, call)
    assert outage.is_over
    answers.add_call(database, model_call(answer_id, "of another"))

    answers.add_call(database, call)

    with database.read() as session:
        assert Counter(session.exec(select(StoredCall.request_id))) == {"first": 1, "of another": 1}


def model_call(answer_id: int, request_id: str) -> StoredCall:
    return StoredCall(
        answer_id=answer_id, purpose=Purpose.ASK, provider="sim", model_asked="sim/agate", request_id=request_id
    )


def answer_ids(database: Database) -> list[int]:
    with database.read() as session:
        return [found or 0 for found in session.exec(select(Answer.id).order_by(col(Answer.id)))]


def read(database: Database, answer_id: int) -> Answer:
    with database.read() as session:
        return session.exec(select(Answer).where(Answer.id == answer_id)).one()


def change(database: Database, answer_id: int, **values: object) -> None:
    with database.write() as session:
        session.exec(update(Answer).where(col(Answer.id) == answer_id).values(**values))
