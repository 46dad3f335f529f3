"""The history that the analysis reads is what the rows of concluded runs say, in columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import time_machine
from sqlmodel import col, update

from tests import rows
from tests.graded import finish, grade, scores
from yzindex.bank.question import Question
from yzindex.dimensions import Dimension
from yzindex.drift.history import History, HistoryRow, Role, history_of
from yzindex.records import interventions
from yzindex.records.database import Database
from yzindex.records.history import read_history
from yzindex.records.states import ConfirmationStage, RunKind
from yzindex.records.tables import Answer, Evaluation

EASY, HARD = rows.question(Dimension.EXECUTION, 1), rows.question(Dimension.EXECUTION, 2)
READ = rows.question(Dimension.GROUNDING, 3)
SIDE = rows.question(Dimension.JUDGMENT, 4)
DRAW = [EASY, HARD, READ, SIDE]
AGATE = rows.FLEET.models[:1]
UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
RETURNED = "sim/as-returned"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 11, 20, 3, tzinfo=UTC), tick=False) as clock:
        yield clock


def found(execution: tuple[str | None, ...], grounding: tuple[str | None, ...], judgment: tuple[str, ...] = ("10",)):
    return scores(execution, grounding, integrity=(), judgment=judgment, communication=())


def history(database: Database, zone: ZoneInfo = UTC_ZONE, as_of: date | None = None) -> History:
    with database.read() as session:
        return read_history(session, zone, as_of=as_of)


def expected(*answers: tuple[int, str, Question, float | None, Role, int, str]) -> History:
    """A history of rows as (day of November, model, question, score, role, packet, version)."""
    return history_of(
        HistoryRow(
            day=date(2026, 11, day),
            model=model,
            dimension=question.dimension,
            question=question.id,
            score=score,
            role=role,
            packet=packet,
            version=version,
        )
        for day, model, question, score, role, packet, version in answers
    )


def same(one: History, other: History) -> bool:
    names = ("models", "questions", "dimensions", "versions")
    columns = ("weights", "question_dimension", "day", "packet", "role", "model", "question", "version", "score")
    return all(getattr(one, name) == getattr(other, name) for name in names) and all(
        np.array_equal(getattr(one, column), getattr(other, column), equal_nan=True) for column in columns
    )


def test_an_empty_database_has_an_empty_history(database: Database) -> None:
    assert same(history(database), history_of([]))


@pytest.mark.usefixtures("clock")
def test_every_answer_in_a_main_dimension_is_a_row_and_an_unscored_one_has_no_score(database: Database) -> None:
    number = rows.submit(database, DRAW)
    finish(
        database,
        number,
        {"sim/agate": found(("100", None), ("62.5",)), "sim/opal": found(("0", "33.333333333"), ("100",))},
    )

    assert same(
        history(database),
        expected(
            (20, "sim/agate", EASY, 1.0, Role.DAILY, number, RETURNED),
            (20, "sim/agate", HARD, None, Role.DAILY, number, ""),
            (20, "sim/agate", READ, 0.625, Role.DAILY, number, RETURNED),
            (20, "sim/opal", EASY, 0.0, Role.DAILY, number, RETURNED),
            (20, "sim/opal", HARD, float("33.333333333") / 100, Role.DAILY, number, RETURNED),
            (20, "sim/opal", READ, 1.0, Role.DAILY, number, RETURNED),
        ),
    )


@pytest.mark.usefixtures("clock")
def test_the_role_of_an_answer_is_that_of_its_run(database: Database) -> None:
    good = {"sim/agate": found(("100", "100"), ("100",))}
    numbers = [
        *(rows.submit(database, DRAW, AGATE, kind=kind) for kind in (RunKind.SMOKE, RunKind.FULL, RunKind.CALIBRATION)),
        *(rows.confirm(database, rows.confirmation(DRAW, stage)) for stage in ConfirmationStage),
    ]
    for number in numbers:
        finish(database, number, good)

    read = history(database)

    roles = [Role.DAILY, Role.DAILY, Role.CALIBRATION, Role.AGAIN, Role.FRESH, Role.CONTROL, Role.LEVEL]
    assert dict(zip(read.packet.tolist(), read.role.tolist(), strict=True)) == dict(zip(numbers, roles, strict=True))


def test_the_day_of_an_answer_is_that_of_its_runs_order_in_the_zone(
    database: Database, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    number = rows.submit(database, DRAW, AGATE)
    clock.move_to(datetime(2026, 11, 22, 9, tzinfo=UTC))
    finish(database, number, {"sim/agate": found(("100", "100"), ("100",))})

    assert set(history(database).day) == {date(2026, 11, 20).toordinal()}
    assert set(history(database, BERLIN).day) == {date(2026, 11, 21).toordinal()}


def test_a_history_as_of_a_day_ends_with_it_in_the_zone(database: Database, clock: time_machine.Traveller) -> None:
    for day, hour in ((20, 3), (20, 23), (21, 3)):
        clock.move_to(datetime(2026, 11, day, hour, tzinfo=UTC))
        finish(database, rows.submit(database, DRAW, AGATE), {"sim/agate": found(("100", "100"), ("100",))})

    assert [len(history(database, zone, date(2026, 11, 20))) for zone in (UTC_ZONE, BERLIN)] == [6, 3]
    assert len(history(database, as_of=date(2026, 11, 19))) == 0
    assert same(history(database, as_of=date(2026, 11, 21)), history(database))


@pytest.mark.usefixtures("clock")
def test_runs_that_are_open_or_cancelled_are_no_history_and_one_that_is_asked_again_still_is(
    database: Database,
) -> None:
    part = {"sim/agate": found(("100", None), ("100",))}
    asked_again = rows.submit(database, DRAW, AGATE)
    finish(database, asked_again, part)
    interventions.resume_run(database, asked_again)
    interventions.cancel_run(database, rows.submit(database, DRAW, AGATE))
    rows.submit(database, DRAW, AGATE)

    read = history(database)

    assert set(read.packet) == {asked_again}
    assert np.isnan(read.score).sum() == 1


@pytest.mark.usefixtures("clock")
def test_a_run_that_is_about_to_be_concluded_counts_for_its_closer_alone(database: Database) -> None:
    finish(database, rows.submit(database, DRAW, AGATE), {"sim/agate": found(("100", "0"), ("100",))})
    number = rows.submit(database, DRAW, AGATE)
    grade(database, number, "sim/agate", found(("0", "0"), ("0",)))

    with database.read() as session:
        closers = read_history(session, UTC_ZONE, concluding=number)

    assert (len(closers), len(history(database))) == (6, 3)
    assert set(closers.score[closers.packet == number]) == {0.0}


@pytest.mark.usefixtures("clock")
def test_another_wording_is_another_question_and_both_are_named_apart(database: Database) -> None:
    reworded = Question.model_validate(EASY.model_dump(mode="json") | {"prompt": "Write `double`, in other words."})
    for question in (EASY, reworded):
        number = rows.submit(database, [question, READ], AGATE)
        finish(database, number, {"sim/agate": found(("100",), ("100",), judgment=())})

    read = history(database)

    assert set(read.questions) == {f"{EASY.id}@{EASY.digest[:8]}", f"{EASY.id}@{reworded.digest[:8]}", READ.id}
    assert [read.dimensions[index] for index in read.question_dimension] == ["execution", "execution", "grounding"]


@pytest.mark.usefixtures("clock")
def test_models_and_versions_are_told_by_name(database: Database) -> None:
    for number in (rows.submit(database, DRAW), rows.submit(database, DRAW)):
        good = found(("100", "100"), ("100",))
        finish(database, number, {"sim/agate": good, "sim/opal": good})
        with database.write() as session:
            session.exec(
                update(Answer).where(col(Answer.run_number) == number).values(model_returned=f"version of {number}")
            )
    with database.write() as session:
        session.exec(update(Evaluation).where(col(Evaluation.model) == "sim/agate").values(model="zz/last"))

    read = history(database)

    first, second = sorted(set(read.packet))
    assert read.models == ("sim/opal", "zz/last")
    assert {read.versions[row] for row in read.version[read.packet == second]} == {f"version of {second}"}
    assert {read.versions[row] for row in read.version[read.packet == first]} == {f"version of {first}"}
