"""`yz drift`: what it prints of a history, what it refuses, and how it ends."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli.commands import app as commands
from api.cli.drift import COLUMNS
from api.cli.verdict_tables import episode_table, newest_table
from api.terminal.console import console
from tests.unit.cli.conftest import Yz
from yzindex.drift.episodes import Episodes
from yzindex.drift.histories.reading import read_history
from yzindex.drift.judge import judge
from yzindex.drift.verdict import Verdict

HEADER = "date,model,dimension,question,score"
BEGAN = date(2026, 1, 1)


def written(folder: Path, lines: list[str]) -> Path:
    file = folder / "scores.csv"
    file.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return file


def history(*, models: int, days: int, questions: int = 40, falls_on: int | None = None) -> list[str]:
    """Answers right or wrong by chance; the first model loses most of its ability on a day."""
    numbers = np.random.default_rng(5)
    ability, easiness = numbers.normal(1, 0.5, models), numbers.normal(0, 1, questions)
    lines = []
    for day in range(days):
        for model in range(models):
            lowered = 2.5 if falls_on is not None and model == 0 and day >= falls_on else 0.0
            right = numbers.random(questions) < 1 / (1 + np.exp(-(ability[model] + easiness - lowered)))
            lines += [
                f"{BEGAN + timedelta(day)},vendor/m{model},algebra,q{question},{int(right[question])}"
                for question in range(questions)
            ]
    return lines


@pytest.fixture(scope="module")
def fallen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("fallen"), history(models=3, days=34, falls_on=22))


def rows_of(printed: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed)))


def test_where_no_terminal_is_a_row_of_csv_is_printed_per_day_and_model(yz: Yz, fallen: Path) -> None:
    result = yz("drift", fallen)

    rows = rows_of(result.stdout)
    assert result.stdout.splitlines()[0] == ",".join(COLUMNS)
    assert [(row["date"], row["model"]) for row in rows] == [
        ((BEGAN + timedelta(day)).isoformat(), f"vendor/m{model}") for day in range(34) for model in range(3)
    ]


def test_a_drop_that_stands_on_the_last_day_is_bad_news_with_size_interval_and_date(yz: Yz, fallen: Path) -> None:
    result = yz("drift", "--latest", fallen)

    first, *others = rows_of(result.stdout)
    assert (result.exit_code, first["verdict"]) == (1, "confirmed drop")
    assert float(first["lo"]) < float(first["size"]) < float(first["hi"]) < 0
    assert abs((date.fromisoformat(first["since"]) - (BEGAN + timedelta(22))).days) <= 2
    assert "later answers are" in first["evidence"]
    assert {row["verdict"] for row in others} <= {"steady", "luck of the draw", "within chance"}


def test_a_history_without_change_is_done_with_status_0(yz: Yz, tmp_path: Path) -> None:
    result = yz("drift", written(tmp_path, history(models=3, days=30)))

    words = {row["verdict"] for row in rows_of(result.stdout)}
    assert result.exit_code == 0
    assert not [word for word in words if word.startswith("confirmed")]


def test_json_holds_the_same_as_csv_an_object_a_line(yz: Yz, fallen: Path) -> None:
    as_csv, as_json = yz("drift", "--latest", "--csv", fallen), yz("drift", "--latest", "--json", fallen)

    objects = [json.loads(line) for line in as_json.stdout.splitlines()]
    shown = [{name: "" if each[name] is None else str(each[name]) for name in COLUMNS} for each in objects]
    assert shown == rows_of(as_csv.stdout)
    assert as_json.exit_code == as_csv.exit_code == 1


def test_csv_and_json_at_once_are_refused(yz: Yz, fallen: Path) -> None:
    result = yz("drift", "--csv", "--json", fallen)

    assert (result.exit_code, result.stderr) == (2, "--csv and --json exclude each other; leave one of them out\n")


def test_standard_input_is_a_history_too(yz: Yz, tmp_path: Path) -> None:
    file = written(tmp_path, history(models=2, days=2))

    piped = CliRunner().invoke(commands, ["drift", "-"], input=file.read_bytes())

    assert (piped.exit_code, piped.stdout) == (0, yz("drift", file).stdout)


def test_the_tables_tell_the_newest_verdicts_and_what_happened_before(fallen: Path) -> None:
    episodes = Episodes()
    newest: dict[str, Verdict] = {}
    for day in judge(read_history([fallen])):
        episodes.add(day.verdicts)
        newest |= {verdict.model: verdict for verdict in day.verdicts}

    told = console()
    with told.capture() as captured:
        told.print(newest_table(list(newest.values())), episode_table(episodes.told()))

    lines = captured.get().splitlines()
    assert [line.split()[1] for line in lines if line.strip().startswith("2026-02-03")] == [
        "vendor/m0", "vendor/m1", "vendor/m2",
    ]  # fmt: skip
    spells = [line for line in lines if "vendor/m0" in line and "asking" not in line][1:]
    assert len(spells) == 1 and "confirmed drop" in spells[0] and "2026-02-03" in spells[0]


def _row(day: int, model: str, question: str, score: str) -> str:
    return f"{BEGAN + timedelta(day)},{model},algebra,{question},{score}"


SHORT: dict[str, Callable[[], list[str]]] = {
    "one day": lambda: history(models=6, days=1),
    "all unscored": lambda: [_row(day, f"m{m}", "q", "") for day in range(40) for m in range(6)],
    "one answer a day": lambda: [_row(day, "m", "q", "1") for day in range(30)],
}


@pytest.mark.parametrize("lines", SHORT.values(), ids=SHORT)
def test_too_little_is_not_enough_evidence_and_no_fault(yz: Yz, tmp_path: Path, lines: Callable[[], list[str]]) -> None:
    result = yz("drift", written(tmp_path, lines()))

    rows = rows_of(result.stdout)
    assert result.exit_code == 0, result.output
    assert {row["verdict"] for row in rows} == {"not enough evidence"}
    assert all(row["evidence"] for row in rows)


def test_one_model_alone_gets_verdicts(yz: Yz, tmp_path: Path) -> None:
    result = yz("drift", "--latest", written(tmp_path, history(models=1, days=40, falls_on=20)))

    assert (result.exit_code, [row["verdict"] for row in rows_of(result.stdout)]) == (1, ["confirmed drop"])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["01/02/2026,m,algebra,q,1"], "scores.csv:2: date: "),
        ([_row(0, "m", "q", "1.5"), _row(1, "m", "q", "0.5")], "scores.csv:2: score: 1.5 is outside 0–1"),
        ([_row(0, "m", "q", "1")] * 2, "scores.csv:3: row: "),
    ],
)
def test_a_fault_of_the_file_is_told_with_its_line_and_nothing_is_judged(
    yz: Yz, tmp_path: Path, lines: list[str], said: str
) -> None:
    result = yz("drift", written(tmp_path, lines))

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_missing_columns_are_named(yz: Yz, tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    file.write_text("date,model,score\n2026-01-01,m,1\n")

    result = yz("drift", file)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "dimension" in result.stderr and "question" in result.stderr


def test_a_file_that_is_not_there_is_bad_usage(yz: Yz, tmp_path: Path) -> None:
    result = yz("drift", tmp_path / "absent.csv")

    assert result.exit_code == 2
    assert "absent.csv" in result.stderr


def test_the_log_of_a_harness_is_judged(yz: Yz, tmp_path: Path) -> None:
    log = {
        "eval": {"created": "2026-11-23T03:00:00+00:00", "task": "arithmetic", "model": "vendor/model"},
        "samples": [{"id": 1, "epoch": 1, "scores": {"includes": {"value": "C"}}}],
    }
    (tmp_path / "log.json").write_text(json.dumps(log))

    result = yz("drift", "--from", "inspect", tmp_path / "log.json")

    assert [(row["model"], row["verdict"]) for row in rows_of(result.stdout)] == [
        ("vendor/model", "not enough evidence")
    ]
