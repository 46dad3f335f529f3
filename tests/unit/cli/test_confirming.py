"""`yz confirm`, and what `yz doctor` says of verdicts that are missing."""

from __future__ import annotations

from pathlib import Path

from api.cli import checkup
from tests import rows
from tests.graded import finish, scores
from tests.unit.cli.conftest import Workers, Yz
from yzindex.records.analyses import note_not_analysed
from yzindex.records.database import Database
from yzindex.settings import Settings


def test_a_model_is_asked_fresh_questions_once_a_day(yz: Yz, workers: Workers) -> None:
    first, second = yz("confirm", "sim/agate"), yz("confirm", "sim/agate")

    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert first.stdout.startswith("sim/agate is asked ")
    assert "fresh questions · Run #1" in first.stdout
    assert second.stdout.startswith("sim/agate was asked already today: ")
    assert "Run #1" in second.stdout


def test_a_model_that_is_not_in_the_fleet_is_bad_usage_and_names_what_is(yz: Yz, workers: Workers) -> None:
    result = yz("confirm", "sim/agat")

    assert result.exit_code == 2
    assert "sim/agate" in result.stderr


def test_doctor_names_a_run_whose_verdicts_are_missing_and_why(database: Database, tmp_path: Path) -> None:
    number = rows.submit(database, list(rows.small_bank(per_tier=1).questions), rows.FLEET.models[:1])
    finish(database, number, {"sim/agate": scores()})
    with database.write() as session:
        note_not_analysed(session, [number], asks=True, trouble="ZeroDivisionError: of no model")

    address = database.engine.url.render_as_string(hide_password=False)
    found = list(checkup.database_finding(Settings(data_dir=tmp_path, database_url=address)))

    assert [(each.part, each.ok) for each in found] == [("database", True), ("analysis", False)]
    assert found[1].found == "Run #1 has no verdicts: ZeroDivisionError: of no model"
