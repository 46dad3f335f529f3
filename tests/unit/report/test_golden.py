"""Whole articles, byte for byte, and every figure in them recomputed from the rows.

`YZ_WRITE_GOLDEN=1 pytest tests/unit/report/test_golden.py` writes the files anew; read the difference before it is
committed.
"""

from __future__ import annotations

import os
import random
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.shapes.reports import as_markdown
from tests.published_board import DEEPSEEK, OPUS
from tests.report_checker import Checker, Wrong, mutations
from yzindex.records.database import Database
from yzindex.records.report_view import run_facts

GOLDEN = Path(__file__).parent / "golden"
UTC = ZoneInfo("UTC")
#: Board, run, model, file.
ARTICLES = [
    ("published", 116, None, "seed-day"),
    ("published", 116, OPUS, "seed-model"),
    ("published", 117, None, "capped-rise-day"),
    ("published", 117, DEEPSEEK, "capped-rise-model"),
    ("nine", 1, None, "first-day"),
    ("nine", 1, "sim/m4", "first-day-model"),
    ("nine", 2, None, "nine-tied"),
    ("nine", 2, "sim/m4", "nine-tied-model"),
    ("nine", 3, None, "all-fall"),
    ("nine", 3, "sim/m4", "all-fall-model"),
    ("nine", 4, None, "a-fifth-answered"),
    ("nine", 4, "sim/m4", "a-fifth-answered-model"),
]
ACCUSING = re.compile(r"degrad|got worse|is worse|are worse|confirmed drop|the drop was confirmed", re.IGNORECASE)
#: So many of an article's changed digits and signs are tried.
MUTATIONS = 150

articles = pytest.mark.parametrize(("board", "number", "model", "name"), ARTICLES, ids=[each[3] for each in ARTICLES])


def written(request: pytest.FixtureRequest, board: str, number: int, model: str | None) -> tuple[Database, str]:
    database: Database = request.getfixturevalue(board)
    return database, as_markdown(run_facts(database, UTC, number), model)


@articles
def test_an_article_is_what_it_was(
    request: pytest.FixtureRequest, board: str, number: int, model: str | None, name: str
) -> None:
    _, article = written(request, board, number, model)
    file = GOLDEN / f"{name}.md"
    if os.environ.get("YZ_WRITE_GOLDEN") == "1":
        file.write_text(article, encoding="utf-8")

    assert article == file.read_text(encoding="utf-8")


@articles
def test_every_figure_of_an_article_is_what_the_rows_give(
    request: pytest.FixtureRequest, board: str, number: int, model: str | None, name: str
) -> None:
    database, article = written(request, board, number, model)

    Checker(database, number).check(article, model)


@articles
def test_a_changed_digit_or_sign_anywhere_in_an_article_is_noticed(
    request: pytest.FixtureRequest, board: str, number: int, model: str | None, name: str
) -> None:
    database, article = written(request, board, number, model)
    changed = list(mutations(article))
    checker = Checker(database, number)

    unnoticed = []
    for mutant in random.sample(changed, min(MUTATIONS, len(changed))):
        try:
            checker.check(mutant, model)
        except (Wrong, KeyError, AssertionError, StopIteration):
            continue
        unnoticed.append(next(a for a, b in zip(mutant.split("\n"), article.split("\n"), strict=True) if a != b))

    assert unnoticed == []


def test_two_models_swapped_in_an_article_are_noticed(published: Database) -> None:
    article = as_markdown(run_facts(published, UTC, 116))
    opus, sonnet = "claude-opus-4.7", "claude-sonnet-4.6"
    swapped = article.replace(opus, "\0").replace(sonnet, opus).replace("\0", sonnet)

    with pytest.raises(Wrong):
        Checker(published, 116).check(swapped)


def test_a_sentence_with_a_figure_that_no_rule_knows_is_refused(published: Database) -> None:
    article = as_markdown(run_facts(published, UTC, 116), OPUS)

    with pytest.raises(Wrong, match="no rule knows"):
        Checker(published, 116).check(f"{article}\nIt was 7 points, because of a new version.\n", OPUS)


@articles
def test_no_article_accuses_a_model_of_whom_no_drop_was_confirmed(
    request: pytest.FixtureRequest, board: str, number: int, model: str | None, name: str
) -> None:
    _, article = written(request, board, number, model)

    assert ACCUSING.findall(article) == []


#: What the article on the seed day says, and what would not be true of its rows.
UNTRUE = {
    "a figure where nothing is estimated": ("everyone not estimated", "everyone +0.00"),
    "a grader where the draw explains it": (
        "The draw alone is -9.37, the change -9.57: this speaks of the draw, not of the model.",
        "What everyone moved by is -9.37, the change -9.57: this speaks of the grader, not of one model.",
    ),
    "another log": ("double(2) returned 5", "double(2) returned nothing"),
    "another half": ("execution-000 (Code execution, easier half", "execution-000 (Code execution, harder half"),
    "a chart that moved the other way": ("Material constraint up", "Material constraint down"),
    "a judge's chart without its label": ("Engineering judgment (AI-assisted) down", "Engineering judgment down"),
    "a model that is no simulation": (f"On an ordinary day {OPUS} ", f"On an ordinary day {OPUS} (simulated) "),
}


@pytest.mark.parametrize(("said", "untrue"), UNTRUE.values(), ids=UNTRUE.keys())
def test_an_untrue_word_is_noticed(published: Database, said: str, untrue: str) -> None:
    article = as_markdown(run_facts(published, UTC, 116), OPUS)

    assert said in article
    with pytest.raises(Wrong):
        Checker(published, 116).check(article.replace(said, untrue), OPUS)


@pytest.mark.parametrize("beginning", ["- grounding-002 (", "| Run #115 | execution-004 |"])
def test_a_line_that_is_left_out_is_noticed(published: Database, beginning: str) -> None:
    lines = as_markdown(run_facts(published, UTC, 116), OPUS).split("\n")
    kept = [line for line in lines if not line.startswith(beginning)]

    assert len(kept) == len(lines) - 1
    with pytest.raises(Wrong):
        Checker(published, 116).check("\n".join(kept), OPUS)


@pytest.mark.parametrize("beginning", ["- claude-opus-4.7: **", "- claude-opus-4.7: execution-000", "![Waterfall"])
def test_a_model_that_is_left_out_is_noticed(published: Database, beginning: str) -> None:
    lines = as_markdown(run_facts(published, UTC, 116)).split("\n")
    kept = [line for line in lines if not line.startswith(beginning)]

    assert len(kept) == len(lines) - 1
    with pytest.raises(Wrong):
        Checker(published, 116).check("\n".join(kept))


def test_what_is_said_of_all_models_is_checked_of_each(nine: Database) -> None:
    article = as_markdown(run_facts(nine, UTC, 3))

    for untrue in ("All eight models (simulated): ", "All nine models: ", "sim/m1 (simulated), sim/m0 (simulated): "):
        with pytest.raises(Wrong):
            Checker(nine, 3).check(article.replace("All nine models (simulated): ", untrue))
