"""What the page on histories shows can be read, and it names whatever can be."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from yzindex.drift.histories.csv_history import NEEDED, OPTIONAL
from yzindex.drift.histories.forms import Form, Repeats
from yzindex.drift.histories.reading import read_history

PAGE = (Path(__file__).parents[2] / "docs/histories.md").read_text(encoding="utf-8")
INSPECT, RESULTS, SAMPLES, PROMPTFOO = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
(CSV,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
TIME = "2026-11-23T03-05-16.793253"


def test_the_csv_example_is_a_history(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").write_text(CSV)

    history = read_history([tmp_path / "scores.csv"])

    np.testing.assert_array_equal(history.score, [1, 0.25, np.nan])


@pytest.mark.parametrize(
    ("form", "files", "scores"),
    [
        (Form.INSPECT, {"log.json": INSPECT}, [1, np.nan]),
        (Form.LM_EVAL, {f"results_{TIME}.json": RESULTS, f"samples_arithmetic_{TIME}.jsonl": SAMPLES}, [1, 0]),
        (Form.PROMPTFOO, {"out.json": PROMPTFOO}, [1]),
    ],
)
def test_the_examples_of_logs_are_histories_of_one_day(
    tmp_path: Path, form: Form, files: dict[str, str], scores: list[float]
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)

    history = read_history([tmp_path / next(iter(files))], form)

    np.testing.assert_array_equal(history.score, scores)
    assert (history.models, history.dimensions) == (("vendor/model",), ("arithmetic",))
    assert set(history.day.tolist()) == {date(2026, 11, 23).toordinal()}


def test_every_form_column_and_choice_is_documented() -> None:
    options = [f"--from {form}" for form in Form if form is not Form.CSV] + [f"--repeats {each}" for each in Repeats]

    assert [option for option in options if f"{option}`" not in PAGE] == []
    assert [column for column in (*NEEDED, *OPTIONAL) if f"| `{column}` |" not in PAGE] == []
