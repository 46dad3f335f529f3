"""The analysis on real answers: a matrix of real pass rates, 27 real days of four models, and a published day."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from numpy.random import Generator

from tests.handed_out import handed_out, needs
from tests.real_days import DAILY, days_to_find, real_days
from yzindex.drift.analysis import Analysis
from yzindex.drift.charts import FALL
from yzindex.drift.history import FloatArray, History, HistoryRow, IntArray, Role, columned, history_of
from yzindex.drift.judge import Judge, judge
from yzindex.drift.packets import packets_of
from yzindex.drift.power import Option, power_of
from yzindex.drift.proving.board import Board
from yzindex.drift.proving.matrices import Matrix, MatrixWorld, read_matrix
from yzindex.drift.rules import Rules
from yzindex.drift.verdict import Word

MATRIX, PUBLISHED = "livecodebench-2024-04.npz", "published-runs.csv"
MODELS = 11
YEAR = 365
BEGAN = date(2026, 1, 1)
CONFIRMED = {Word.CONFIRMED_DROP, Word.CONFIRMED_RISE}


def matrix() -> Matrix:
    return read_matrix(handed_out(MATRIX))


def drawn_from(world: MatrixWorld, numbers: Generator, *, days: int, each: int) -> History:
    """A calibration, then a daily draw of so many questions of each dimension, in which no model changes."""
    day, role, model, question = [], [], [], []
    pool = np.arange(len(world.question_dimension))
    for number in range(days + 1):
        drawn = pool
        if number:
            parts = [np.flatnonzero(world.question_dimension == dimension) for dimension in (0, 1)]
            drawn = np.concatenate([numbers.permutation(part)[:each] for part in parts])
        size = world.models * len(drawn)
        day.append(np.full(size, BEGAN.toordinal() + number))
        role.append(np.full(size, int(Role.DAILY if number else Role.CALIBRATION)))
        model.append(np.repeat(np.arange(world.models), len(drawn)))
        question.append(np.tile(drawn, world.models))
    asked: dict[str, IntArray] = {
        "day": np.concatenate(day),
        "role": np.concatenate(role),
        "model": np.concatenate(model),
        "question": np.concatenate(question),
    }
    none = np.zeros(len(asked["day"]), dtype=np.int64)
    return columned(
        models=tuple(f"m{number:02}" for number in range(world.models)),
        questions=tuple(f"q{number:03}" for number in pool),
        dimensions=("execution", "grounding"),
        weights={"execution": 0.55, "grounding": 0.45},
        versions=("",),
        question_dimension=world.question_dimension,
        question_harder=world.harder,
        columns=asked | {"packet": none, "version": none},
        score=world.work(asked["model"], asked["question"], numbers),
    )


def confirmed_in(history: History) -> set[tuple[str, Word, date | None]]:
    """Changes of models that were confirmed on any day."""
    verdicts = (verdict for day in judge(history) for verdict in day.verdicts)
    return {(verdict.model, verdict.word, verdict.since) for verdict in verdicts if verdict.word in CONFIRMED}


@needs(MATRIX)
def test_a_year_of_draws_from_unchanged_rows_raises_at_most_one_alarm_per_model() -> None:
    numbers = np.random.default_rng(20260101)
    world = MatrixWorld(matrix(), numbers, models=MODELS)

    found = confirmed_in(drawn_from(world, numbers, days=YEAR, each=5))

    assert len(found) <= MODELS


@needs(MATRIX)
def test_a_year_in_which_suspicious_rows_are_asked_again_raises_at_most_one_alarm_per_model() -> None:
    numbers = np.random.default_rng(20260102)
    board = Board(MatrixWorld(matrix(), numbers, models=MODELS), numbers, rules=Rules())

    for _ in range(YEAR):
        board.play_day()

    assert len(board.analysis.confirmed) <= MODELS


def share_of_swaps_found(points: float, *, boards: int, swaps: int, within: int) -> float:
    """Share of models found within days of taking over a row that is so many points lower."""
    found = []
    for numbers in np.random.default_rng(20260103).spawn(boards):
        world = MatrixWorld(matrix(), numbers, models=MODELS)
        board = Board(world, numbers, rules=Rules())
        untouched = numbers.permutation(MODELS).tolist()
        for _ in range(swaps):
            while untouched and world.fall(model := untouched.pop(), points, numbers) is None:
                pass
            found.append(_is_found(board, model, within))
    return float(np.mean(found))


def _is_found(board: Board, model: int, within: int) -> bool:
    before = len(board.analysis.confirmed)
    for _ in range(within):
        board.play_day()
        if any(each.model == model and each.direction == FALL for each in board.analysis.confirmed[before:]):
            return True
    return False


@needs(MATRIX)
@pytest.mark.timeout(400)
def test_swapped_rows_are_found_as_often_as_the_boards_power_says() -> None:
    numbers = np.random.default_rng(20260104)
    history = drawn_from(MatrixWorld(matrix(), numbers, models=MODELS), numbers, days=30, each=2)

    (sight,) = power_of(history, [Option(multiple=1, asks=True)], falls=(10.0,), replicates=100)
    foretold, *_ = sight.share_within(14)
    found = share_of_swaps_found(10.0, boards=16, swaps=4, within=14)

    assert abs(found - foretold) <= 0.10, (found, foretold)


@needs(DAILY)
def test_no_drop_is_confirmed_in_27_real_days_with_outages() -> None:
    rows = real_days()

    found = [verdict for day in judge(history_of(rows)) for verdict in day.verdicts]

    assert len([row for row in rows if row.score is None]) > 50
    assert [verdict for verdict in found if verdict.word is Word.CONFIRMED_DROP] == []


@needs(DAILY)
@pytest.mark.timeout(400)
def test_a_fifth_of_right_answers_lost_is_found_in_nearly_all_replays_of_the_real_days() -> None:
    took = days_to_find(200)

    found = sorted(days for days in took if days is not None)
    assert len(found) >= 190
    assert found[len(found) // 2] <= 7


EARLIER_DAYS = 60
POOL = 30


@dataclass(frozen=True, kw_only=True)
class Items:
    """Answers that were given, and the chance of each model on each question of its dimension."""

    rows: list[HistoryRow]
    chance: dict[tuple[str, str], FloatArray]


def item_history(numbers: Generator, published: list[dict[str, str]]) -> Items:
    """Two models' answers that give the published rows of the last two days, after days like any others."""
    models = sorted({row["model"] for row in published})
    easiness = {dimension: numbers.normal(1.2, 1.2, POOL) for dimension in ("execution", "grounding")}
    level = {model: numbers.normal(0.0, 0.4) for model in models}
    chance = {
        (model, dimension): 1 / (1 + np.exp(-(level[model] + easiness[dimension])))
        for model in models
        for dimension in easiness
    }
    days = sorted({row["date"] for row in published})
    first = date.fromisoformat(days[0]) - timedelta(EARLIER_DAYS)
    rows = []
    for number in range(EARLIER_DAYS + len(days)):
        day = first + timedelta(number)
        told = {row["model"]: row for row in published if row["date"] == day.isoformat()}
        for dimension in easiness:
            drawn = numbers.permutation(POOL)[:2]
            for model in models:
                scores = answered(chance[model, dimension][drawn], numbers)
                if told:
                    scores = pair_with_mean(float(told[model][dimension]) / 100, dimension, numbers)
                rows += [
                    HistoryRow(
                        day=day,
                        model=model,
                        dimension=dimension,
                        question=f"{dimension}-{place:02}",
                        score=float(score),
                    )
                    for place, score in zip(drawn, scores, strict=True)
                ]
    return Items(rows=rows, chance=chance)


