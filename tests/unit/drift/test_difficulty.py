"""The fit of questions and models to known answers."""

import numpy as np
import pytest
from scipy.special import expit

from yzindex.drift.components import Answers, estimate_components
from yzindex.drift.difficulty import LEAST_VARIANCE, Cells, Components, expect, fit


def _answers(seed: int, *, models: int = 11, questions: int = 80, cell_spread: float = 0.7, rounds: int = 1):
    numbers = np.random.default_rng(seed)
    ability = numbers.normal(1.5, 0.7, models)
    easiness = numbers.normal(0, 1.3, questions)
    p = expit(ability[:, None] + easiness + numbers.normal(0, cell_spread, (models, questions)))
    total = np.stack([numbers.random(p.shape) < p for _ in range(rounds)]).sum(axis=0, dtype=np.float64)
    return ability, p, Cells(count=np.full(p.shape, float(rounds)), total=total)


def test_abilities_are_recovered_within_their_stated_uncertainty():
    deviations = []
    for seed in range(8):
        ability, _, cells = _answers(seed)

        fitted = fit(cells, Components(cells=0.7, dispersion=1.0))

        # Abilities are known up to the level that they share with the questions.
        error = fitted.ability - ability
        deviations += list((error - error.mean()) / np.sqrt(fitted.ability_variance))
    assert 0.6 < np.std(deviations) < 1.3


def test_an_answer_still_to_come_is_expected_with_its_true_frequency_and_spread():
    surprise, bias = [], []
    for seed in range(24):
        _, p, cells = _answers(seed)
        expectation = expect(fit(cells, Components(cells=0.7, dispersion=1.0)))

        come = np.random.default_rng(100 + seed).random(p.shape) < p

        bias.append((come - expectation.mean).mean())
        surprise.append(((come - expectation.mean) ** 2 / expectation.variance).mean())
    assert abs(np.mean(bias)) < 0.01
    assert 0.9 < np.mean(surprise) < 1.1


def test_the_effects_are_at_the_maximum_that_a_general_optimiser_finds():
    from scipy.optimize import minimize

    _, _, cells = _answers(3, models=4, questions=12)
    components = Components(cells=0.7, dispersion=1.0)
    nodes, weights = np.polynomial.hermite_e.hermegauss(9)

    def loss(effects):
        logit = effects[:4, None] + effects[4:]
        shifted = logit[..., None] + 0.7 * nodes
        likelihood = cells.total[..., None] * shifted - cells.count[..., None] * np.logaddexp(0, shifted)
        value = np.log((np.exp(likelihood) * weights / weights.sum()).sum(axis=-1)).sum()
        around = ((effects[:4] - effects[:4].mean()) ** 2).sum() / components.models**2
        spread = around + effects[:4].mean() ** 2 / 9
        return -value + spread / 2 + (effects[4:] ** 2).sum() / components.questions**2 / 2

    best = minimize(loss, np.zeros(16), method="BFGS", options={"gtol": 1e-7}).x
    fitted = fit(cells, components)

    assert np.concatenate([fitted.ability, fitted.easiness]) == pytest.approx(best, abs=1e-3)


def test_a_fit_that_starts_elsewhere_ends_at_the_same_place():
    _, _, cells = _answers(1)
    _, _, others = _answers(2)

    cold = fit(cells, Components())
    warm = fit(cells, Components(), start=fit(others, Components()))

    assert warm.ability == pytest.approx(cold.ability, abs=1e-5)


def test_a_model_and_a_question_without_answers_get_their_groups_mean_and_spread():
    _, _, cells = _answers(1)
    count, total = np.zeros((12, 81)), np.zeros((12, 81))
    count[:11, :80], total[:11, :80] = cells.count, cells.total

    fitted = fit(Cells(count=count, total=total), Components())

    assert fitted.ability[11] == pytest.approx(fitted.mean, abs=0.01)
    assert fitted.easiness[80] == pytest.approx(0.0, abs=1e-9)
    assert fitted.easiness_variance[80] == pytest.approx(Components().questions ** 2, rel=1e-6)
    assert fitted.ability_variance[11] > 10 * fitted.ability_variance[:11].max()


def test_no_answers_at_all_are_fitted_without_trouble():
    fitted = fit(Cells(count=np.zeros((2, 3)), total=np.zeros((2, 3))), Components())

    expectation = expect(fitted)

    assert np.isfinite(expectation.mean).all() and (expectation.variance > 0.1).all()


def test_no_answer_is_surer_than_the_least_variance():
    cells = Cells(count=np.full((3, 4), 50.0), total=np.full((3, 4), 50.0))

    expectation = expect(fit(cells, Components(dispersion=0.1)))

    assert (expectation.mean > 0.95).all()
    assert expectation.variance.min() == LEAST_VARIANCE


def test_all_right_and_all_wrong_cells_with_sharp_answers_settle():
    numbers = np.random.default_rng(5)
    total = np.round(numbers.random((30, 120)))

    fitted = fit(Cells(count=np.ones((30, 120)), total=total), Components(cells=4.5, dispersion=0.1))

    assert np.isfinite(fitted.ability).all() and (fitted.ability_variance > 0).all()


@pytest.mark.parametrize(("cell_spread", "dispersion"), [(0.4, 1.0), (3.0, 0.6)])
def test_held_out_answers_tell_whether_models_differ_from_question_to_question(cell_spread, dispersion):
    _, p, _ = _answers(7, models=20, cell_spread=cell_spread)
    numbers = np.random.default_rng(8)
    row, question = np.divmod(np.tile(np.arange(p.size), 3), p.shape[1])
    score = (numbers.random(len(row)) < p[row, question]).astype(float)

    found = estimate_components(Answers(row=row, question=question, score=score), p.shape[0], p.shape[1], Components())

    assert (found.cells >= 1.5) == (cell_spread > 1)
    assert found.dispersion >= dispersion


def test_partial_scores_are_told_to_be_less_noisy_than_right_or_wrong_ones():
    _, p, _ = _answers(9, models=20)
    numbers = np.random.default_rng(9)
    row, question = np.divmod(np.tile(np.arange(p.size), 2), p.shape[1])
    score = numbers.binomial(8, p[row, question]) / 8

    found = estimate_components(Answers(row=row, question=question, score=score), p.shape[0], p.shape[1], Components())

    assert found.dispersion <= 0.2


def test_too_few_answers_say_nothing_of_spread():
    few = Answers(row=np.zeros(10, dtype=int), question=np.arange(10), score=np.ones(10))

    assert estimate_components(few, 2, 10, Components()) == Components()
