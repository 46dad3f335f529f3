"""GET /v1/board: the arithmetic of ranks, means, changes and stability on runs made by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from starlette.testclient import TestClient

from tests.graded import Scores, finish, scores
from yzindex.records.database import Database


def flat(points: str, **other: tuple[str | None, ...]) -> Scores:
    """Scores whose main score is `points`."""
    return scores(execution=(points, points), grounding=(points, points), **other)


def play(api: TestClient, database: Database, days: list[dict[str, Scores]]) -> None:
    """Order and conclude a smoke run per day, with the models that have scores that day."""
    for day in days:
        number = api.post("/v1/runs", json={"models": list(day)}).json()["number"]
        finish(database, number, day)


def standings(api: TestClient) -> dict[str, dict[str, Any]]:
    return {each["model"]: each for each in api.get("/v1/board").json()["models"]}


def test_a_board_without_runs_ranks_nobody_and_says_why(api: TestClient) -> None:
    board = api.get("/v1/board").json()

    assert board["latest_run"] is None
    assert [each["rank"] for each in board["models"]] == [None, None]
    assert {each["unranked"] for each in board["models"]} == {"no concluded smoke run yet"}


def test_a_single_day_is_never_ranked_alone(api: TestClient, database: Database) -> None:
    play(api, database, [{"sim/agate": flat("80"), "sim/opal": flat("90")}])

    found = standings(api)

    assert [each["rank"] for each in found.values()] == [None, None]
    assert "a single day is never ranked alone" in found["sim/opal"]["unranked"]
    assert found["sim/opal"]["latest"]["core_display"]["shown"] == "90.00"
    assert found["sim/opal"]["stability"] is None


def test_rank_is_by_the_exact_mean_of_the_last_five_runs(api: TestClient, database: Database) -> None:
    # Six days: the first is out of the window. opal's last day is the worst of all, and it still leads.
    agate, opal = ["100", "70", "71", "72", "73", "74"], ["0", "90", "90", "90", "90", "10"]
    play(api, database, [{"sim/agate": flat(a), "sim/opal": flat(o)} for a, o in zip(agate, opal, strict=True)])

    board = api.get("/v1/board").json()

    assert [(each["model"], each["rank"]) for each in board["models"]] == [("sim/opal", 1), ("sim/agate", 2)]
    found = standings(api)
    assert found["sim/agate"]["mean"] == {"exact": "72.000000000", "shown": "72.00"}
    assert found["sim/opal"]["mean"]["shown"] == "74.00"
    assert found["sim/agate"]["runs"] == [2, 3, 4, 5, 6]
    assert found["sim/opal"]["change"]["core_display"]["shown"] == "-80.00"
    assert board["latest_run"] == 6


def test_equal_means_share_a_rank(api: TestClient, database: Database) -> None:
    play(api, database, [{"sim/agate": flat("80"), "sim/opal": flat("80")}] * 2)

    assert [each["rank"] for each in standings(api).values()] == [1, 1]


def test_stability_is_of_the_last_seven_main_scores_with_the_sample_deviation(
    api: TestClient, database: Database
) -> None:
    days = ["0", "70", "72", "74", "76", "78", "80", "82"]
    play(api, database, [{"sim/agate": flat(points)} for points in days])

    stability = standings(api)["sim/agate"]["stability"]

    # Seven equally spaced values, 2 apart: the sample variance is 4 * 28 / 6.
    deviation = (Decimal(4) * 28 / 6).sqrt()
    assert abs(Decimal(stability["standard_deviation"]["exact"]) - deviation) < Decimal("1E-9")
    assert (stability["stability"]["shown"], stability["runs"]) == (f"{100 - 2 * deviation:.2f}", 7)
    assert stability["warning"] is False


def test_stability_is_of_the_score_before_the_cap_and_warns_below_30(api: TestClient, database: Database) -> None:
    failing = {"integrity": ("0", "0")}
    play(api, database, [{"sim/agate": flat("80", **failing)}, {"sim/agate": flat("0", **failing)}])

    stability = standings(api)["sim/agate"]["stability"]

    assert (stability["stability"]["shown"], stability["warning"], stability["runs"]) == ("0.00", True, 2)


def test_the_mean_is_of_capped_scores(api: TestClient, database: Database) -> None:
    play(api, database, [{"sim/agate": flat("90", integrity=("0", "0"))}, {"sim/agate": flat("90")}])

    agate = standings(api)["sim/agate"]

    assert agate["mean"]["shown"] == "82.00"
    assert agate["change"]["core_raw"]["shown"] == "0.00"
    assert agate["change"]["core_display"]["shown"] == "16.00"


def test_a_day_without_a_main_score_is_no_zero_and_has_no_rank(api: TestClient, database: Database) -> None:
    nothing = scores(grounding=(None, None))
    play(api, database, [{"sim/agate": flat("80")}, {"sim/agate": flat("90")}, {"sim/agate": nothing}])

    agate = standings(api)["sim/agate"]

    assert (agate["rank"], agate["mean"]["shown"], agate["runs"]) == (None, "85.00", [1, 2])
    assert "no main score in Run #3" in agate["unranked"]
    assert agate["latest"]["core_display"] is None
    assert agate["latest"]["coverage"] == {"scored": 8, "asked": 10}


def test_a_model_that_was_not_asked_today_keeps_its_rank_and_shows_its_own_newest_run(
    api: TestClient, database: Database
) -> None:
    play(api, database, [{"sim/opal": flat("80")}] * 2 + [{"sim/agate": flat("70")}])

    found = standings(api)

    assert (found["sim/opal"]["rank"], found["sim/opal"]["latest"]["run"]) == (1, 2)
    assert (found["sim/opal"]["in_latest_run"], found["sim/agate"]["in_latest_run"]) == (False, True)


def test_only_concluded_smoke_runs_count(api: TestClient, database: Database) -> None:
    play(api, database, [{"sim/agate": flat("80")}] * 2)
    api.post("/v1/runs", json={})

    assert standings(api)["sim/agate"]["runs"] == [1, 2]


def test_simulated_models_and_ai_assisted_charts_are_labelled(api: TestClient, database: Database) -> None:
    play(api, database, [{"sim/agate": flat("80")}])

    board = api.get("/v1/board").json()

    assert board["simulated"] is True
    assert all(each["simulated"] for each in board["models"])
    dimensions = standings(api)["sim/agate"]["latest"]["dimensions"]
    assert {name for name, each in dimensions.items() if each["ai_assisted"]} == {"judgment", "communication"}


def test_a_board_says_what_it_rests_on(api: TestClient, database: Database) -> None:
    play(api, database, [{"sim/agate": flat("80"), "sim/opal": flat("90", integrity=("50", "50"))}] * 2)

    board = api.get("/v1/board").json()

    opal = standings(api)["sim/opal"]
    # Nothing is known of the noise of their answers, so that either may be the first.
    assert (opal["ranks"], opal["half_width"]) == ({"best": 1, "worst": 2}, None)
    assert opal["labels"] == ["warn", "warn"]
    assert opal["availability"] == {"calls": 20, "usable": 20, "attempts": 60}
    # Ten calls at a tenth of a cent.
    assert opal["value"]["shown"] == "9000"
    assert board["health"] == {"moves": [], "reading": None, "spent_usd": "0.020"}