def answered(chance: FloatArray, numbers: Generator) -> FloatArray:
    """Scores in eighths of questions on which a model has that chance."""
    return np.asarray(numbers.binomial(8, numbers.beta(1.5 * chance, 1.5 * (1 - chance))) / 8)


def pair_with_mean(mean: float, dimension: str, numbers: Generator) -> FloatArray:
    """Two scores with that mean; of programs in eighths."""
    widest = min(mean, 1 - mean)
    apart = numbers.uniform(0, widest)
    if dimension == "execution":
        apart = numbers.integers(0, int(widest * 8) + 1) / 8
    return numbers.permutation([mean - apart, mean + apart])


def last_words(rows: list[HistoryRow], days: int) -> list[tuple[Word, ...]]:
    """What is said of each model on each of the last days; of the days before nothing is asked."""
    history = history_of(rows)
    judging = Judge(history)
    packets = list(packets_of(history))
    everyone = np.arange(len(history.models))
    for packet in packets[:-days]:
        judging.judge_day(packet.day, [packet], everyone[:0])
    said = [judging.judge_day(packet.day, [packet], everyone).verdicts for packet in packets[-days:]]
    return [tuple(verdict.word for verdict in of_model) for of_model in zip(*said, strict=True)]


def published_rows() -> list[dict[str, str]]:
    """The two models' rows of both days."""
    with handed_out(PUBLISHED).open(encoding="utf-8", newline="") as lines:
        return [
            row for row in csv.DictReader(lines) if row["model"].startswith("Claude") and row["date"][:7] == "2026-05"
        ]


