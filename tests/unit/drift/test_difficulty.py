"""The fit of questions and models to known answers."""

import numpy as np
import pytest
from scipy.special import expit

from yzindex.drift.difficulty import LEAST_VARIANCE, Cells, Components, _Integral, expect, expect_left_out, fit


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

    assert fitted.ability[11] == pytest.approx(fitted.mean[11], abs=0.01)
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


@pytest.mark.parametrize(
    ("rounds", "cases", "components"),
    [
        (1, 1, Components(cells=0.7, dispersion=1.0)),
        (3, 1, Components(cells=0.7, dispersion=1.0)),
        (1, 8, Components(cells=1.5, dispersion=0.35)),
        (3, 8, Components(cells=1.0, dispersion=0.35)),
    ],
)
def test_an_answer_left_out_is_expected_as_by_a_fit_that_never_had_it(rounds, cases, components):
    numbers = np.random.default_rng(11)
    _, p, _ = _answers(11, models=6, questions=20, cell_spread=components.cells)
    row, question = np.divmod(np.tile(np.arange(p.size), rounds), 20)
    score = numbers.binomial(cases, p[row, question]) / cases

    def cells(kept):
        count, total = np.zeros(p.shape), np.zeros(p.shape)
        np.add.at(count, (row[kept], question[kept]), 1.0)
        np.add.at(total, (row[kept], question[kept]), score[kept])
        return Cells(count=count, total=total)

    everything = fit(cells(np.arange(len(row))), components)
    left_out = expect_left_out(everything, row, question, score)

    for place in range(0, len(row), rounds):
        refitted = expect(fit(cells(np.arange(len(row)) != place), components, everything))
        at = row[place], question[place]
        assert left_out.mean[place] == pytest.approx(refitted.mean[at], abs=0.01)
        assert left_out.variance[place] == pytest.approx(refitted.variance[at], rel=0.03)


def test_a_models_only_answer_left_out_leaves_what_is_known_of_the_group():
    _, _, cells = _answers(1)
    count, total = np.zeros((12, 80)), np.zeros((12, 80))
    count[:11], total[:11] = cells.count, cells.total
    blank = expect(fit(Cells(count=count, total=total), Components()))
    count[11, 5] = 1.0

    fitted = fit(Cells(count=count, total=total), Components())
    left_out = expect_left_out(fitted, np.array([11]), np.array([5]), np.array([0.0]))

    assert left_out.mean == pytest.approx(blank.mean[11, 5], abs=0.03)
    assert left_out.variance == pytest.approx(blank.variance[11, 5], rel=0.1)


def test_answers_left_out_in_many_parts_are_those_left_out_one_by_one():
    _, _, cells = _answers(2, models=30, questions=600)
    row, question = np.divmod(np.arange(cells.count.size), 600)
    fitted = fit(cells, Components())

    together = expect_left_out(fitted, row, question, cells.total.ravel())

    for place in (0, 9_999, 16_383, 16_384, 17_999):
        alone = expect_left_out(fitted, *(each[[place]] for each in (row, question, cells.total.ravel())))
        assert together.mean[place] == pytest.approx(alone.mean[0], abs=1e-12)
        assert together.variance[place] == pytest.approx(alone.variance[0], abs=1e-12)


def test_of_a_cell_with_many_answers_nearly_their_mean_is_expected():
    numbers = np.random.default_rng(1)
    logit = numbers.normal(1.9, 0.6, (11, 1)) + numbers.normal(0, 1.3, 120) + numbers.normal(0, 2.5, (11, 120))
    p = expit(logit)
    cells = Cells(count=np.full(p.shape, 6.0), total=numbers.binomial(6 * 8, p) / 8)

    expected = expect(fit(cells, Components(models=0.6, questions=1.3, cells=2.5, dispersion=0.15))).mean

    assert np.sqrt(((expected - p) ** 2).mean()) < 0.05


@pytest.mark.parametrize("count", [0, 1, 20, 10_000, 1_000_000])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_cells_chance_of_failure_is_that_of_the_exact_integral_however_many_answers_it_has(count: int, share: float):
    components = Components(cells=1.5, dispersion=0.6)
    cells = Cells(count=np.array([[float(count)]]), total=np.array([[share * count]]))
    effect = np.linspace(-40, 40, 4_000_001)
    log_density = count / 0.6 * (share * (0.7 + effect) - np.logaddexp(0, 0.7 + effect)) - effect**2 / (2 * 1.5**2)
    weight = np.exp(log_density - log_density.max())
    failing = expit(-(0.7 + effect))
    exact = (weight * failing).sum() / weight.sum()
    spread = (weight * (failing - exact) ** 2).sum() / weight.sum()

    mean, variance = _Integral(cells, components).failing(np.array([[0.7]]))

    assert mean.item() == pytest.approx(exact, rel=0.02, abs=0.002)
    # Where all answers are alike the chance lies so near to the edge that its spread is nothing.
    assert variance.item() == pytest.approx(spread, rel=0.1, abs=0.0 if 0 < share < 1 or count < 100 else 1e-6)
