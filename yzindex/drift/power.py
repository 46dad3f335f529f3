"""What a board can see: falls of known size in models like its own, on questions like its own, and how soon they show.

The board's answers are fitted, worlds are drawn from the fit (levels and difficulties as fitted, each model's strength
on each question drawn anew with the fitted spread), and the analysis itself looks for a fall in each. Within the days
looked at, what is known stays as it is today: nearly all of the new answers would still be waiting out their lag.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator, SeedSequence
from scipy.optimize import brentq
from scipy.special import expit

from yzindex.drift.analysis import Analysis
from yzindex.drift.charts import FALL
from yzindex.drift.difficulty import Cells, Fit, fit
from yzindex.drift.history import FloatArray, History, IntArray, Role
from yzindex.drift.learning import Learnt, Settled
from yzindex.drift.packets import Packet
from yzindex.drift.residuals import POINTS
from yzindex.drift.rules import Rules
from yzindex.drift.sight import FALLS, HORIZON_DAYS, Finds

MULTIPLES = (1, 2, 4)
REPLICATES_PER_WORLD = 5
#: A fall that would leave less than this of a model's main score cannot be had of it.
_LEAST_LEFT = 1.0
_LONGEST_SHIFT = 30.0


@dataclass(frozen=True, kw_only=True)
class Option:
    """A way to run the board: so many times today's daily questions, with or without asking again."""

    multiple: int
    asks: bool


@dataclass(frozen=True, kw_only=True)
class Sight(Finds):
    """What a board that is run in one way sees of falls of one size."""

    option: Option
    #: Models with scores.
    models: int
    #: Questions a model gets a day.
    daily_questions: int


def options_of(*, asks: bool) -> tuple[Option, ...]:
    """The board as it is, with more daily questions, and the other way of following up a suspicion."""
    return (*(Option(multiple=each, asks=asks) for each in MULTIPLES), Option(multiple=1, asks=not asks))


