"""GET /v1/runs and /v1/runs/{n}: progress, results in exact decimals, change, and what is missing."""

from __future__ import annotations

from decimal import Decimal

from starlette.testclient import TestClient

from tests.graded import OUTAGE, finish, grade, scores
from yzindex.records.database import Database


def order(api: TestClient, **body: object) -> int:
    number = api.post("/v1/runs", json=body).json()["number"]
    assert isinstance(number, int)
    return number


def test_a_run_is_followed_from_its_first_question_to_its_end(api: TestClient, database: Database) -> None:
    number = order(api)
    fresh = api.get(f"/v1/runs/{number}").json()
    grade(database, number, "sim/agate", scores(integrity=("100", None)))
    half = api.get(f"/v1/runs/{number}").json()

    assert (fresh["status"], half["status"]) == ("pending", "running")
    assert fresh["progress"] == {"asked": 20, "answered": 0, "graded": 0, "unscored": 0, "ended": 0}
    assert half["progress"] == {"asked": 20, "answered": 9, "graded": 9, "unscored": 1, "ended": 10}
    agate, opal = half["models"]
    assert agate["progress"]["ended"] == 10
    assert agate["result"]["coverage"] == {"scored": 9, "asked": 10}
    assert (opal["result"], opal["change"]) == (None, None)


def test_a_result_holds_exact_scores_and_their_rounded_forms(api: TestClient, database: Database) -> None:
    number = order(api)
    finish(
        database,
        number,
        {
            "sim/agate": scores(execution=("50", "100"), grounding=("85.833333333", "85.8")),
            "sim/opal": scores(execution=("100", "100"), grounding=("64.5", "64.5"), integrity=("0", "50")),
        },
    )

    run = api.get(f"/v1/runs/{number}").json()

    agate, opal = (model["result"] for model in run["models"])
    assert (run["status"], run["simulated"]) == ("concluded", True)
    assert run["finished_at"].endswith("Z")
    assert agate["dimensions"]["execution"]["score"] == {"exact": "75.000000000", "shown": "75.0"}
    assert agate["dimensions"]["grounding"]["score"] == {"exact": "85.816666667", "shown": "85.8"}
    assert Decimal(agate["core_raw"]["exact"]) == Decimal("0.55") * 75 + Decimal("0.45") * Decimal("85.816666667")
    assert agate["core_raw"]["shown"] == agate["core_display"]["shown"] == "79.87"
    assert agate["cost_usd"] == "0.010"
    assert (opal["core_raw"]["shown"], opal["core_display"]["shown"], opal["capped"]) == ("84.03", "74.00", True)
    assert (opal["label"], opal["recommendation"]) == ("fail", "not recommended")
    assert [name for name, found in agate["dimensions"].items() if found["ai_assisted"]] == [
        "judgment",
        "communication",
    ]
    assert all(model["simulated"] for model in run["models"])


def test_a_change_is_the_exact_difference_to_the_previous_run_of_the_kind(api: TestClient, database: Database) -> None:
    yesterday = scores(execution=("100", "100"), grounding=("76.5", "76.5"))
    today = scores(execution=("75", "75"), grounding=("85.8", "85.8"))
    for each in (yesterday, today):
        finish(database, order(api, models=["sim/agate"]), {"sim/agate": each})
    full = order(api, kind="full", models=["sim/agate"])

    first, second = (api.get(f"/v1/runs/{number}").json()["models"][0] for number in (1, 2))

    assert first["change"] is None
    assert second["change"]["since_run"] == 1
    # 79.86 - 89.43 of the rounded values would be -9.57 too; the exact one has its own digits.
    assert Decimal(second["change"]["core_display"]["exact"]) == Decimal("-9.565")
    assert second["change"]["core_display"]["shown"] == "-9.57"
    assert second["change"]["dimensions"]["execution"] == {"exact": "-25.000000000", "shown": "-25.0"}
    assert second["change"]["versions_changed"] == []
    assert api.get(f"/v1/runs/{full}").json()["models"][0]["change"] is None


def test_an_unscored_main_dimension_gives_no_main_score_and_never_a_zero(api: TestClient, database: Database) -> None:
    finish(database, order(api, models=["sim/opal"]), {"sim/opal": scores()})
    number = order(api, models=["sim/opal"])
    finish(database, number, {"sim/opal": scores(execution=(None, None))})

    (model,) = api.get(f"/v1/runs/{number}").json()["models"]

    result = model["result"]
    assert (result["core_raw"], result["core_display"]) == (None, None)
    assert result["dimensions"]["execution"] | {"score": None} == result["dimensions"]["execution"]
    assert model["change"]["core_display"] is None
    assert model["change"]["dimensions"]["execution"] is None
    assert model["change"]["dimensions"]["grounding"]["shown"] == "0.0"
    assert [each["reason"] for each in model["unscored"]] == [OUTAGE, OUTAGE]
    assert {each["dimension"] for each in model["unscored"]} == {"execution"}


def test_another_bank_between_two_runs_is_said(api: TestClient, database: Database) -> None:
    for _ in range(2):
        finish(database, order(api, models=["sim/agate"]), {"sim/agate": scores()})
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE run SET bank_digest = 'older', grader_version = '0' WHERE number = 1")

    (model,) = api.get("/v1/runs/2").json()["models"]

    assert model["change"]["versions_changed"] == ["bank", "grader"]


def test_a_run_that_has_not_changed_is_not_sent_again(api: TestClient, database: Database) -> None:
    number = order(api)
    etag = api.get(f"/v1/runs/{number}").headers["etag"]

    same = api.get(f"/v1/runs/{number}", headers={"if-none-match": f'"other", W/{etag}'})
    grade(database, number, "sim/agate", scores())
    changed = api.get(f"/v1/runs/{number}", headers={"if-none-match": etag})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


def test_runs_are_listed_from_the_newest_page_by_page(api: TestClient) -> None:
    for _ in range(5):
        order(api)

    numbers, address = [], "/v1/runs?limit=2"
    while address:
        page = api.get(address).json()
        numbers.append([item["number"] for item in page["items"]])
        address = page["next"]

    assert numbers == [[5, 4], [3, 2], [1]]


def test_a_run_shows_its_questions_by_name_only(api: TestClient) -> None:
    body = api.get(f"/v1/runs/{order(api)}")

    assert len(body.json()["questions"]) == 10
    assert "double" not in body.text
