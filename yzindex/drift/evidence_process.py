"""A betting martingale per model: an audit trail beside the charts that anybody can check, and never an alarm.

Whoever bets a share of a fortune on every answer being worse than expected wins in the long run only if it is: with no
change the fortune's expectation stays one, whatever was looked at when (Ville 1939; Waudby-Smith and Ramdas 2024). A
logarithm of 3 is a fortune of twenty. Three shares are bet side by side, as the best one depends on the change's size.
"""

import numpy as np

from yzindex.drift.history import FloatArray, IntArray

_SHARES = np.array([1 / 8, 1 / 4, 1 / 2])
#: Of a fall and of a rise.
_SIGNS = (-1.0, 1.0)


class EvidenceProcess:
    """Fortunes of all models in both directions, fed with every daily and asked-again answer."""

    def __init__(self, *, models: int) -> None:
        self._log: FloatArray = np.zeros((len(_SIGNS), models, len(_SHARES)))

    def add(self, model: IntArray, score: FloatArray, expected: FloatArray) -> None:
        """Bet on answers; columns of one length, scores of 0 to 1."""
        won = (score - expected)[:, None] * _SHARES
        for direction, sign in enumerate(_SIGNS):
            np.add.at(self._log[direction], model, np.log1p(sign * won))

    def log_evidence(self, model: int) -> tuple[float, float]:
        """Logarithms of a model's fortunes on a fall and on a rise."""
        fall, rise = (np.logaddexp.reduce(self._log[:, model], axis=-1) - np.log(len(_SHARES))).tolist()
        return fall, rise