def power_of(
    history: History,
    options: Sequence[Option],
    *,
    rules: Rules | None = None,
    falls: Sequence[float] = FALLS,
    replicates: int = 200,
    seed: int = 1,
) -> list[Sight]:
    """Look for falls in simulated models; the same seed gives the same. Empty where too little is known of every model.

    What cannot be had is left out: a fall that no model stands high enough for, more questions than there are.
    """
    lookout = Lookout.of(history, options, rules=rules, falls=falls, seed=seed)
    if lookout is None:
        return []
    days: dict[tuple[Option, float], list[int | None]] = {}
    worlds = -(-replicates // REPLICATES_PER_WORLD)
    for number in range(worlds):
        wanted = min(REPLICATES_PER_WORLD, replicates - number * REPLICATES_PER_WORLD)
        for kind, found in lookout.in_world(number, wanted).items():
            days.setdefault(kind, []).extend(found)
    return [
        Sight(
            option=option,
            models=lookout.models,
            daily_questions=lookout.daily_questions(option),
            points=points,
            replicates=len(found),
            days=tuple(sorted(day for day in found if day is not None)),
        )
        for (option, points), found in days.items()
        if found
    ]


class Lookout:
    """Looks for falls in one simulated world after the other, which are told apart by their numbers from 0."""

    def __init__(self, learnt: Learnt, kinds: Sequence[tuple[Option, float]], *, seed: int) -> None:
        self._learnt = learnt
        self._kinds = kinds
        self._seed = seed

    @classmethod
    def of(
        cls,
        history: History,
        options: Sequence[Option],
        *,
        rules: Rules | None = None,
        falls: Sequence[float] = FALLS,
        seed: int = 1,
    ) -> Self | None:
        """Learn what the worlds are like; None where too little is known of every model."""
        if np.isnan(history.score).all():
            return None
        learnt = Learnt.of(history, rules or Rules())
        if not len(learnt.known_models):
            return None
        had = [option for option in options if learnt.has_questions_for(option.multiple)]
        return cls(learnt, [(option, points) for option in had for points in falls], seed=seed)

    @property
    def models(self) -> int:
        """Models with scores."""
        return int(np.count_nonzero(self._learnt.days))

    def daily_questions(self, option: Option) -> int:
        """Questions a model gets a day."""
        return int(self._learnt.drawn(option.multiple).sum())

    def in_world(
        self, number: int, wanted: int = REPLICATES_PER_WORLD
    ) -> Mapping[tuple[Option, float], list[int | None]]:
        """Look for so many falls of each kind: the days that each took, None where it was not found.

        A world is the same whenever it is played and whatever others are. Empty where no model can fall so far.
        """
        board = _Simulated(self._learnt, np.random.default_rng(SeedSequence(self._seed, spawn_key=(number,))))
        return {
            (option, points): [board.days_to_find(model, points, option) for model in board.fallible(points, wanted)]
            for option, points in self._kinds
        }


class _Simulated:
    """One world: true levels drawn from the fit, and what a board that knows as much as today has learnt of them."""

    def __init__(self, learnt: Learnt, numbers: Generator) -> None:
        self._learnt = learnt
        self._numbers = numbers
        shape = (learnt.models, len(learnt.question_dimension))
        self._askable = np.sort(np.concatenate(learnt.questions))
        self._logit = np.zeros(shape)
        self._dispersion = np.zeros(shape[1])
        fits = []
        for own, fitted in zip(learnt.questions, learnt.fits, strict=True):
            spread = fitted.components.cells * numbers.standard_normal((shape[0], len(own)))
            self._logit[:, own] = fitted.ability[:, None] + fitted.easiness + spread
            self._dispersion[own] = fitted.components.dispersion
            fits.append(self._known_again(own, fitted))
        self._table = learnt.table(fits)

    def fallible(self, points: float, wanted: int) -> Iterator[int]:
        """Choose models that can fall so far."""
        high = [model for model in self._learnt.known_models if self._core(model, 0.0) > points + _LEAST_LEFT]
        for _ in range(wanted if high else 0):
            yield int(self._numbers.choice(high))

    def days_to_find(self, model: int, points: float, option: Option) -> int | None:
        """Let a model fall on the first day; give the day on which that is confirmed, or None."""
        core = self._core(model, 0.0)
        shift = np.zeros(self._learnt.models)
        shift[model] = brentq(lambda by: self._core(model, by) - core + points, 0.0, _LONGEST_SHIFT)
        analysis = self._analysis(option)
        cycles: dict[int, IntArray] = {}
        for day in range(1, HORIZON_DAYS + 1):
            analysis.begin(day)
            if day % self._learnt.step_days == 0:
                everyone = np.arange(self._learnt.models)
                analysis.take(self._answers(day, Role.DAILY, everyone, self._draw(option, cycles), shift))
            while requests := analysis.requests():
                for request in requests:
                    questions = analysis.questions_of(request, self._askable)
                    analysis.take(self._answers(day, request.role, np.array(request.models), questions, shift))
            if any(each.model == model and each.direction == FALL for each in analysis.confirmed):
                return day
        return None

    def _analysis(self, option: Option) -> Analysis:
        learnt = self._learnt
        return Analysis(
            question_dimension=learnt.question_dimension,
            dimension_weights=learnt.weights,
            models=learnt.models,
            rules=learnt.rules,
            asks=option.asks,
            baseline=Settled(self._table, learnt),
        )

    def _draw(self, option: Option, cycles: dict[int, IntArray]) -> IntArray:
        """Draw without replacement from each part of the pool, going through it again when it is used up."""
        drawn = []
        for place, (pool, size) in enumerate(
            zip(self._learnt.pools, self._learnt.drawn(option.multiple).tolist(), strict=True)
        ):
            left = cycles.get(place, pool[:0])
            if len(left) < size:
                left = np.concatenate([left, self._numbers.permutation(np.setdiff1d(pool, left))])
            drawn.append(left[:size])
            cycles[place] = left[size:]
        return np.concatenate(drawn)

    def _answers(self, day: int, role: Role, models: IntArray, questions: IntArray, shift: FloatArray) -> Packet:
        model, question = np.repeat(models, len(questions)), np.tile(questions, len(models))
        return Packet(
            day=day,
            role=role,
            model=model,
            question=question,
            score=self._scores(model, question, shift[model]),
            version=np.zeros(len(model), dtype=np.int64),
        )

    def _scores(self, model: IntArray, question: IntArray, shift: FloatArray | float = 0.0) -> FloatArray:
        """Scores from 0 to 1 with the fitted variance: right or wrong where that is the largest possible."""
        p = np.clip(expit(self._logit[model, question] - shift), 1e-6, 1 - 1e-6)
        concentration = np.maximum(1 / self._dispersion[question] - 1, 1e-9)
        share = self._numbers.beta(concentration * p, concentration * (1 - p))
        return np.where(self._dispersion[question] < 1, share, self._numbers.random(len(p)) < p)

    def _known_again(self, own: IntArray, fitted: Fit) -> Fit:
        """Fit answers of this world, as many in each cell as are known today."""
        count = fitted.cells.count
        model, place = np.nonzero(count)
        repeated = np.repeat(np.arange(len(model)), count[model, place].astype(np.int64))
        score = self._scores(model[repeated], own[place[repeated]])
        total = np.zeros_like(count)
        np.add.at(total, (model[repeated], place[repeated]), score)
        return fit(Cells(count=count, total=total), fitted.components, fitted)

    def _core(self, model: int, shift: float) -> float:
        p = expit(self._logit[model] - shift)
        weights = self._learnt.weights.tolist()
        return POINTS * float(
            sum(weight * p[own].mean() for weight, own in zip(weights, self._learnt.questions, strict=True))
        )
