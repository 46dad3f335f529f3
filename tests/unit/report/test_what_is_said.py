"""What the reports of chosen days must say, and must not."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from api.pictures.comparing import waterfall_of
from api.shapes.compare import comparison_body
from api.shapes.reports import as_markdown
from tests.published_board import DEEPSEEK, OPUS
from yzindex.records.compare_view import compare
from yzindex.records.database import Database
from yzindex.records.report_view import run_facts

UTC = ZoneInfo("UTC")
SEED_DAY_SAYS = {
    "the main score before and after": "- Main score: 89.43 → 79.86 (-9.57).",
    "code execution": "- Code execution: 100 → 75 (-25); 2 of 2 answers scored.",
    "material constraint": "- Material constraint: 76.5 → 85.8 (+9.3); 2 of 2 answers scored.",
    "judgment, labelled": "- Engineering judgment (AI-assisted): 58.4 → 38.4 (-20); 2 of 2 answers scored.",
    "expression, labelled": "- Task expression (AI-assisted): 50 → 50 (+0); 2 of 2 answers scored.",
    "the label": "- Integrity rating: pass → pass; recommendation: recommended.",
    "the streak of it": "- The last labels, oldest first: pass, pass, warn, pass, pass; a streak of two.",
    "which question cost the 25 points": "- execution-000 (Code execution, easier half; passed 52 % of the time by "
    "three models) scored 50 and cost 25 points of Code execution, 13.75 of the main score before the cap: "
    "wrong\\_answer. The grader's log: 1 of 1 cases failed; first case 1: double(2) returned 5",
    "who moved the same way": "- One other model moved the same way on the same charts (Code execution down, Material "
    "constraint up, Engineering judgment (AI-assisted) down): claude-sonnet-4.6 (-4.21 before the cap).",
    "a verdict that does not convict": "**luck of the draw.** 9.37 of the 9.57 points are the draw (worse than 87 of "
    "100 possible draws).",
    "of what it speaks": "- The draw alone is -9.37, the change -9.57: this speaks of the draw, not of the model.",
    "what is not estimated": "= draw -9.37, everyone not estimated, rest -0.20 (95 %: -29.94 to +29.55)",
    "its source": "Source: [Run #116](/v1/runs/116/raw), finished on 2026-05-14 03:10 UTC;",
}


@pytest.mark.parametrize("said", SEED_DAY_SAYS.values(), ids=SEED_DAY_SAYS.keys())
def test_the_seed_days_report_says_what_was_published_of_it(published: Database, said: str) -> None:
    assert said in as_markdown(run_facts(published, UTC, 116), OPUS)


def test_where_everyone_is_not_estimated_the_grader_is_not_spoken_of(published: Database) -> None:
    assert "or the grader" not in as_markdown(run_facts(published, UTC, 116), OPUS)


def test_the_report_on_all_models_of_the_seed_day_says_that_another_moved_the_same_way(published: Database) -> None:
    article = as_markdown(run_facts(published, UTC, 116))

    assert "- Two models moved the same way on the same charts (Code execution down, " in article
    assert ": claude-sonnet-4.6 (-4.21 before the cap), claude-opus-4.7 (-9.57 before the cap)." in article


def test_a_capped_rise_is_told_with_its_cap_and_is_no_improvement(published: Database) -> None:
    run = run_facts(published, UTC, 117)
    of_model, of_run = as_markdown(run, DEEPSEEK), as_markdown(run)

    told = (
        "Before the integrity cap: 69.00 → 84.03 (+15.03). The cap took 10.03 points in Run #117. "
        "A capped rise is no improvement."
    )
    assert of_model.startswith("# deepseek-v4-pro: 74.00 in Run #117 (84.03 before the integrity cap), +5.00 since ")
    assert "- Main score: 69.00 → 74.00 (+5.00)." in of_model
    assert f"- {told}" in of_model
    assert "- Integrity rating: pass → fail; recommendation: not recommended." in of_model
    assert f"- deepseek-v4-pro: {told}" in of_run
    assert "| 74.00 (84.03 before the cap) | 69.00 | +5.00 |" in of_run
    for article in (of_model, of_run):
        assert re.findall(r"improv\w*|got better|better model|gain", article) == ["improvement"]


def test_nine_models_tied_at_77_5_are_named_and_not_told_apart(nine: Database) -> None:
    article = as_markdown(run_facts(nine, UTC, 2))

    names = ", ".join(f"sim/m{number} (simulated)" for number in range(9))
    assert f"- Nine models are tied at 77.50: {names}. This run does not tell them apart." in article
    assert "- Code execution is 100 for nine of nine models: nothing can be told apart among them there." in article


def test_a_day_on_which_all_fall_by_15_in_one_dimension_speaks_of_no_model(nine: Database) -> None:
    run = run_facts(nine, UTC, 3)
    of_run, of_model = as_markdown(run), as_markdown(run, "sim/m4")

    for article in (of_run, of_model):
        fell = "- Code execution fell for all nine models, by 15 points: that does not speak of one model."
        assert fell in article
        assert re.search(r"draw \+0.00, everyone -8.25, rest \+0.00|\| \+0.00 \| -8.25 \| \+0.00 \|", article)
    assert "- All nine models (simulated): execution-005 (Code execution, harder half;" in of_run
    assert of_model.index("- execution-005 (") < of_model.index("- grounding-002 (")


def test_a_day_with_a_fifth_of_the_calls_answered_gives_no_score_and_no_zero(nine: Database) -> None:
    article = as_markdown(run_facts(nine, UTC, 4), "sim/m4")

    assert article.startswith("# sim/m4 (simulated): no main score in Run #4\n")
    assert "Coverage: 2 of 10 questions scored." in article
    assert "Availability: 2 of 10 calls got a usable response (20.0 %)" in article
    assert "Code execution: 85 → none; 0 of 2 answers scored." in article
    assert "Run #4 gave this model no main score: there is no change to take apart." in article
    assert re.findall(r" 0\.00\b", article.replace("sample sd 0.00", "")) == []


def test_a_first_day_has_no_change_no_verdict_and_no_earlier_draw(nine: Database) -> None:
    article = as_markdown(run_facts(nine, UTC, 1), "sim/m4")

    assert article.startswith("# sim/m4 (simulated): 75.00 in Run #1\n")
    assert "- Main score: 75.00." in article
    assert "There is no earlier run of this kind: there is no change to take apart." in article
    assert "**not enough evidence.** Too early to say: 0 of 40 answers known." in article
    assert "→" not in article
    assert set(re.findall(r"Run #\d+", article)) == {"Run #1"}


@pytest.mark.parametrize(("board", "number"), [("published", 116), ("published", 117), ("nine", 2), ("nine", 3)])
def test_every_picture_of_an_article_can_be_drawn_and_shows_what_the_article_says(
    request: pytest.FixtureRequest, board: str, number: int
) -> None:
    database: Database = request.getfixturevalue(board)
    run = run_facts(database, UTC, number)

    for article in (as_markdown(run), *(as_markdown(run, model.model) for model in run.models)):
        for address in re.findall(r"\]\((/v1/compare\.svg\?\S+)\)", article):
            asked = parse_qs(urlsplit(address).query)
            run_a, run_b = (int(asked[name][0]) for name in ("run_a", "run_b"))
            found = comparison_body(compare(database, asked["model"][0], run_a, run_b))
            everyone = waterfall_of(found).steps[1]
            assert ("everyone not estimated" in article or "| not estimated |" in article) == ("not" in everyone.note)


def test_the_articles_of_days_with_changes_have_pictures(published: Database, nine: Database) -> None:
    shown = [as_markdown(run_facts(published, UTC, 116)), as_markdown(run_facts(nine, UTC, 3))]

    assert [article.count("![Waterfall of the main score of ") for article in shown] == [1, 3]
