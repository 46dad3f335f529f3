"""The spreads that answers tell of."""

from dataclasses import astuple

import numpy as np
import pytest
from scipy.special import expit

from yzindex.drift.components import Answers, estimate_components
from yzindex.drift.difficulty import Components

MODELS, QUESTIONS = 20, 80


def _answers(seed: int, *, cell_spread: float, rounds: int, cases: int) -> Answers:
    """All models answer all questions so many times; a score is the share of cases passed."""
    numbers = np.random.default_rng(seed)
    logit = numbers.normal(1.5, 0.7, (MODELS, 1)) + numbers.normal(0, 1.3, QUESTIONS)
    p = expit(logit + numbers.normal(0, cell_spread, (MODELS, QUESTIONS)))
    row, question = np.divmod(np.tile(np.arange(p.size), rounds), QUESTIONS)
    return Answers(row=row, question=question, score=numbers.binomial(cases, p[row, question]) / cases)


def _estimate(answers: Answers) -> Components:
    return estimate_components(answers, MODELS, QUESTIONS, Components())


@pytest.mark.parametrize(("cell_spread", "cells"), [(0.7, {0.5, 1.0}), (2.5, {2.2, 3.2})])
@pytest.mark.parametrize(("cases", "dispersions"), [(1, {1.0}), (8, {0.1, 0.2})])
def test_chosen_spreads_are_those_on_the_grid_next_to_the_true_ones(cell_spread, cells, cases, dispersions):
    found = [_estimate(_answers(seed, cell_spread=cell_spread, rounds=3, cases=cases)) for seed in range(3)]

    assert {each.cells for each in found} <= cells
    assert {each.dispersion for each in found} <= dispersions


@pytest.mark.parametrize("cases", [1, 8])
def test_with_one_answer_a_cell_partial_scores_are_told_to_be_less_noisy_than_right_or_wrong_ones(cases):
    found = _estimate(_answers(9, cell_spread=0.7, rounds=1, cases=cases))

    assert found.dispersion == (1.0 if cases == 1 else Components().dispersion)


@pytest.mark.parametrize("cases", [1, 8])
@pytest.mark.parametrize("seed", range(3))
def test_spreads_are_the_same_by_any_other_names_and_in_any_order(seed, cases):
    answers = _answers(seed, cell_spread=1.0, rounds=2, cases=cases)
    numbers = np.random.default_rng(seed)
    kept = numbers.permutation(len(answers.score))[:1500]
    row, question, score = answers.row[kept], answers.question[kept], answers.score[kept]
    new_row, new_question = numbers.permutation(MODELS), numbers.permutation(QUESTIONS)
    order = numbers.permutation(len(kept))

    before = _estimate(Answers(row=row, question=question, score=score))
    after = _estimate(Answers(row=new_row[row[order]], question=new_question[question[order]], score=score[order]))

    assert astuple(after) == pytest.approx(astuple(before), rel=1e-6)


def test_scores_that_differ_by_a_trifle_tell_of_the_same_spreads():
    answers = _answers(4, cell_spread=0.7, rounds=4, cases=8)
    trifle = np.random.default_rng(4).uniform(0, 1e-3, len(answers.score))
    nearly = Answers(row=answers.row, question=answers.question, score=answers.score * 0.999 + trifle)

    assert astuple(_estimate(nearly)) == pytest.approx(astuple(_estimate(answers)), rel=0.01)


def test_too_few_answers_say_nothing_of_spread():
    few = Answers(row=np.zeros(10, dtype=int), question=np.arange(10), score=np.ones(10))

    assert estimate_components(few, 2, 10, Components()) == Components()
