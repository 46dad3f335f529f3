"""Chance that depends on nothing but its key: the same key always gives the same draw, in any order, on any day."""

import json
from collections.abc import Sequence
from hashlib import sha256
from statistics import NormalDist
from typing import TypeVar

_Option = TypeVar("_Option")
_STANDARD = NormalDist()
#: As many as leave a float exact at half a step.
_STEPS = 2**52


def uniform(*key: str | int) -> float:
    """Draw from the open interval (0, 1)."""
    digest = sha256(json.dumps(key).encode()).digest()
    step = int.from_bytes(digest[:8]) % _STEPS
    # The middle of a step, so that neither end is ever drawn and every draw has a normal quantile.
    return (step + 0.5) / _STEPS


def normal(*key: str | int) -> float:
    """Draw from the standard normal distribution."""
    return _STANDARD.inv_cdf(uniform(*key))


def pick(options: Sequence[_Option], *key: str | int) -> _Option:
    """Draw one of the options, each with the same chance."""
    return options[int(uniform(*key) * len(options))]
