"""`yz confirm`, and what `yz doctor` says of verdicts that are missing."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from api.cli import checkup
from tests import rows
from tests.graded import finish, scores
from tests.unit.cli.conftest import Workers, Yz
from tests.unit.cli.test_run_commands import orders
from yzindex.fleet import Fleet, Model, Provider
from yzindex.records.analyses import note_not_analysed
from yzindex.records.database import Database
from yzindex.settings import Settings


def test_a_model_is_asked_fresh_questions_once_a_day_and_the_cost_is_shown_first(yz: Yz, workers: Workers) -> None:
    first, second = yz("confirm", "sim/agate"), yz("confirm", "sim/agate")

    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    cost, budget, asked = first.stdout.splitlines()
    assert cost.startswith("confirmation: 12 questions x 1 model = 12 calls · about $0.0000, at most $0.0000")
    assert budget == (
        "  asked again today: 0 of 220 calls (YZ_ASK_AGAIN_CALLS) and $0.0000 of $5.0000 (YZ_ASK_AGAIN_USD)"
    )
    assert asked == "sim/agate is asked 12 fresh questions · Run #1"
    assert "nothing more is asked or paid: Run #1" in second.stdout
    assert "sim/agate was asked already today: 12 fresh questions · Run #1" in second.stdout


def test_a_dry_run_names_the_questions_and_orders_nothing(yz: Yz, workers: Workers, database: Database) -> None:
    result = yz("confirm", "sim/agate", "--dry-run")

    assert result.exit_code == 0, result.output
    assert "execution-" in result.stdout
    assert orders(database) == 0


def test_json_gives_the_estimate_and_then_the_order(yz: Yz, workers: Workers) -> None:
    result = yz("confirm", "sim/agate", "--json")

    estimate, ordered = (json.loads(line) for line in result.stdout.splitlines())
    assert estimate["questions"] == ordered["questions"]
    assert (estimate["run"], ordered["number"]) == (None, 1)


class TestCost:
    """Models that cost money, and one of which nobody knows what it costs."""

    @pytest.fixture
    def fleet(self) -> Fleet:
        return Fleet(
            providers=(Provider(name="real", base_url="http://127.0.0.1:9/v1"),),
            models=(
                Model(slug="dear", provider="real", vendor="a", usd_per_million_completion_tokens=Decimal(500)),
                Model(slug="dearest", provider="real", vendor="a", usd_per_million_completion_tokens=Decimal(5000)),
                Model(slug="unpriced", provider="real", vendor="b"),
            ),
        )

    def test_what_is_over_the_days_budget_is_not_ordered_and_says_how_to_go_on(
        self, yz: Yz, workers: Workers, database: Database
    ) -> None:
        result = yz("confirm", "dearest")

        assert result.exit_code == 1
        assert "about $30.0000" in result.stdout
        assert "more than YZ_ASK_AGAIN_USD=5 leaves today" in result.stderr
        assert "raise the setting and start the API anew" in result.stderr
        assert orders(database) == 0

    def test_a_confirmation_keeps_to_max_usd_also_within_the_budget(
        self, yz: Yz, workers: Workers, database: Database
    ) -> None:
        result = yz("confirm", "dear", "--max-usd", "12")

        assert result.exit_code == 1
        assert "may cost up to $12.2880, more than --max-usd 12; allow more\n" in result.stderr
        assert orders(database) == 0

    def test_a_model_without_a_price_says_so(self, yz: Yz, workers: Workers) -> None:
        assert "no list price is known for unpriced: counted as free" in yz("confirm", "unpriced").stdout


def test_a_model_that_is_not_in_the_fleet_is_bad_usage_and_names_what_is(yz: Yz, workers: Workers) -> None:
    result = yz("confirm", "sim/agat")

    assert result.exit_code == 2
    assert "did you mean sim/agate?" in result.stderr


def test_doctor_names_a_run_whose_verdicts_are_missing_and_why(database: Database, tmp_path: Path) -> None:
    number = rows.submit(database, list(rows.small_bank(per_tier=1).questions), rows.FLEET.models[:1])
    finish(database, number, {"sim/agate": scores()})
    with database.write() as session:
        note_not_analysed(session, [number], asks=True, trouble="ZeroDivisionError: of no model")

    address = database.engine.url.render_as_string(hide_password=False)
    found = list(checkup.database_finding(Settings(data_dir=tmp_path, database_url=address)))

    assert [(each.part, each.ok) for each in found] == [("database", True), ("analysis", False)]
    assert found[1].found == "Run #1 has no verdicts: ZeroDivisionError: of no model"