@cache
def words_around_the_published_days() -> list[tuple[Word, ...]]:
    """What is said of each model on both days, in 200 item histories."""
    rows = published_rows()
    return [
        of_model
        for numbers in np.random.default_rng(513).spawn(200)
        for of_model in last_words(item_history(numbers, rows).rows, 2)
    ]


@needs(PUBLISHED)
@pytest.mark.timeout(400)
def test_the_published_fall_of_ten_points_convicts_nobody() -> None:
    assert not any(Word.CONFIRMED_DROP in words for words in words_around_the_published_days())


@needs(PUBLISHED)
@pytest.mark.timeout(400)
def test_the_published_fall_leaves_at_most_one_in_twenty_suspicious() -> None:
    said = words_around_the_published_days()

    for day in range(2):
        assert sum(words[day] is Word.SUSPECTED for words in said) <= 0.05 * len(said)


def played(items: Items, numbers: Generator) -> Iterator[Analysis]:
    """Play the days where models can be asked again; they answer as on any other day."""
    history = history_of(items.rows)
    analysis = Judge(history, asks=True).analysis
    dimensions = [history.dimensions[place] for place in history.question_dimension]
    for packet in packets_of(history):
        analysis.begin(packet.day)
        analysis.take(packet)
        while requests := analysis.requests():
            for request in requests:
                asked = analysis.questions_of(request, np.arange(len(dimensions)))
                model, question = np.repeat(request.models, len(asked)), np.tile(asked, len(request.models))
                chance = [
                    items.chance[history.models[one], dimensions[each]][int(history.questions[each][-2:])]
                    for one, each in zip(model, question, strict=True)
                ]
                analysis.take(
                    replace(
                        packet,
                        role=request.role,
                        model=model,
                        question=question,
                        score=answered(np.array(chance), numbers),
                        version=np.zeros(len(question), dtype=np.int64),
                    )
                )
        yield analysis


@needs(PUBLISHED)
@pytest.mark.timeout(400)
def test_where_models_are_asked_again_the_published_fall_convicts_nobody_and_leaves_few_suspicious() -> None:
    rows = published_rows()
    convicted, suspicious = 0, [0, 0]
    for numbers in np.random.default_rng(514).spawn(200):
        for number, analysis in enumerate(played(item_history(numbers, rows), numbers)):
            if number >= EARLIER_DAYS:
                charts = analysis.charts
                said = {model for model in (0, 1) if charts.furthest_past(charts.suspected_bar, model)}
                suspicious[number - EARLIER_DAYS] += len(said | set(analysis.suspicions))
                convicted += sum(each.direction == FALL and each.day == analysis.day for each in analysis.confirmed)

    assert convicted == 0
    assert max(suspicious) <= 0.05 * 200 * 2
