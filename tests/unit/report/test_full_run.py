"""A run that asks the whole bank: its articles stay short, and say where the rest is."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from api.shapes.reports import as_document, as_markdown
from tests import rows
from tests.graded import Scores, finish, scores
from tests.report_checker import Checker, Wrong
from yzindex.dimensions import Dimension
from yzindex.records.database import Database
from yzindex.records.report_view import run_facts
from yzindex.records.states import AnswerState, RunKind
from yzindex.records.tables import Answer

UTC = ZoneInfo("UTC")
PER_DIMENSION = 136
LARGEST_PAGE = 30_000
AGATE = "sim/agate"


@pytest.fixture(scope="module")
def full(new_database: Callable[[], Database]) -> Database:
    """Run #1 asks two models 680 questions: half of the answers are wrong, each with a long log, and some fail."""
    database = new_database()
    number = rows.submit(database, list(rows.small_bank(per_tier=68).questions), kind=RunKind.FULL)
    finish(database, number, {"sim/agate": _half_wrong(), "sim/opal": _half_wrong()})
    with database.write() as session:
        for answer in session.exec(select(Answer).where(Answer.state == AnswerState.GRADED)).all():
            if answer.score != Decimal(100):
                answer.reason = "1 of 1 cases failed; first case 1: returned " + "9" * 5_000
                session.add(answer)
    return database


def _half_wrong() -> Scores:
    own: tuple[str | None, ...] = ("0", "100", "50", None) * (PER_DIMENSION // 4)
    return scores(**{dimension.value: own for dimension in Dimension})


def test_the_articles_on_a_run_of_680_questions_stay_below_30_kilobytes(full: Database) -> None:
    run = run_facts(full, UTC, 1)

    assert len(run.models[0].now.questions) == 5 * PER_DIMENSION
    for model in (None, AGATE):
        assert len(as_document(run, model).encode()) < LARGEST_PAGE


def test_what_is_cut_is_counted_and_its_place_is_named(full: Database) -> None:
    article = as_markdown(run_facts(full, UTC, 1), AGATE)

    raw = "[raw data of Run #1](/v1/runs/1/raw)."
    assert f"660 more questions of Run #1 are in the {raw}" in article
    assert f"126 more questions cost points; all are in the {raw}" in article
    assert " and 160 more questions: provider answered 429 five times" in article
    assert article.count("\n| Run #1 | ") == 20


def test_a_long_log_is_cut_where_it_is_told(full: Database) -> None:
    article = as_markdown(run_facts(full, UTC, 1), AGATE)

    logs = [line.split("The grader's log: ")[1] for line in article.split("\n") if "The grader's log: " in line]
    assert len(logs) == 10
    assert {len(log) for log in logs} == {161}
    assert all(log.endswith("9…") for log in logs)


@pytest.mark.parametrize("model", [None, AGATE])
def test_every_figure_of_a_cut_article_is_what_the_rows_give(full: Database, model: str | None) -> None:
    checker, article = Checker(full, 1), as_markdown(run_facts(full, UTC, 1), model)

    checker.check(article, model)
    with pytest.raises(Wrong):
        checker.check(article.replace("660 more", "661 more"), model)
