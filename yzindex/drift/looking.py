"""Looks for falls in some of a board's simulated worlds, as many as there is time for."""

from collections import defaultdict
from collections.abc import Callable

import numpy as np

from yzindex.drift.history import History
from yzindex.drift.power import Lookout, Option
from yzindex.drift.rules import Rules
from yzindex.drift.sight import FALLS, Looked, told_unknown


def look(
    history: History, *, asks: bool, seed: int, first: int, goes_on: Callable[[int], bool], rules: Rules | None = None
) -> Looked:
    """Look in the worlds from a number on, at least in that one; `goes_on` is asked before each further one.

    It is given how many worlds would be done by then, the earlier ones included. Whatever the portions, the same
    worlds come of a seed.
    """
    rules = rules or Rules()
    runs, answers = len(np.unique(history.packet)), int(np.count_nonzero(~np.isnan(history.score)))
    option = Option(multiple=1, asks=asks)
    lookout = Lookout.of(history, [option], rules=rules, seed=seed)
    if lookout is None:
        return Looked(runs=runs, answers=answers, reason=told_unknown(rules))
    found: dict[float, list[int | None]] = defaultdict(list)
    worlds = 0
    while not worlds or goes_on(first + worlds):
        for (_, points), days in lookout.in_world(first + worlds).items():
            found[points] += days
        worlds += 1
    return Looked(
        found={points: days for points, days in found.items() if days},
        worlds=worlds,
        runs=runs,
        answers=answers,
        models=lookout.models,
        daily_questions=lookout.daily_questions(option),
        reason=None
        if first or any(found.values())
        else f"no model stands high enough to fall by {min(FALLS):g} points",
    )
