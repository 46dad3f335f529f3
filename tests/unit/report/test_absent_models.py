"""A model that is not asked every day: its report looks back to its own last runs, however long ago they were."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from api.shapes.reports import as_markdown
from tests.graded import scores
from tests.published_board import DEEPSEEK, GPT, OPUS, SONNET, published_board
from tests.report_checker import Checker
from yzindex.records.database import Database
from yzindex.records.report_view import model_of, run_facts
from yzindex.report.facts import RunFacts

UTC = ZoneInfo("UTC")


@pytest.fixture(scope="module")
def returned(new_database: Callable[[], Database]) -> tuple[Database, int]:
    """After Run #117 one model is asked alone on 31 days, and then all are."""
    database = new_database()
    written = published_board(database)
    for _ in range(31):
        written.day({GPT: scores(execution=("100", "50"))})
    return database, written.day({model: scores() for model in (OPUS, SONNET, DEEPSEEK, GPT)})


@pytest.fixture
def report(returned: tuple[Database, int]) -> RunFacts:
    return run_facts(returned[0], UTC, returned[1])


@pytest.mark.parametrize(("model", "before"), [(OPUS, 116), (SONNET, 116), (DEEPSEEK, 117), (GPT, 148)])
def test_a_model_is_compared_with_the_last_run_that_asked_it(report: RunFacts, model: str, before: int) -> None:
    was = model_of(report, model).was

    assert was is not None
    assert was.run_number == before


@pytest.mark.parametrize(("model", "labels"), [(OPUS, 5), (DEEPSEEK, 3), (GPT, 5)])
def test_a_model_that_was_away_has_its_last_labels_and_scores(report: RunFacts, model: str, labels: int) -> None:
    found = model_of(report, model)

    assert len(found.labels) == labels
    assert found.repeatability is not None
    assert found.repeatability.runs == (3 if model == DEEPSEEK else 7)


def test_every_figure_of_such_a_report_is_what_the_rows_give(returned: tuple[Database, int], report: RunFacts) -> None:
    checker = Checker(*returned)

    for model in (None, OPUS, DEEPSEEK, GPT):
        checker.check(as_markdown(report, model), model)
