"""`yz run`, `yz raw`: ordering, waiting, and the tables that people read."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest
from rich.console import Console
from sqlmodel import func, select

from api.terminal.tables import run_tables
from tests.graded import OUTAGE, finish, scores
from tests.unit.cli.conftest import Workers, Yz
from yzindex.fleet import Fleet, Model, Provider
from yzindex.records.database import Database
from yzindex.records.tables import Run

TODAY = {
    "sim/agate": scores(execution=("75", "75"), grounding=("85.8", "85.8"), judgment=("38.4", None)),
    "sim/opal": scores(execution=("100", "100"), grounding=("64.5", "64.5"), integrity=("0", "0")),
}


def orders(database: Database) -> int:
    with database.read() as session:
        return session.exec(select(func.count()).select_from(Run)).one()


def test_run_with_wait_shows_cost_progress_and_the_result(yz: Yz, workers: Workers, database: Database) -> None:
    workers.work = lambda run: finish(database, run, TODAY)  # type: ignore[method-assign]

    result = yz("run", "--seed", 3, "--wait")

    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("smoke: 10 questions x 2 models = 20 calls · about $0.0000")
    assert lines[1].startswith("Run #1 smoke · seed 3")
    assert "answered 0/20 · graded 0/20" in lines[2]
    assert "answered 19/20 · graded 19/20 · unscored 1" in lines[3]
    assert "SIMULATED" in result.stdout
    agate = next(line.split() for line in lines if line.strip().startswith("sim/agate"))
    opal = next(line.split() for line in lines if line.strip().startswith("sim/opal"))
    assert agate == [
        *("sim/agate", "(simulated)", "75.0", "85.8", "38.4", "(1/2)", "50.0", "pass", "79.86", "79.86", "-"),
        *("9/10", "*"),
    ]
    assert opal[-5:] == ["FAIL", "84.03", "74.00", "-", "10/10"]
    (note,) = (line for line in lines if line.strip().startswith("* Run #1"))
    assert "sim/agate judgment-" in note
    assert f"unscored, {OUTAGE} (not counted as 0)" in note
    assert "AI-assisted" in result.stdout
    assert "capped at 74" in result.stdout


def test_run_with_json_prints_one_object_a_line(yz: Yz, workers: Workers, database: Database) -> None:
    workers.work = lambda run: finish(database, run, TODAY)  # type: ignore[method-assign]

    result = yz("run", "--wait", "--json")

    estimate, ordered, run = (json.loads(line) for line in result.stdout.splitlines())
    assert estimate["questions"] == ordered["questions"]
    assert (ordered["number"], run["status"]) == (1, "concluded")
    assert run["models"][0]["result"]["core_display"]["shown"] == "79.86"


def test_a_run_in_which_no_model_got_a_main_score_is_bad_news(yz: Yz, workers: Workers, database: Database) -> None:
    nothing = scores(execution=(None, None))
    workers.work = lambda run: finish(database, run, dict.fromkeys(TODAY, nothing))  # type: ignore[method-assign]

    result = yz("run", "--wait")

    assert result.exit_code == 1
    assert "gave no model a main score" in result.stderr
    assert " 0.00" not in result.stdout


def test_a_dry_run_shows_the_draw_and_orders_nothing(yz: Yz, workers: Workers, database: Database) -> None:
    result = yz("run", "--dry-run", "--seed", 3)

    assert result.exit_code == 0
    assert "seed 3: execution-" in result.stdout
    assert orders(database) == 0


def test_a_calibration_shows_what_it_costs_and_names_no_draw(yz: Yz, workers: Workers, database: Database) -> None:
    result = yz("run", "--kind", "calibration", "--models", "sim/opal", "--dry-run")

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("calibration: 30 questions x 1 model = 30 calls · about $0.0000")
    assert "every question of the bank" in result.stdout
    assert "execution-" not in result.stdout
    assert orders(database) == 0
    assert "Run #1 calibration" in yz("run", "--kind", "calibration").stdout


def test_a_confirmation_is_refused_with_the_command_that_asks_for_one(
    yz: Yz, workers: Workers, database: Database
) -> None:
    result = yz("run", "--kind", "confirmation")

    assert result.exit_code == 2
    assert "yz confirm MODEL" in result.stderr
    assert orders(database) == 0


def test_an_unknown_model_is_bad_usage(yz: Yz, workers: Workers, database: Database) -> None:
    result = yz("run", "--models", "sim/agate,nope")

    assert result.exit_code == 2
    assert "known models are sim/agate, sim/opal" in result.stderr
    assert orders(database) == 0


class TestCost:
    """--max-usd on models that cost money."""

    @pytest.fixture
    def fleet(self) -> Fleet:
        return Fleet(
            providers=(Provider(name="real", base_url="http://127.0.0.1:9/v1"),),
            models=(
                Model(slug="dear", provider="real", vendor="a", usd_per_million_completion_tokens=Decimal(1000)),
                Model(slug="unpriced", provider="real", vendor="b"),
            ),
        )

    def test_a_run_that_may_cost_more_is_not_ordered(self, yz: Yz, workers: Workers, database: Database) -> None:
        result = yz("run", "--models", "dear", "--max-usd", "1")

        assert result.exit_code == 1
        assert "at most $20.4800" in result.stdout
        assert "not ordered" in result.stderr
        assert orders(database) == 0

    def test_a_model_without_a_price_cannot_be_kept_under_a_limit(
        self, yz: Yz, workers: Workers, database: Database
    ) -> None:
        result = yz("run", "--models", "unpriced", "--max-usd", "100")

        assert result.exit_code == 1
        assert "no list price is known for unpriced" in result.stderr
        assert orders(database) == 0

    def test_a_calibration_keeps_to_the_limit_too(self, yz: Yz, workers: Workers, database: Database) -> None:
        result = yz("run", "--kind", "calibration", "--models", "dear", "--max-usd", "20.48")

        assert result.exit_code == 1
        assert "may cost up to $61.4400" in result.stderr
        assert orders(database) == 0

    def test_a_run_within_the_limit_is_ordered(self, yz: Yz, workers: Workers, database: Database) -> None:
        result = yz("run", "--models", "dear", "--max-usd", "20.48")

        assert result.exit_code == 0, result.output
        assert orders(database) == 1


@pytest.mark.parametrize("amount", ["-1", "nan", "cheap"])
def test_an_amount_that_is_none_is_bad_usage(yz: Yz, amount: str) -> None:
    assert yz("run", "--max-usd", amount).exit_code == 2


def test_raw_shows_all_answers_or_one_in_full(yz: Yz, workers: Workers, database: Database) -> None:
    yz("run")
    finish(database, 1, TODAY)

    table, lines, one = yz("raw", 1), yz("raw", 1, "--json"), yz("raw", 1, "--answer", 1)

    assert len(lines.stdout.splitlines()) == 20
    assert "1 of 1 cases failed" in table.stdout
    assert "Write `double`" in one.stdout
    assert "--- reply\nThe reply." in one.stdout
    assert "3 attempts" in one.stdout
    assert "expected 4" not in table.stdout + lines.stdout + one.stdout
    assert yz("raw", 1, "--answer", 999).exit_code == 2
    assert yz("raw", 7).exit_code == 2


def test_text_from_outside_is_never_taken_for_markup(yz: Yz, workers: Workers, database: Database) -> None:
    yz("run", "--models", "sim/agate")
    finish(database, 1, {"sim/agate": TODAY["sim/agate"]})
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE evaluation SET model = 'sim/[red]x[/red][/]'")
        connection.exec_driver_sql("UPDATE answer SET reason = '[/] [link=x]'")

    assert "sim/[red]x[/red][/]" in yz("raw", 1).stdout
    assert "[/] [link=x]" in yz("raw", 1).stdout


def test_the_result_table_takes_the_json_of_the_api(yz: Yz, workers: Workers, database: Database) -> None:
    yz("run")
    finish(database, 1, TODAY)
    body = api_json()
    console = Console(width=160, file=io.StringIO(), record=True)

    console.print(run_tables(body))

    assert "sim/opal (simulated)" in console.export_text()


def api_json() -> dict[str, object]:
    from api import client

    with client.Client("http://127.0.0.1:9") as api:
        body = json.loads(api.run(1).model_dump_json())
    assert isinstance(body, dict)
    return body
