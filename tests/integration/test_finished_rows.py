"""Answers that are written with their grades at once, as a played history's are, leave what the stages leave."""

from __future__ import annotations

from decimal import Decimal

from sqlmodel import select

from tests import rows
from yzindex.dimensions import Dimension
from yzindex.grading.grade import CaseGrade, Grade, Verdict
from yzindex.records import answers
from yzindex.records.database import Database
from yzindex.records.finished import Finished, open_answers, store_finished
from yzindex.records.states import AnswerState, Purpose
from yzindex.records.tables import Answer, StoredCall

HALF = Grade(
    score=Decimal("33.333333333"),
    verdict=Verdict.WRONG_ANSWER,
    reason="1 of 2 cases failed",
    cases=(
        CaseGrade(name="case 1", passed=True, verdict=Verdict.PASSED),
        CaseGrade(name="case 2", passed=False, verdict=Verdict.WRONG_ANSWER, detail="expected 4, got 5"),
    ),
)
_OF_THE_QUESTION = {"id", "position", "question_digest", "question_id"}
#: What only the way through the stages has: who held the row until when, and the moments.
_OF_THE_WAY = {"owner", "lease_until_s", "published_s", "publish_count", "answered_at", "ended_at"}


def submitted(database: Database, questions: int = 2) -> int:
    return rows.submit(database, [rows.question(Dimension.EXECUTION, n) for n in range(questions)], rows.FLEET.models)


def stored(database: Database) -> list[Answer]:
    with database.read() as session:
        return list(session.exec(select(Answer).order_by(Answer.id)))  # type: ignore[arg-type]


def call(answer_id: int) -> StoredCall:
    return StoredCall(
        answer_id=answer_id,
        purpose=Purpose.ASK,
        provider="sim",
        model_asked="agate",
        model_returned="sim/agate-2026",
        finish_reason="stop",
        prompt_tokens=10,
        completion_tokens=5,
        cost_usd=Decimal("0.001"),
        latency_s=0.1,
        attempts=1,
    )


def test_a_row_that_is_stored_finished_is_the_row_that_the_stages_would_have_left(database: Database) -> None:
    submitted(database)
    by_stages, at_once, *_ = (row.id or 0 for row in stored(database))
    reply = rows.model_reply("text with a \x00 byte")
    asked = answers.claim_to_ask(database, by_stages, owner="me", lease_s=60)
    assert asked
    assert answers.store_reply(database, asked, reply)
    claimed = answers.claim_to_grade(database, by_stages, owner="me", lease_s=60)
    assert claimed
    assert answers.store_grade(database, claimed, HALF, ran_in="box")

    with database.write() as session:
        store_finished(session, [Finished(answer_id=at_once, reply=reply, grade=HALF, ran_in="box")])

    staged, finished, *_ = (row.model_dump(exclude=_OF_THE_QUESTION | _OF_THE_WAY) for row in stored(database))
    assert finished == staged
    assert all(row.answered_at and row.ended_at for row in stored(database)[:2])


def test_many_rows_are_stored_at_once_each_with_its_own_reply_grade_and_calls(database: Database) -> None:
    submitted(database)
    ids = [row.id or 0 for row in stored(database)]

    with database.write() as session:
        store_finished(
            session,
            (
                Finished(
                    answer_id=answer_id,
                    reply=rows.model_reply(f"reply {answer_id}"),
                    grade=Grade(score=Decimal(answer_id), verdict=Verdict.PASSED),
                    calls=(call(answer_id), call(answer_id)),
                )
                for answer_id in ids
            ),
        )

    assert [(row.reply, row.score) for row in stored(database)] == [(f"reply {each}", Decimal(each)) for each in ids]
    with database.read() as session:
        assert sorted(each.answer_id for each in session.exec(select(StoredCall))) == sorted(2 * ids)


def test_only_rows_that_are_open_are_to_be_answered_each_with_its_question_and_vendor(database: Database) -> None:
    other, number = submitted(database), submitted(database)
    first, *rest = [row for row in stored(database) if row.run_number == number]

    with database.write() as session:
        store_finished(session, [Finished(answer_id=first.id or 0, reply=rows.model_reply("x"), grade=HALF)])
        found = open_answers(session, number)

    assert [each.answer_id for each in found] == [row.id for row in rest]
    assert [each.model for each in found] == ["sim/agate", "sim/opal", "sim/opal"]
    assert {each.vendor for each in found} == {"sim"}
    assert found[0].question_body == rows.question(Dimension.EXECUTION, 1).canonical()
    assert {row.state for row in stored(database) if row.run_number == other} == {AnswerState.PENDING}


def test_where_nothing_is_finished_nothing_is_written(database: Database) -> None:
    submitted(database)
    before = [row.model_dump() for row in stored(database)]

    with database.write() as session:
        store_finished(session, [])

    assert [row.model_dump() for row in stored(database)] == before
