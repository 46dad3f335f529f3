"""POST /v1/runs: one transaction, one message, one run per key; and what a run costs before it is made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from api.app import create_app
from tests.rows import FLEET, small_bank
from tests.unit.api.conftest import NotingBroker
from tests.unit.api.test_problems import problem, rows
from yzindex.bank.draw import smoke_draw
from yzindex.estimating import estimate
from yzindex.fleet import MAX_MODELS, Fleet, Model, Provider
from yzindex.grading.grade import GRADER_VERSION
from yzindex.ordering import MAX_SEED, InvalidOrder, RunOrder, order_run, plan_run
from yzindex.records.database import Database
from yzindex.records.states import AnswerState, RunStatus
from yzindex.records.tables import Answer, Evaluation, Run
from yzindex.scoring import FORMULA_VERSION
from yzindex.settings import Settings


def test_an_order_is_accepted_written_whole_and_sent_once(
    api: TestClient, database: Database, broker: NotingBroker
) -> None:
    response = api.post("/v1/runs", json={"kind": "smoke", "seed": 7})

    assert response.status_code == 202
    assert response.headers["location"] == "/v1/runs/1"
    body = response.json()
    assert body["questions"] == [question.id for question in smoke_draw(small_bank(), 7)]
    assert (body["number"], body["seed"], body["models"]) == (1, 7, ["sim/agate", "sim/opal"])
    assert (body["created"], body["dispatched"]) == (True, True)
    assert broker.dispatched == [1]
    with database.read() as session:
        run = session.exec(select(Run)).one()
        assert (run.status, run.grader_version, run.formula_version) == (
            RunStatus.PENDING,
            GRADER_VERSION,
            FORMULA_VERSION,
        )
        assert (run.bank_version, run.bank_digest) == ("test", small_bank().digest)
        assert all(evaluation.simulated for evaluation in session.exec(select(Evaluation)))
        states = session.exec(select(Answer.state)).all()
    assert states == [AnswerState.PENDING] * 20


@pytest.mark.parametrize("kind", ["full", "calibration"])
def test_a_full_run_and_a_calibration_ask_every_question_of_the_models_named_once(api: TestClient, kind: str) -> None:
    body = api.post("/v1/runs", json={"kind": kind, "models": ["sim/opal"]}).json()

    assert sorted(body["questions"]) == sorted(question.id for question in small_bank().questions)
    assert (body["kind"], body["models"]) == (kind, ["sim/opal"])


def test_a_calibration_asks_all_models_if_none_are_named(api: TestClient, database: Database) -> None:
    api.post("/v1/runs", json={"kind": "calibration"})

    with database.read() as session:
        assert len(session.exec(select(Answer.id)).all()) == 2 * len(small_bank().questions)


def test_a_confirmation_is_not_estimated_by_its_kind_either(api: TestClient) -> None:
    found = problem(api.post("/v1/estimates", json={"kind": "confirmation"}), 422, "invalid-order")

    assert "yz confirm" in found.errors[0].reason


def test_orders_without_a_seed_draw_on_from_the_last_one(api: TestClient) -> None:
    calibration, full = {"kind": "calibration"}, {"kind": "full"}
    orders: list[dict[str, str] | dict[str, int]] = [{}, {"seed": 40}, calibration, full, {}, calibration]
    seeds = [api.post("/v1/runs", json=order).json()["seed"] for order in orders]

    assert seeds == [1, 40, 1, 1, 41, 2]


def test_the_largest_seed_can_be_followed_by_another(api: TestClient) -> None:
    assert api.post("/v1/runs", json={"seed": MAX_SEED}).status_code == 202
    assert api.post("/v1/runs", json={}).status_code == 202


def test_a_broker_that_is_away_does_not_fail_the_order(api: TestClient, broker: NotingBroker) -> None:
    broker.away = True

    response = api.post("/v1/runs", json={})

    assert response.status_code == 202
    assert response.json()["dispatched"] is False
    assert api.get("/v1/runs/1").json()["status"] == "pending"


def test_the_same_key_and_order_give_the_same_run_and_no_second_message(
    api: TestClient, database: Database, broker: NotingBroker
) -> None:
    key = {"idempotency-key": "monday"}
    first = api.post("/v1/runs", json={"seed": 3}, headers=key)
    before = rows(database)

    second = api.post(
        "/v1/runs", content=b'{ "kind": "smoke", "seed": 3 }', headers=key | {"content-type": "application/json"}
    )

    assert (second.status_code, second.headers["location"]) == (202, first.headers["location"])
    assert (second.json()["created"], second.json()["dispatched"]) == (False, None)
    assert second.json()["questions"] == first.json()["questions"]
    assert rows(database) == before
    assert broker.dispatched == [1]


def test_the_same_key_with_another_order_is_a_conflict(
    api: TestClient, database: Database, broker: NotingBroker
) -> None:
    key = {"idempotency-key": "monday"}
    api.post("/v1/runs", json={"seed": 3}, headers=key)
    before = rows(database)

    problem(api.post("/v1/runs", json={"seed": 4}, headers=key), 409, "idempotency-conflict")

    assert rows(database) == before
    assert broker.dispatched == [1]


def test_a_key_finds_its_run_also_when_the_fleet_has_changed_since(database: Database) -> None:
    order = RunOrder(models=("sim/agate",))
    first = order_run(database, small_bank(), FLEET, order, idempotency_key="k", request_digest="d")
    smaller = Fleet(providers=FLEET.providers, models=FLEET.models[1:])

    second = order_run(database, small_bank(), smaller, order, idempotency_key="k", request_digest="d")

    assert (second.number, second.created) == (first.number, False)


def test_orders_with_one_key_at_the_same_moment_make_one_run(
    api: TestClient, database: Database, broker: NotingBroker
) -> None:
    def post(_: int) -> tuple[int, int]:
        response = api.post("/v1/runs", json={}, headers={"idempotency-key": "once"})
        return response.status_code, response.json()["number"]

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(post, range(48)))

    assert answers == {(202, 1)}
    assert broker.dispatched == [1]
    assert len(api.get("/v1/runs").json()["items"]) == 1


def test_orders_without_a_key_at_the_same_moment_get_numbers_and_seeds_of_their_own(api: TestClient) -> None:
    with ThreadPoolExecutor(16) as pool:
        bodies = list(pool.map(lambda _: api.post("/v1/runs", json={}).json(), range(32)))

    assert sorted(body["number"] for body in bodies) == list(range(1, 33))
    assert sorted(body["seed"] for body in bodies) == list(range(1, 33))


def test_a_fleet_without_models_cannot_run(database: Database) -> None:
    empty = Fleet(providers=(), models=())

    with pytest.raises(InvalidOrder, match="the fleet has no models"):
        order_run(database, small_bank(), empty, RunOrder())


def test_an_estimate_names_the_draw_that_would_come_and_writes_nothing(api: TestClient, database: Database) -> None:
    estimated = api.post("/v1/estimates", json={}).json()

    assert rows(database) == 0
    assert estimated["questions"] == api.post("/v1/runs", json={}).json()["questions"]


def test_an_estimate_counts_every_reply_at_its_limit_at_list_price(database: Database) -> None:
    fleet = Fleet(
        providers=(Provider(name="real", base_url="http://127.0.0.1:9/v1"),),
        models=(
            Model(slug="priced", provider="real", vendor="a", usd_per_million_completion_tokens=Decimal(10)),
            Model(slug="unpriced", provider="real", vendor="b"),
        ),
    )
    plan = plan_run(database, small_bank(), fleet, RunOrder())

    priced, unpriced = estimate(plan, fleet)

    assert priced.at_most_usd == sum(question.max_tokens for question in plan.questions) * Decimal(10) / 1_000_000
    assert 0 < priced.about_usd < priced.at_most_usd
    assert priced.unpriced == ()
    assert (unpriced.at_most_usd, unpriced.unpriced) == (Decimal(0), ("unpriced",))


def test_all_models_of_the_largest_fleet_may_be_named_in_one_order(
    settings: Settings, database: Database, broker: NotingBroker
) -> None:
    models = tuple(Model(slug=f"sim/m{n}", provider="sim", vendor="sim") for n in range(MAX_MODELS))
    fleet = Fleet(providers=FLEET.providers, models=models)
    app = create_app(settings, bank=small_bank(), fleet=fleet, broker=broker)

    with TestClient(app) as api:
        response = api.post("/v1/runs", json={"models": [model.slug for model in models]})

    assert response.status_code == 202
    assert response.json()["models"] == [model.slug for model in models]
    with database.read() as session:
        assert len(session.exec(select(Answer.id)).all()) == 10 * MAX_MODELS
