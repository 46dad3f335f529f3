"""A history that grows day by day is judged as if it had been there at once; what goes into a verdict, run by run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from yzindex.drift.baseline import Table
from yzindex.drift.confirming import Estimate, Known, change_of
from yzindex.drift.difficulty import Cells, Components, fit
from yzindex.drift.evidence_process import EvidenceProcess
from yzindex.drift.folding import Folder
from yzindex.drift.history import History, HistoryRow, Role, history_of
from yzindex.drift.judge import Judge, fold
from yzindex.drift.packets import Packet
from yzindex.drift.pairing import then_and_now
from yzindex.drift.regrades import Regrades
from yzindex.drift.spreads import STEPS
from yzindex.drift.suspicion import Confirmed
from yzindex.drift.words import Word

FIRST = date(2026, 1, 5)
MODELS = ("a", "b", "c", "d", "e", "f")
QUESTIONS = {f"{dimension}-{number}": dimension for dimension in ("execution", "grounding") for number in range(25)}


def rows(days: int, seed: int = 1) -> Iterator[HistoryRow]:
    """A calibration and some days of four questions."""
    numbers = np.random.default_rng(seed)
    easy = {question: numbers.uniform(0.2, 0.95) for question in QUESTIONS}
    for day in range(days):
        calibrates = day == 0
        drawn = numbers.choice(25, 2, replace=False).tolist()
        asked = [each for each in QUESTIONS if calibrates or int(each.split("-")[1]) in drawn]
        for model in MODELS:
            for question in asked:
                yield HistoryRow(
                    day=FIRST + timedelta(days=day),
                    model=model,
                    dimension=QUESTIONS[question],
                    question=question,
                    score=float(numbers.random() < easy[question]),
                    role=Role.CALIBRATION if calibrates else Role.DAILY,
                    packet=day + 1,
                )


@pytest.fixture(scope="module")
def history() -> History:
    return history_of(rows(20))


def test_judging_a_history_as_it_grows_gives_what_judging_all_of_it_gives(history: History) -> None:
    asks = {int(day): True for day in history.day}
    whole = tuple(fold(Judge(history, asks=True), history))
    folder = Folder()

    for last in range(1, 20):
        grown = folder.fold(history.until(FIRST + timedelta(days=last)), {}, asks)

        assert [day.verdicts for day in grown.days] == [day.verdicts for day in whole[: last + 1]]


def test_the_possible_draws_of_a_growing_history_are_those_of_all_of_it_and_agree_with_each_verdict(
    history: History,
) -> None:
    asks = {int(day): True for day in history.day}
    whole = Folder().fold(history, {}, asks)
    folder = Folder()

    for last in (5, 6, 19):
        grown = folder.fold(history.until(FIRST + timedelta(days=last)), {}, asks)

        assert grown.spreads == whole.spreads[: last + 1]
    said = [
        (verdict, np.array(spread[verdict.model]))
        for day, spread in zip(whole.days, whole.spreads, strict=True)
        for verdict in day.verdicts
        if verdict.draws_better is not None
    ]
    assert len(said) > 60
    for verdict, counts in said:
        assert verdict.terms is not None
        step = int(float(verdict.terms.expected) / 100 * STEPS)
        assert counts.sum() == 1000
        assert counts[step + 1 :].sum() - 5 <= 10 * (verdict.draws_better or 0) <= counts[step:].sum() + 5


def test_what_was_kept_is_not_used_when_an_earlier_score_has_changed(history: History) -> None:
    asks = {int(day): True for day in history.day}
    folder = Folder()
    folder.fold(history, {}, asks)
    changed = replace(history, score=np.where(history.day == history.day[0], 1 - history.score, history.score))

    again = folder.fold(changed, {}, asks)

    assert [day.verdicts for day in again.days] == [day.verdicts for day in fold(Judge(changed, asks=True), changed)]


def test_what_was_kept_is_not_used_when_an_earlier_answer_was_graded_again_since(history: History) -> None:
    asks = {int(day): True for day in history.day}
    day = FIRST.toordinal() + 5
    place = np.array([0])
    moved = Regrades(
        day=day,
        answered_day=place + FIRST.toordinal(),
        number=place + 1,
        model=place,
        question=place,
        before=np.array([1.0]),
        now=np.array([0.0]),
    )
    folder = Folder()
    folder.fold(history, {}, asks)

    again = folder.fold(history, {day: (moved,)}, asks)

    words = {each.word for judged in again.days for each in judged.verdicts if each.day.toordinal() >= day}
    assert words == {Word.MOVED}
    assert [each.move.day for each in again.judge.suspensions] == [day]


def test_models_asked_in_two_runs_of_one_day_are_each_compared_by_their_own() -> None:
    given = list(rows(4))
    last = FIRST + timedelta(days=3)
    split = [replace(row, packet=99) if row.day == last and row.model in "ab" else row for row in given]

    verdicts = {}
    for name, each in (("one", given), ("two", split)):
        history = history_of(each)
        verdicts[name] = {found.model: found for found in tuple(fold(Judge(history), history))[-1].verdicts}

    assert {model: found.run for model, found in verdicts["two"].items()} == {
        model: 99 if model in "ab" else 4 for model in MODELS
    }
    for model in MODELS:
        one, two = verdicts["one"][model].decomposition, verdicts["two"][model].decomposition
        assert one
        assert two
        assert (one.change, one.draw) == (two.change, two.draw)


def test_a_verdict_names_the_run_that_it_compares_with(history: History) -> None:
    last = tuple(fold(Judge(history), history))[-1]

    assert {(each.run, each.compared_run) for each in last.verdicts} == {(20, 19)}
    for each in last.verdicts:
        assert each.terms
        assert each.decomposition
        assert each.terms.variance > 0


def test_fresh_answers_asked_for_by_hand_open_a_suspicion_that_no_chart_had_raised(history: History) -> None:
    known = {row.question for row in rows(1)}
    by_hand = [
        HistoryRow(
            day=FIRST + timedelta(days=20),
            model="a",
            dimension=QUESTIONS[question],
            question=question,
            score=0.0,
            role=Role.BY_HAND,
            packet=100,
        )
        for question in sorted(known)
    ]
    grown = history_of([*rows(20), *by_hand])
    judge = Judge(grown, asks=True)

    tuple(fold(judge, grown))
    next_day = judge.judge_day(FIRST.toordinal() + 21, [], np.zeros(0, dtype=np.int64))

    assert 0 in judge.analysis.suspicions
    assert [request.role for request in next_day.requests if request.suspect == 0] == [Role.FRESH]


def known_table(questions: int) -> Known:
    shape = (1, questions)
    table = Table(
        mean=np.full(shape, 0.5),
        variance=np.full(shape, 0.25),
        slope=np.zeros(shape),
        pool_slope=np.zeros((1, 1)),
        easiness_variance=np.zeros(questions),
        answers=np.full(questions, 10),
        ability_variance=np.zeros((1, 1)),
        known=np.full((1, 1), 100),
        days=np.full(1, 100),
        day_share=np.zeros(1),
    )
    return Known(table=table, row=0, regraded=np.zeros(questions))


def a_round(scores: list[float], day: int = 1) -> Packet:
    place = np.arange(len(scores))
    return Packet(
        day=day,
        role=Role.FRESH,
        model=np.zeros_like(place),
        question=place,
        score=np.array(scores),
        version=np.zeros_like(place),
    )


def test_asking_the_same_questions_twice_does_not_halve_what_is_unknown_of_them() -> None:
    dimension, weights = np.zeros(4, dtype=np.int64), np.ones(1)
    first = a_round([0.0, 1.0, 0.0, 0.5])

    once = change_of([first], known_table(4), dimension, weights, 0.0)
    twice = change_of([first, first], known_table(4), dimension, weights, 0.0)

    assert once
    assert twice
    assert twice.points == pytest.approx(once.points)
    assert twice.standard_error == pytest.approx(once.standard_error)
    assert twice.answers == 2 * once.answers


def test_fresh_answers_are_paired_with_the_models_own_from_before_the_change(history: History) -> None:
    everything = np.arange(len(history.questions))
    earlier = np.array(
        [
            history.score[(history.model == 0) & (history.question == question)].mean()
            for question in range(len(history.questions))
        ]
    )
    fresh = Packet(
        day=FIRST.toordinal() + 20,
        role=Role.FRESH,
        model=np.zeros_like(everything),
        question=everything,
        score=np.zeros(len(everything)),
        version=np.zeros_like(everything),
    )
    confirmed = Confirmed(
        model=0,
        direction=0,
        chart=0,
        since=FIRST.toordinal() + 20,
        day=FIRST.toordinal() + 20,
        estimate=Estimate(points=-1.0, standard_error=1.0, answers=len(everything)),
        common=None,
        rounds=(fresh,),
    )

    paired = then_and_now(history, confirmed)

    assert (paired.worse, paired.better, paired.equal) == (int((earlier > 0).sum()), 0, int((earlier == 0).sum()))


def test_a_fortune_bet_on_a_fall_is_one_on_average_while_nothing_changes() -> None:
    numbers = np.random.default_rng(5)
    replicates, answers = 4000, 20
    process = EvidenceProcess(models=replicates)
    for _ in range(answers):
        expected = numbers.uniform(0.1, 0.9, replicates)
        process.add(np.arange(replicates), (numbers.random(replicates) < expected).astype(float), expected)

    fortunes = np.exp([process.log_evidence(model) for model in range(replicates)])

    error = fortunes.std(axis=0) / np.sqrt(replicates)
    assert np.all(np.abs(fortunes.mean(axis=0) - 1) < 4 * error)


def test_a_fortune_grows_where_answers_are_worse_than_expected_and_only_there() -> None:
    process = EvidenceProcess(models=2)
    for _ in range(30):
        process.add(np.array([0]), np.array([0.0]), np.array([0.7]))

    fall, rise = process.log_evidence(0)

    assert fall > 3
    assert rise < 0
    assert process.log_evidence(1) == pytest.approx((0.0, 0.0))


def test_questions_that_are_all_alike_are_fitted_too() -> None:
    count = np.ones((3, 8))
    alike = Components(models=0.3, questions=0.3)

    fitted = fit(Cells(count=count, total=0.75 * count), alike)

    assert np.ptp(fitted.easiness) < 1e-6
