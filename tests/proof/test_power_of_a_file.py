"""`yz power` of a file of scores: falls of every size on every way to run the board, played through."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from api.cli.commands import app
from tests.unit.cli.test_power_command import written


def test_each_way_to_run_the_board_is_told_with_its_counts(tmp_path: Path) -> None:
    file = written(tmp_path, days=25)

    result = CliRunner().invoke(app, ["power", str(file), "--replicates", "20", "--json"])

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0, result.output
    assert [(each["daily_questions"], each["asks_again"]) for each in told[::3]] == [
        (6, False), (12, False), (24, False), (6, True),
    ]  # fmt: skip
    assert {each["points"] for each in told} == {5, 10, 20}
    for each in told:
        share, low, high = each["share_within_14_days"]
        assert low <= share <= high
        assert each["found_within_14_days"] == round(share * each["replicates"])
