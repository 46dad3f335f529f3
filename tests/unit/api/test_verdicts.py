"""What the API says of verdicts: a day of them, a model's history, the board, and two runs taken apart."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from api.pictures.comparing import waterfall_of
from api.shapes.compare import ComparisonBody
from tests.graded import scores
from tests.judged import confirm, day, expect, flat, judge, play
from yzindex.dimensions import Dimension
from yzindex.drift.words import Word
from yzindex.records.database import Database
from yzindex.records.item_figures import passed_by_models
from yzindex.records.tables import Answer

AGATE, OPAL = "sim/agate", "sim/opal"
#: Chance that questions give: those of the second run are harder.
EASY, HARD = {"execution": "0.9", "grounding": "0.8"}, {"execution": "0.7", "grounding": "0.8"}


@pytest.fixture
def two_days(database: Database) -> None:
    """One model falls by 9.57 on harder questions; with thirds among its scores, and capped on the second day."""
    first = play(database, {AGATE: scores(grounding=("76.5", "76.5")), OPAL: flat("70")})
    second = play(
        database,
        {
            AGATE: scores(execution=("50", "100"), grounding=("85.833333333", "85.8"), integrity=("0", "50")),
            OPAL: flat("70"),
        },
    )
    for run, chances in ((first, EASY), (second, HARD)):
        for model in (AGATE, OPAL):
            expect(database, run, model, chances)
    judge(database, first, AGATE, on=day(1), word=Word.NOT_ENOUGH_EVIDENCE, common="0.25")
    judge(
        database,
        second,
        AGATE,
        on=day(2),
        word=Word.LUCK,
        common="-0.15",
        terms=(1, "-9.5575", "-8.1", "-0.4"),
        draws_better=88,
        possible_draws=[0, 120, 600, 280],
    )
    judge(database, second, OPAL, on=day(2))


def compared(api: TestClient, run_a: int = 1, run_b: int = 2, model: str = AGATE) -> dict[str, Any]:
    found: dict[str, Any] = api.get("/v1/compare", params={"model": model, "run_a": run_a, "run_b": run_b}).json()
    return found


def exact(found: dict[str, Any], *names: str) -> list[Decimal]:
    return [Decimal(found[name]["exact"]) for name in names]


def test_the_terms_of_a_comparison_sum_to_the_change_of_the_shown_score_in_every_digit(
    api: TestClient, two_days: None
) -> None:
    there, back = compared(api), compared(api, 2, 1)

    for found in (there, back):
        change, *terms = exact(found, "change", "draw", "common", "rest", "cap")
        was, now = (Decimal(found[side]["result"]["core_display"]["exact"]) for side in ("before", "after"))
        assert change == now - was
        assert sum(terms) == change
    assert exact(there, "cap") == [Decimal(74) - (Decimal("0.55") * 75 + Decimal("0.45") * Decimal("85.816666667"))]
    assert exact(back, "change", "cap") == [-each for each in exact(there, "change", "cap")]


def test_the_pair_that_a_verdict_speaks_of_is_told_in_its_own_terms(api: TestClient, two_days: None) -> None:
    found = compared(api)

    assert found["one_fit"] is True
    assert exact(found, "draw", "common") == [Decimal("-8.1"), Decimal("-0.4")]
    low, rest, high = exact(found, "rest_lo", "rest", "rest_hi")
    assert {rest - low, high - rest} == {Decimal(30)}
    assert (found["after"]["verdict"], found["after"]["draws_better"]) == ("luck of the draw", 88)


def test_any_other_pair_is_told_by_what_was_expected_on_its_own_days(api: TestClient, two_days: None) -> None:
    found = compared(api, 2, 1)

    assert found["one_fit"] is False
    # Execution was 20 points easier, and has a weight of 0.55.
    assert exact(found, "draw", "common") == [Decimal(11), Decimal("0.4")]
    low, rest, high = exact(found, "rest_lo", "rest", "rest_hi")
    assert round(rest - low, 4) == round(high - rest, 4) == Decimal("55.4362")


def test_a_change_confirmed_between_two_runs_is_the_models_own_and_not_the_draw(
    api: TestClient, database: Database
) -> None:
    # The questions are equal; what is expected of the model has been learnt anew after its drop.
    for number, chance in ((1, "0.9"), (2, "0.7")):
        play(database, {AGATE: flat("90" if number == 1 else "70")})
        expect(database, number, AGATE, {"execution": chance, "grounding": chance})
        judge(database, number, AGATE, on=day(number))
    confirm(database, 1, AGATE, since=day(1), on=day(1), size="-20")

    found = compared(api)

    assert exact(found, "change", "draw", "rest") == [-20, 0, -20]
    assert found["confirmed_between"] == [
        {"since": "2026-11-01", "day": "2026-11-01", "size": {"exact": "-20", "shown": "-20.00"}, "chart": "main"}
    ]


def test_a_change_that_the_later_run_itself_decided_had_not_moved_what_was_expected_of_it(
    api: TestClient, database: Database
) -> None:
    for number in (1, 2):
        play(database, {AGATE: flat("90" if number == 1 else "70")})
        expect(database, number, AGATE, {"execution": "0.9", "grounding": "0.9"})
        judge(database, number, AGATE, on=day(number))
    confirm(database, 2, AGATE, since=day(1), on=day(2), size="-20")

    found = compared(api)

    assert exact(found, "draw", "rest") == [0, -20]
    assert found["confirmed_between"] == []


def test_a_change_confirmed_in_one_dimension_counts_by_its_weight(api: TestClient, database: Database) -> None:
    for number, chance in ((1, "0.9"), (2, "0.7")):
        play(database, {AGATE: flat("90")})
        expect(database, number, AGATE, {"execution": chance, "grounding": "0.9"})
        judge(database, number, AGATE, on=day(number))
    confirm(database, 1, AGATE, since=day(1), on=day(1), size="-20", chart="execution")

    assert exact(compared(api), "draw") == [0]


def test_the_questions_that_cost_points_come_first_with_who_passes_them(api: TestClient, two_days: None) -> None:
    costly = compared(api)["after"]["questions"][0]

    assert costly["dimension"] == "execution"
    assert (costly["cost"]["exact"], costly["expected"]["shown"]) == ("13.750000000", "70.0")
    assert (costly["verdict"], costly["cases_passed"], costly["cases"]) == ("wrong_answer", 0, 1)
    # This model passed it yesterday and failed it today, the other failed it on both days: half of one of two.
    assert (costly["passed_by"]["shown"], costly["models"]) == ("25", 2)
    assert api.get(f"/v1/runs/2/raw?answer={costly['answer']}").json()["items"][0]["model"] == AGATE


def test_an_unscored_question_costs_nothing(api: TestClient, database: Database) -> None:
    for number in (1, 2):
        play(database, {AGATE: scores(execution=("50", None))})
        expect(database, number, AGATE, EASY)
        judge(database, number, AGATE, on=day(number))

    questions = {each["dimension"]: each for each in compared(api)["after"]["questions"] if each["score"] is None}

    assert questions["execution"]["cost"] is None
    assert exact(compared(api), "draw") == [0]


def test_side_charts_are_labelled_and_labels_come_in_a_row(api: TestClient, two_days: None) -> None:
    found = compared(api)

    assert {name for name, each in found["dimensions"].items() if each["ai_assisted"]} == {"judgment", "communication"}
    assert found["dimensions"]["grounding"]["change"]["shown"] == "9.3"
    assert found["after"]["labels"] == ["pass", "fail"]
    assert found["simulated"] is True


@pytest.mark.parametrize(
    ("asked", "status", "problem"),
    [
        ({"model": "sim/none"}, 404, "unknown-model"),
        ({"run_b": 9}, 404, "unknown-run"),
        ({"run_b": 3}, 404, "not-in-run"),
        ({"model": OPAL}, 409, "not-comparable"),
        ({"run_b": 4}, 409, "not-comparable"),
        ({"run_b": 1}, 409, "not-comparable"),
        ({"run_b": "x"}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_reason(
    api: TestClient, database: Database, two_days: None, asked: dict[str, str | int], status: int, problem: str
) -> None:
    play(database, {OPAL: flat("70")})
    play(database, {AGATE: scores(grounding=(None, None))})
    judge(database, 4, AGATE, on=day(4), word=Word.NOT_ENOUGH_EVIDENCE, expected=None)

    both: dict[str, str | int] = {"model": AGATE, "run_a": 1, "run_b": 2}
    responses = [api.get(address, params=both | asked) for address in ("/v1/compare", "/v1/compare.svg")]

    for refused in responses:
        assert (refused.status_code, refused.json()["type"]) == (status, f"urn:yz-index:problem:{problem}")


def test_the_picture_of_a_comparison_is_an_svg_with_its_terms_and_an_etag(api: TestClient, two_days: None) -> None:
    address = "/v1/compare.svg?model=sim/agate&run_a=1&run_b=2"

    drawn = api.get(address)

    assert drawn.headers["content-type"] == "image/svg+xml"
    words = " ".join(ElementTree.fromstring(drawn.text).itertext())
    assert "sim/agate (simulated): luck of the draw" in words
    assert "these questions were harder" in words
    assert "the integrity cap, no change of ability" in words
    assert "All possible draws: that of Run #2 was worse than 88 of 100" in words
    assert api.get(address, headers={"if-none-match": drawn.headers["etag"]}).status_code == 304


def test_all_possible_draws_are_given_with_the_one_drawn_and_none_where_they_were_not_kept(
    api: TestClient, two_days: None
) -> None:
    found = compared(api)

    assert found["before"]["possible_draws"] is None
    assert found["after"]["possible_draws"] == {
        "step": "25",
        "counts": [0, 120, 600, 280],
        "drawn": {"exact": "80", "shown": "80.00"},
    }


def test_the_earlier_draw_is_marked_among_those_of_the_later_day_only_where_one_fit_speaks_of_both(
    api: TestClient, database: Database, two_days: None
) -> None:
    third = play(database, {AGATE: flat("70"), OPAL: flat("70")})
    expect(database, third, AGATE, EASY)
    judge(database, third, AGATE, on=day(3), draws_better=10, possible_draws=[0, 500, 500, 0])

    pair, other = (waterfall_of(ComparisonBody.model_validate(compared(api, *runs))).draws for runs in ((1, 2), (1, 3)))

    assert pair is not None
    assert other is not None
    assert [(mark.name, mark.points) for mark in pair.marks] == [("Run #2", Decimal(80)), ("Run #1", Decimal("88.1"))]
    assert [mark.name for mark in other.marks] == ["Run #3"]


def test_the_verdicts_of_a_day_are_the_newest_unless_one_is_named(api: TestClient, two_days: None) -> None:
    newest, named, none = (
        api.get(f"/v1/verdicts{query}").json() for query in ("", "?day=2026-11-01", "?day=2020-01-01")
    )

    assert newest["day"] == "2026-11-02"
    assert [(each["model"], each["verdict"]) for each in newest["verdicts"]] == [
        (AGATE, "luck of the draw"),
        (OPAL, "steady"),
    ]
    luck = newest["verdicts"][0]
    change, *terms = exact(luck["terms"], "change", "draw", "common", "rest")
    assert sum(terms) == change
    assert (luck["became"]["outcome"], luck["terms"]["compared_run"]) == ("open", 1)
    assert "A single day is no basis for a decision." in luck["advice"]
    assert [each["verdict"] for each in named["verdicts"]] == ["not enough evidence"]
    assert named["verdicts"][0]["became"] is None
    assert none["verdicts"] == []


def test_before_the_first_verdict_there_is_an_empty_record(api: TestClient) -> None:
    found = api.get("/v1/verdicts").json()

    assert (found["day"], found["verdicts"]) == (None, [])
    assert found["record"]["told"] == (
        "False alarms allowed: 1 per model-year. Since the start: 0 in 0.0 model-years. "
        "Verdicts settled later: 0, of which held 0 and overturned 0."
    )


def test_a_models_history_is_read_in_pages_with_its_verdicts(api: TestClient, two_days: None) -> None:
    first = api.get("/v1/models/sim/agate/history?limit=1").json()
    second = api.get(first["next"]).json()

    assert [(each["run"], each["verdict"]["verdict"]) for each in first["items"]] == [(2, "luck of the draw")]
    assert [(each["run"], each["verdict"]["terms"]) for each in second["items"]] == [(1, None)]
    assert api.get(second["next"]).json() == {"model": AGATE, "simulated": True, "items": [], "next": None}
    assert api.get("/v1/models/sim/none/history").status_code == 404


def test_the_board_says_of_each_model_why_it_moved(api: TestClient, two_days: None) -> None:
    board = api.get("/v1/board").json()

    said = {each["model"]: each["verdict"] for each in board["models"]}
    assert (said[AGATE]["verdict"], said[AGATE]["draws_better"]) == ("luck of the draw", 88)
    assert said[OPAL]["verdict"] == "steady"
    assert board["record"]["allowed_per_model_year"] == 1


def test_a_run_that_was_not_analysed_has_no_verdict_on_the_board(
    api: TestClient, database: Database, two_days: None
) -> None:
    play(database, {AGATE: flat("80")})

    said = {each["model"]: each["verdict"] for each in api.get("/v1/board").json()["models"]}

    assert (said[AGATE], said[OPAL]["run"]) == (None, 2)


def test_a_model_whose_last_runs_moved_too_much_gets_a_warning_with_its_advice(
    api: TestClient, database: Database
) -> None:
    for number, points in enumerate(("100", "0", "100"), 1):
        play(database, {AGATE: flat(points), OPAL: flat("80")})
        for model in (AGATE, OPAL):
            judge(database, number, model, on=day(number))

    agate, opal = api.get("/v1/verdicts").json()["verdicts"]

    assert agate["advice"].endswith("Stability is below 30: a real warning.")
    assert "warning" not in opal["advice"]


def test_a_full_score_is_one_with_however_many_digits_it_is_stored(database: Database) -> None:
    play(database, {AGATE: scores(execution=("100.000000000", "100")), OPAL: scores(execution=("99.999999999", "0"))})

    with database.read() as session:
        rows = session.exec(select(Answer.question_digest).where(Answer.dimension == Dimension.EXECUTION).distinct())
        passed = passed_by_models(session, rows.all(), 1)

    assert [sorted(shares) for shares in passed.values()] == [[0, 1], [0, 1]]
