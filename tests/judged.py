"""Verdicts, expectations, confirmed changes and moves written by hand, as the analysis stores them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import col, select

from tests import rows
from tests.graded import Scores, finish, scores
from yzindex.dimensions import MAIN_WEIGHTS
from yzindex.drift.words import Word
from yzindex.records.database import Database
from yzindex.records.states import Direction, MoveCause
from yzindex.records.tables import (
    Answer,
    BoardMove,
    ConfirmedChange,
    Evaluation,
    Expectation,
    StoredVerdict,
)

FIRST = date(2026, 11, 1)
BANK = rows.small_bank(per_tier=1)


def flat(points: str, **other: tuple[str | None, ...]) -> Scores:
    """Scores whose main score is `points`."""
    return scores(execution=(points, points), grounding=(points, points), **other)


def day(number: int) -> date:
    """The day of that number, from 1."""
    return FIRST + timedelta(days=number - 1)


def play(database: Database, found: dict[str, Scores]) -> int:
    """A concluded smoke run of the models that have scores."""
    models = tuple(model for model in rows.FLEET.models if model.slug in found)
    number = rows.submit(database, list(BANK.questions), models)
    finish(database, number, found)
    return number


def evaluation_id(database: Database, run: int, model: str) -> int:
    with database.read() as session:
        found = session.exec(select(Evaluation.id).where(Evaluation.run_number == run, Evaluation.model == model)).one()
    assert found is not None
    return found


def judge(
    database: Database,
    run: int,
    model: str = "sim/agate",
    *,
    on: date,
    word: Word = Word.STEADY,
    expected: str | None = "80",
    common: str = "0",
    variance: str = "400",
    terms: tuple[int, str, str, str] | None = None,
    size: str | None = None,
    since: date | None = None,
    draws_better: int | None = None,
    possible_draws: list[int] | None = None,
) -> None:
    """Store a verdict. `terms` is the run compared with, the change, draw and common; the rest is what is left."""
    verdict = StoredVerdict(
        evaluation_id=evaluation_id(database, run, model),
        day=on,
        word=word,
        chart="main",
        evidence="For a reason.",
        since=since,
        draws_better=draws_better,
        possible_draws=possible_draws,
        known=60,
        fall_ratio=Decimal(0),
        rise_ratio=Decimal(0),
        log_evidence_fall=Decimal(0),
        log_evidence_rise=Decimal(0),
        analysis_version="1",
    )
    if expected is not None:
        verdict.expected, verdict.common, verdict.variance = Decimal(expected), Decimal(common), Decimal(variance)
    if size is not None:
        verdict.size, verdict.lo, verdict.hi = Decimal(size), Decimal(size) - 5, Decimal(size) + 5
    if terms is not None:
        change, draw, shared = (Decimal(term) for term in terms[1:])
        verdict.compared_run, verdict.change, verdict.draw, verdict.common_change = terms[0], change, draw, shared
        verdict.rest = change - draw - shared
        verdict.rest_lo, verdict.rest_hi = verdict.rest - 30, verdict.rest + 30
    with database.write() as session:
        session.add(verdict)


def expect(database: Database, run: int, model: str, mean: dict[str, str], variance: str = "0.04") -> None:
    """Store what was expected of a run's main answers, a score of 0 to 1 for each dimension."""
    with database.write() as session:
        answers = session.exec(
            select(Answer).where(
                Answer.evaluation_id == evaluation_id(database, run, model), col(Answer.dimension).in_(MAIN_WEIGHTS)
            )
        )
        for answer in answers.all():
            assert answer.id is not None
            session.add(
                Expectation(
                    answer_id=answer.id,
                    mean=Decimal(mean[answer.dimension]),
                    variance=Decimal(variance),
                    shared_variance=Decimal("0.01"),
                )
            )


def confirm(
    database: Database,
    run: int,
    model: str = "sim/agate",
    *,
    since: date,
    on: date,
    size: str = "-11.4",
    chart: str = "main",
) -> None:
    """Store a confirmed change."""
    with database.write() as session:
        session.add(
            ConfirmedChange(
                model=model,
                direction=Direction.FALL if Decimal(size) < 0 else Direction.RISE,
                chart=chart,
                since=since,
                day=on,
                size=Decimal(size),
                lo=Decimal(size) - 5,
                hi=Decimal(size) + 5,
                standard_error=Decimal("2.5"),
                answers=160,
                worse=25,
                better=5,
                equal=50,
                run_number=run,
                analysis_version="1",
            )
        )


def move(database: Database, *, since: date, on: date, cause: MoveCause = MoveCause.QUESTIONS) -> None:
    """Store a move of the board."""
    with database.write() as session:
        session.add(BoardMove(since=since, day=on, cause=cause, chart="main", analysis_version="1"))
