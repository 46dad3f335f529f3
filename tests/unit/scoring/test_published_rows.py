"""The published rows, and an independent calculation of the formulas in whole numbers."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.commands import app
from tests.handed_out import handed_out, needs
from yzindex.scoring import label_of, main_score, recommendation_of, rounded

ROOT = Path(__file__).parents[3]
PUBLISHED = "published-runs.csv"


def published() -> list[dict[str, str]]:
    with handed_out(PUBLISHED).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def arguments(row: dict[str, str]) -> list[str]:
    options = ["score", "--execution", row["execution"], "--grounding", row["grounding"], "--json"]
    return [*options, "--integrity", row["integrity"]] if row["integrity"] else options


@needs(PUBLISHED)
def test_every_published_row_comes_out_to_the_last_digit() -> None:
    rows = published()

    for row in rows:
        result = CliRunner().invoke(app, arguments(row))

        assert result.exit_code == 0, result.output
        found = json.loads(result.stdout)
        assert found["core_display"] == format(Decimal(row["main"]).quantize(Decimal("0.01")), "f"), row
        assert found["label"] == (row["integrity"] or None)
    assert len(rows) >= 11


@needs(PUBLISHED)
def test_a_published_row_comes_out_of_the_command_itself() -> None:
    row = next(row for row in published() if row["main"] == "89.43")

    done = subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments(row)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout)["core_display"] == "89.43"


def by_whole_numbers(execution: int, grounding: int, integrity: int) -> tuple[str, str, str, str]:
    """The formulas once more, for scores in thousandths: nothing but integers, rounded half up by hand."""
    raw = 55 * execution + 45 * grounding  # in hundred-thousandths of a point
    label = "pass" if integrity >= 60_000 else "warn" if integrity >= 40_000 else "fail"
    shown = min(raw, 74 * 100_000) if label == "fail" else raw
    advice = {"pass": "recommended", "warn": "neutral", "fail": "not recommended"}[label]
    return hundredths(raw), hundredths(shown), label, advice


def hundredths(hundred_thousandths: int) -> str:
    whole = (hundred_thousandths + 500) // 1000
    return f"{whole // 100}.{whole % 100:02}"


def thousandths(value: int) -> Decimal:
    return Decimal(value).scaleb(-3)


def test_fifty_thousand_random_triples_agree_with_a_calculation_in_whole_numbers() -> None:
    edges = (0, 39_999, 40_000, 59_999, 60_000, 74_000, 100_000)

    for _ in range(50_000):
        execution, grounding, integrity = (
            random.choice(edges) if random.random() < 0.1 else random.randrange(100_001) for _ in range(3)
        )
        label = label_of(thousandths(integrity))
        main = main_score(thousandths(execution), thousandths(grounding), label)
        ours = (
            format(rounded(main.core_raw), "f"),
            format(rounded(main.core_display), "f"),
            label.value,
            recommendation_of(label).value,
        )

        assert ours == by_whole_numbers(execution, grounding, integrity), (execution, grounding, integrity)


@pytest.mark.parametrize(
    ("integrity", "label", "display"),
    [("60", "pass", "84.03"), ("59.999", "warn", "84.03"), ("40", "warn", "84.03"), ("39.999", "fail", "74.00")],
)
def test_the_labels_change_at_60_and_40(integrity: str, label: str, display: str) -> None:
    options = ["score", "--execution", "100", "--grounding", "64.5", "--integrity", integrity, "--json"]

    found = json.loads(CliRunner().invoke(app, options).stdout)

    assert (found["label"], found["core_display"], found["core_raw"]) == (label, display, "84.03")


@pytest.mark.parametrize("given", ["101", "-1", "nan", "inf", "high", ""])
def test_scores_outside_0_to_100_are_bad_usage(given: str) -> None:
    for option in ("--execution", "--grounding", "--integrity"):
        options = {"--execution": "50", "--grounding": "50", "--integrity": "50"} | {option: given}
        flat = [word for pair in options.items() for word in pair]

        result = CliRunner().invoke(app, ["score", *flat])

        assert result.exit_code == 2, result.output
