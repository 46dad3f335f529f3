"""`yz power`: what it prints of a board, and how it says that it cannot tell."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from api.cli.power import table_of
from api.terminal.console import console
from tests.unit.cli.conftest import Yz
from yzindex.drift.power import Option, Sight
from yzindex.records.database import Database


def written(folder: Path, *, days: int) -> Path:
    numbers = np.random.default_rng(3)
    ability, easiness = numbers.normal(1, 0.5, 6), numbers.normal(0, 1, 60)
    lines = ["date,model,dimension,question,score"]
    for day in range(days):
        drawn = numbers.permutation(60)[:6]
        for model in range(6):
            right = numbers.random(6) < 1 / (1 + np.exp(-(ability[model] + easiness[drawn])))
            lines += [
                f"2026-01-{day + 1:02},m{model},algebra,q{question},{int(is_right)}"
                for question, is_right in zip(drawn, right, strict=True)
            ]
    file = folder / "scores.csv"
    file.write_text("\n".join(lines))
    return file


def test_the_table_tells_days_only_where_nine_of_ten_were_found() -> None:
    today, more = Option(multiple=1, asks=True), Option(multiple=2, asks=True)
    found, missed = tuple(range(1, 20)), tuple(range(1, 11))
    sights = [
        Sight(option=option, models=6, daily_questions=4 * option.multiple, points=10.0, replicates=20, days=days)
        for option, days in ((today, found), (more, missed))
    ]

    told = console()
    with told.capture() as captured:
        told.print(table_of(sights))

    lines = captured.get().splitlines()
    assert [" ".join(line.split()) for line in lines if "10 points" in line] == [
        "as it is, asking again 4 10 points 18 days 70 % [48, 85] 20",
        "2× the daily questions 8 10 points more than 28 days 50 % [30, 70] 20",
    ]


def test_a_board_of_which_too_little_is_known_says_so(yz: Yz, tmp_path: Path) -> None:
    result = yz("power", written(tmp_path, days=2))

    assert result.exit_code == 0
    assert result.stdout.startswith("not enough evidence: no model has 40 scored answers")


def test_without_a_file_the_records_are_read(yz: Yz, database: Database) -> None:
    result = yz("power", "--json")

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["reason"].startswith("not enough evidence")


def test_without_a_file_and_without_records_something_of_ours_is_down(yz: Yz, tmp_path: Path) -> None:
    result = yz("power")

    assert result.exit_code == 3
    assert "no such file" in result.stderr
    assert not (tmp_path / "yz.sqlite3").exists()
