"""POST /v1/models/{slug}/confirmations: what it would take is said first, and no more is taken than a day allows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from fastapi import FastAPI
from sqlmodel import update
from starlette.testclient import TestClient

from api.app import create_app
from tests import rows
from tests.rows import small_bank
from tests.unit.api.conftest import NotingBroker
from tests.unit.api.test_problems import problem
from tests.unit.api.test_problems import rows as rows_of
from yzindex.fleet import Fleet, Model, Provider
from yzindex.records.database import Database
from yzindex.records.interventions import cancel_run
from yzindex.records.states import ConfirmationStage
from yzindex.records.tables import Evaluation
from yzindex.settings import Settings

ASK = "/v1/models/sim/agate/confirmations"
#: What the small bank has in the main dimensions, each reply at 1000 dollars a million tokens: 0.50 USD a question.
QUESTIONS, USD = 12, Decimal(6)
FLEET = Fleet(
    providers=(Provider(name="sim", base_url="http://127.0.0.1:9/v1", simulated=True),),
    models=(
        Model(slug="sim/agate", provider="sim", vendor="sim", usd_per_million_completion_tokens=Decimal(1000)),
        Model(slug="sim/opal", provider="sim", vendor="sim"),
    ),
)


@pytest.fixture
def app(settings: Settings, database: Database, broker: NotingBroker) -> FastAPI:
    return create_app(settings, bank=small_bank(), fleet=FLEET, broker=broker)


def within(settings: Settings, *, calls: int = QUESTIONS, usd: Decimal = USD) -> Settings:
    return settings.model_copy(update={"ask_again_calls": calls, "ask_again_usd": usd})


def asked_before(database: Database, *, cost_usd: str = "0") -> None:
    """Have the first model asked one question again, at a cost, and end that run."""
    number = rows.confirm(database, rows.confirmation([small_bank().questions[0]], ConfirmationStage.AGAIN))
    cancel_run(database, number)
    with database.write() as session:
        session.exec(update(Evaluation).values(cost_usd=Decimal(cost_usd)))


def test_what_it_would_take_is_said_and_nothing_is_written(api: TestClient, database: Database) -> None:
    body = api.get(f"{ASK}/estimate").json()

    assert (len(body["questions"]), body["models"][0]["model"]) == (QUESTIONS, "sim/agate")
    assert Decimal(body["about_usd"]) == USD
    assert body["run"] is None
    assert body["budget"] == {"calls": 220, "calls_taken": 0, "usd": "5", "usd_taken": "0"}
    assert rows_of(database) == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_model_that_is_not_in_the_fleet_is_not_found(api: TestClient, database: Database, method: str) -> None:
    address = "/v1/models/sim/agat/confirmations" + "/estimate" * (method == "GET")

    found = problem(api.request(method, address), 404, "unknown-model")

    assert "did you mean sim/agate?" in found.detail
    assert rows_of(database) == 0


class TestWithinTheBudget:
    """A budget that has exactly what one confirmation takes."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return within(settings)

    def test_what_fits_exactly_is_asked_of_the_questions_that_were_estimated(self, api: TestClient) -> None:
        estimate = api.get(f"{ASK}/estimate").json()

        response = api.post(ASK)

        assert response.status_code == 202
        assert response.json()["questions"] == estimate["questions"]

    def test_a_second_order_of_the_day_finds_the_first_and_takes_nothing(
        self, api: TestClient, database: Database
    ) -> None:
        first = api.post(ASK).json()
        before = rows_of(database)

        estimate, second = api.get(f"{ASK}/estimate").json(), api.post(ASK).json()

        assert (estimate["run"], estimate["refused"]) == (first["number"], None)
        assert (second["number"], second["created"]) == (first["number"], False)
        assert rows_of(database) == before

    def test_what_the_analysis_has_asked_today_is_taken_from_it(
        self, api: TestClient, database: Database, broker: NotingBroker
    ) -> None:
        asked_before(database)
        before = rows_of(database)

        estimate = api.get(f"{ASK}/estimate").json()
        found = problem(api.post(ASK), 409, "not-asked-again")

        assert estimate["budget"]["calls_taken"] == 1
        assert found.detail == estimate["refused"]
        assert (
            "12 questions to sim/agate are more than YZ_ASK_AGAIN_CALLS=12 leaves today (1 are taken)" in found.detail
        )
        assert "order it tomorrow, or raise the setting" in found.detail
        assert (rows_of(database), broker.dispatched) == (before, [])

    def test_while_an_earlier_confirmation_of_the_model_is_asked_none_is_ordered(
        self, api: TestClient, database: Database
    ) -> None:
        number = rows.confirm(database, rows.confirmation([small_bank().questions[0]]))

        found = problem(api.post(ASK), 409, "not-asked-again")

        assert f"Run #{number} still asks about sim/agate" in found.detail
        assert api.post("/v1/models/sim/opal/confirmations").status_code == 202


class TestBeyondTheBudget:
    """A budget that one confirmation is too dear for by itself."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return within(settings, calls=100, usd=USD - Decimal("0.01"))

    def test_what_is_too_dear_on_any_day_is_not_put_off_until_tomorrow(self, api: TestClient) -> None:
        found = problem(api.post(ASK), 409, "not-asked-again")

        assert "would cost about $6.0" in found.detail
        assert "YZ_ASK_AGAIN_USD=5.99" in found.detail
        assert "raise the setting and start the API anew" in found.detail
        assert "tomorrow" not in found.detail

    def test_a_model_that_costs_less_is_asked(self, api: TestClient) -> None:
        assert api.post("/v1/models/sim/opal/confirmations").status_code == 202


class TestSpent:
    """A budget of which other confirmations have spent something."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return within(settings, calls=100, usd=USD + 1)

    @pytest.mark.parametrize(("cost_usd", "status"), [("1", 202), ("1.01", 409)])
    def test_dollars_spent_today_are_taken_from_it(
        self, api: TestClient, database: Database, cost_usd: str, status: int
    ) -> None:
        asked_before(database, cost_usd=cost_usd)

        assert api.post(ASK).status_code == status
