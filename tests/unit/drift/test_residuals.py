"""What answers say of each model beyond what was expected, against the same worked out answer by answer."""

import numpy as np
import pytest

from yzindex.drift.baseline import Table
from yzindex.drift.history import FloatArray, Role
from yzindex.drift.packets import Packet
from yzindex.drift.residuals import chart_weights, residuals_of

MODELS, QUESTIONS = 4, 12
DIMENSION = np.arange(QUESTIONS) % 3
#: The last dimension counts in its own chart alone.
WEIGHTS = chart_weights(np.array([0.55, 0.45, 0.0]))


def a_table(numbers: np.random.Generator) -> Table:
    shape = (MODELS + 1, QUESTIONS)
    return Table(
        mean=numbers.uniform(0.1, 0.9, shape),
        variance=numbers.uniform(0.05, 0.25, shape),
        slope=numbers.uniform(0.05, 0.25, shape),
        pool_slope=numbers.uniform(0.1, 0.2, (MODELS + 1, 3)),
        easiness_variance=numbers.uniform(0.0, 4.0, QUESTIONS),
        answers=np.ones(QUESTIONS, dtype=np.int64),
        ability_variance=np.ones((3, MODELS + 1)),
        known=np.ones((3, MODELS + 1), dtype=np.int64),
        days=np.ones(MODELS + 1, dtype=np.int64),
        day_share=np.ones(MODELS + 1),
    )


@pytest.mark.parametrize("seed", range(5))
def test_points_and_variances_are_those_of_each_dimensions_mean_weighed(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    table, row = a_table(numbers), np.array([4, 1, 2, 3])
    # The second model got nothing of one dimension, the third nothing at all.
    asked = [(0, q) for q in range(12)] + [(1, q) for q in range(12) if q % 3 != seed % 3] + [(3, 0), (3, 1), (3, 2)]
    model, question = np.array(asked).T
    score = numbers.random(len(asked))
    packet = Packet(day=1, role=Role.DAILY, model=model, question=question, score=score, version=np.zeros_like(model))

    found = residuals_of(packet, table, row, DIMENSION, WEIGHTS)

    for each in range(MODELS):
        mean, own_variance = by_dimension(packet, table, each, int(row[each]))
        for chart, weights in enumerate(WEIGHTS):
            used = weights > 0
            assert found.points[each, chart] == pytest.approx(weights[used] @ mean[used], nan_ok=True)
            assert found.own_variance[each, chart] == pytest.approx(
                weights[used] ** 2 @ own_variance[used], nan_ok=True
            )
    assert np.isnan(found.points[2]).all()
    assert not np.isnan(found.points[[0, 3]]).any()
    assert np.isnan(found.points[1]).sum() == (1 if seed % 3 == 2 else 2)


def by_dimension(packet: Packet, table: Table, model: int, row: int) -> tuple[FloatArray, FloatArray]:
    """Mean of score minus expectation in points, and how much of its variance in square points is the model's own.

    What the questions share by not being known exactly is at most seven tenths.
    """
    most_shared = np.minimum(table.slope[row] ** 2 * table.easiness_variance, 0.7 * table.variance[row])
    means, variances = [], []
    for dimension in range(3):
        own = [
            (question, score)
            for asked, question, score in zip(packet.model, packet.question, packet.score, strict=True)
            if asked == model and DIMENSION[question] == dimension
        ]
        size = len(own) or np.nan
        means.append(100 * sum(score - table.mean[row, question] for question, score in own) / size)
        variances.append(
            100**2 * sum(table.variance[row, question] - most_shared[question] for question, _ in own) / size**2
        )
    return np.array(means), np.array(variances)
