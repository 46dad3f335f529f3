"""27 real days of four models on 30 fixed tests, and the same days with a part of one model's right answers lost."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.random import Generator

from tests.handed_out import handed_out
from yzindex.drift.history import HistoryRow, history_of
from yzindex.drift.judge import judge
from yzindex.drift.verdict import Word

DAILY = "modelregression-daily.csv"
#: Losses begin on this day of the 27, and take so much of what was right.
_FIRST_DAY, _LOST_SHARE = 15, 0.2


def real_days() -> list[HistoryRow]:
    with handed_out(DAILY).open(encoding="utf-8", newline="") as lines:
        return [
            HistoryRow(
                day=date.fromisoformat(row["date"]),
                model=row["model"],
                dimension=row["category"],
                question=row["item"],
                score=None if row["absent"] == "1" else float(row["score_0_1"]),
            )
            for row in csv.DictReader(lines)
        ]


def with_losses(rows: Iterable[HistoryRow], model: str, since: date, numbers: Generator) -> Iterator[HistoryRow]:
    """Let a model get a fifth of what it had right wrong, from a day on."""
    for row in rows:
        is_right = row.model == model and row.day >= since and row.score is not None and row.score >= 0.5
        yield replace(row, score=0.0) if is_right and numbers.random() < _LOST_SHARE else row


def days_to_find(replays: int) -> list[int | None]:
    """In how many days each replay's losses were confirmed as a drop of that model; None where they were not."""
    rows = real_days()
    models, days = sorted({row.model for row in rows}), sorted({row.day for row in rows})
    since = days[_FIRST_DAY - 1]
    took = []
    for number, numbers in enumerate(np.random.default_rng(20260604).spawn(replays)):
        model = models[number % len(models)]
        confirmed = (
            (day.day - since).days + 1
            for day in judge(history_of(with_losses(rows, model, since, numbers)))
            for verdict in day.verdicts
            if verdict.model == model and verdict.word is Word.CONFIRMED_DROP
        )
        took.append(next(confirmed, None))
    return took
