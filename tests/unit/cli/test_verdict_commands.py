"""`yz verdict`, `yz compare` and why models fell: what people read of verdicts."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.graded import scores
from tests.judged import confirm, day, expect, flat, judge, play
from tests.unit.cli.conftest import Workers, Yz
from yzindex.drift.words import Word
from yzindex.records.database import Database
from yzindex.records.verdict_view import VerdictView

AGATE, OPAL = "sim/agate", "sim/opal"


@pytest.fixture
def two_days(database: Database, workers: Workers) -> None:
    """On the second day both fall by more than five points: one by the draw, one by its own drop."""
    chances = {"execution": "0.9", "grounding": "0.8"}
    for number, agate, opal in ((1, "100", "100"), (2, "50", "75")):
        play(database, {AGATE: scores(execution=(agate, "100")), OPAL: scores(execution=(opal, "100"))})
        for model in (AGATE, OPAL):
            expect(database, number, model, chances)
    for model in (AGATE, OPAL):
        judge(database, 1, model, on=day(1))
    judge(database, 2, AGATE, on=day(2), word=Word.LUCK, terms=(1, "-13.75", "-8.1", "-0.4"), draws_better=88)
    confirm(database, 2, OPAL, since=day(1), on=day(2), size="-11.4")
    judge(
        database,
        2,
        OPAL,
        on=day(2),
        word=Word.CONFIRMED_DROP,
        terms=(1, "-6.875", "1.2", "-0.4"),
        size="-11.4",
        since=day(1),
    )


def line_of(text: str, start: str) -> str:
    return next(line.strip() for line in text.splitlines() if line.strip().startswith(start))


def test_the_board_says_why_models_fell_and_what_cost_the_points(yz: Yz, two_days: None) -> None:
    board = yz("board")

    assert board.exit_code == 0, board.output
    assert "Two models lost 6.88 to 13.75 points. Why?" in board.stdout
    assert "CONFIRMED DROP since 2026-11-01" in line_of(board.stdout, "1-2    sim/opal")
    why = board.stdout[board.stdout.index("Why?") :]
    row = line_of(why, "sim/agate (simulated)").split()
    assert row[2:7] == ["-13.75", "-8.10", "-0.40", "-5.25", "[-35,"]
    assert "worse than 88 of 100 possible draws" in why
    cost = line_of(why, "sim/agate  execution-")
    assert "(easier half, 50 % of 2 models pass it)  -13.75  wrong_answer 0 of 1 cases  yz raw 2 --answer" in cost
    assert "False alarms allowed: 1 per model-year." in board.stdout
    assert all(len(line) <= 180 for line in board.stdout.splitlines())


def test_a_board_without_falls_takes_nothing_apart(yz: Yz, database: Database, workers: Workers) -> None:
    play(database, {AGATE: flat("80")})
    judge(database, 1, AGATE, on=day(1), terms=(1, "-5", "0", "0"))

    assert "Why?" not in yz("board").stdout


def test_verdicts_are_shown_with_their_size_advice_and_version(yz: Yz, two_days: None) -> None:
    shown, lines = yz("verdict"), yz("verdict", "--json")

    assert "Verdicts of 2026-11-02 · analysis version 1" in shown.stdout
    assert "-11.40 [-16.40, -6.40]" in line_of(shown.stdout, "sim/opal")
    assert "sim/opal: Consider a backup model: the drop was confirmed on fresh questions." in shown.stdout
    assert [json.loads(line)["verdict"] for line in lines.stdout.splitlines()] == ["luck of the draw", "confirmed drop"]


def test_what_is_told_of_several_models_alike_is_told_once(yz: Yz, database: Database, workers: Workers) -> None:
    play(database, {AGATE: flat("80"), OPAL: flat("70")})
    for model in (AGATE, OPAL):
        judge(database, 1, model, on=day(1), word=Word.NOT_ENOUGH_EVIDENCE)

    assert "sim/agate, sim/opal: Decide nothing on it: too little is known." in yz("verdict").stdout
    assert "sim/agate, sim/opal: For a reason." in yz("board").stdout


def test_before_the_first_verdict_the_command_says_so(yz: Yz, workers: Workers) -> None:
    assert "No verdict yet" in yz("verdict").stdout
    assert yz("verdict", "--json").stdout == ""


def test_a_day_that_is_judged_anew_is_read_from_the_database_and_not_from_the_api(
    yz: Yz, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[date] = []

    def as_of(_session: object, _zone: object, on: date, *, asks: bool) -> tuple[VerdictView, ...]:
        asked.append(on)
        return ()

    monkeypatch.setattr("yzindex.records.recomputing.verdicts_as_of", as_of)

    result = yz("verdict", "--as-of", "2026-11-02")

    assert (result.exit_code, asked) == (0, [date(2026, 11, 2)])
    assert "judged anew; nothing of it is stored" in result.stdout


def test_without_a_database_no_day_is_judged_anew_and_none_is_made(
    yz: Yz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YZ_DATA_DIR", str(tmp_path / "none"))

    result = yz("verdict", "--as-of", "2026-11-02")

    assert result.exit_code == 3
    assert "`yz up` makes it" in result.stderr
    assert not (tmp_path / "none").exists()


def test_a_day_that_is_none_is_bad_usage(yz: Yz) -> None:
    assert yz("verdict", "--as-of", "yesterday").exit_code == 2


def test_two_runs_are_compared_term_by_term(yz: Yz, two_days: None) -> None:
    shown, line = yz("compare", AGATE, 1, 2), yz("compare", AGATE, 1, 2, "--json")

    assert shown.exit_code == 0, shown.output
    assert "Run #1 (2026-11-01) to Run #2 (2026-11-02) · verdict: luck of the draw" in shown.stdout
    terms = {name: line_of(shown.stdout, name).split()[1] for name in ("draw", "everyone", "rest", "cap", "change")}
    assert terms == {"draw": "-8.10", "everyone": "-0.40", "rest": "-5.25", "cap": "+0.00", "change": "-13.75"}
    assert "judgment" in line_of(shown.stdout, "judgment")
    assert "AI-assisted, not in the main score" in line_of(shown.stdout, "judgment")
    assert "integrity up to Run #2, the last five: pass pass" in shown.stdout
    found = json.loads(line.stdout)
    assert sum(Decimal(found[name]["exact"]) for name in ("draw", "common", "rest", "cap")) == Decimal("-13.75")


def test_a_comparison_is_drawn_into_a_file(yz: Yz, two_days: None, tmp_path: Path) -> None:
    file = tmp_path / "why.svg"

    result = yz("compare", AGATE, 1, 2, "--svg", file)

    assert result.stdout.endswith(f"drawn: {file}\n")
    assert file.read_text(encoding="utf-8").startswith('<svg role="img" aria-label="sim/agate (simulated): luck')


def test_runs_that_cannot_be_compared_are_bad_usage_with_the_reason(yz: Yz, two_days: None) -> None:
    result = yz("compare", AGATE, 1, 1)

    assert result.exit_code == 2
    assert "a run compared with itself says nothing" in result.stderr
