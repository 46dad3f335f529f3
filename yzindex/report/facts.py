"""The facts that an article is made from, exact. Who reads them from the rows is `yzindex.records.report_view`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from yzindex.dimensions import Dimension
from yzindex.drift.advice import Watched
from yzindex.drift.outcomes import Settled
from yzindex.drift.words import Word
from yzindex.report.morning import MorningFacts
from yzindex.scoring import DimensionScore
from yzindex.scoring.spread import Repeatability

#: Runs that a change lies between.
_RUNS = 2


@dataclass(frozen=True, kw_only=True)
class QuestionFacts:
    """A question put to the model in one run."""

    question_id: str
    dimension: Dimension
    tier: str
    #: 0 to 100; None where it stayed unscored.
    score: Decimal | None
    #: Why it stayed unscored, or what the grader wrote of the reply: as much of it as is told. Empty of a full score.
    reason: str
    #: Points that are missing to a full score: of its dimension, and of the main score before the cap.
    cost: Decimal | None
    main_cost: Decimal | None
    #: What the reply did; None where it is not known.
    verdict: str | None
    cases_passed: int
    cases: int
    #: Share of models (0 to 1) that give it a full score, and how many models that rests on; None of none.
    passed_by: Decimal | None
    models: int


@dataclass(frozen=True, kw_only=True)
class SideFacts:
    """A model in one run."""

    run_number: int
    core_raw: Decimal | None
    core_display: Decimal | None
    label: str | None
    dimensions: Mapping[Dimension, DimensionScore]
    #: In the order of the draw.
    questions: tuple[QuestionFacts, ...]
    #: Names under which the provider answered.
    returned: tuple[str, ...]

    @property
    def cap(self) -> Decimal:
        """Points that the integrity cap took."""
        return Decimal(0) if self.core_raw is None or self.core_display is None else self.core_raw - self.core_display


@dataclass(frozen=True, kw_only=True)
class CallFacts:
    """Calls of the model in the run; a call may take several attempts."""

    calls: int
    usable: int
    attempts: int


@dataclass(frozen=True, kw_only=True)
class TermFacts:
    """What a change of the main score before the cap is made of: `change = draw + common + rest`, exactly."""

    compared_run: int
    change: Decimal
    draw: Decimal
    common: Decimal
    rest: Decimal
    rest_lo: Decimal
    rest_hi: Decimal
    #: Of the two runs those with too few models for a common movement, and how many gave them a main score.
    too_few: tuple[tuple[int, int], ...]

    @property
    def common_is_estimated(self) -> bool:
        """Whether at least one of the two runs had enough models."""
        return bool(self.common) or len(self.too_few) < _RUNS


@dataclass(frozen=True, kw_only=True)
class ConfirmedFacts:
    """The confirmed change that a verdict speaks of: fresh answers beside the model's own earlier ones."""

    day: date
    worse: int
    better: int
    equal: int


@dataclass(frozen=True, kw_only=True)
class BecameFacts:
    """What later days made of a verdict."""

    outcome: Settled
    settled_on: date | None
    because: str


@dataclass(frozen=True, kw_only=True)
class VerdictFacts:
    """What is said of the model, and what became of it."""

    day: date
    word: Word
    evidence: str
    advice: str
    chart: str
    size: Decimal | None
    lo: Decimal | None
    hi: Decimal | None
    since: date | None
    confirmed: ConfirmedFacts | None
    draws_better: int | None
    terms: TermFacts | None
    watch: Watched | None
    became: BecameFacts | None
    #: Whether the change can be drawn: something is stored of what was expected in both runs.
    is_drawable: bool


@dataclass(frozen=True, kw_only=True)
class UsualFacts:
    """Mean absolute change from one day to the next, over days whose verdict was that nothing changed."""

    points: Decimal
    days: int


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """One model in the run, beside its previous run of the same kind."""

    model: str
    simulated: bool
    now: SideFacts
    was: SideFacts | None
    recommendation: str | None
    #: Mean of the shown main scores of the last five runs that had one; the board ranks by it.
    rolling_mean: Decimal | None
    #: The last integrity labels up to this run, the oldest first.
    labels: tuple[str | None, ...]
    calls: CallFacts
    cost_usd: Decimal
    #: What else changed since the previous run and moves scores by itself.
    versions_changed: tuple[str, ...]
    usual: UsualFacts | None
    others_usual: UsualFacts | None
    repeatability: Repeatability | None
    verdict: VerdictFacts | None

    @property
    def change(self) -> Decimal | None:
        """Change of the shown main score; None where one of the two is missing."""
        return _difference(self.now.core_display, None if self.was is None else self.was.core_display)

    @property
    def raw_change(self) -> Decimal | None:
        """Change of the main score before the cap."""
        return _difference(self.now.core_raw, None if self.was is None else self.was.core_raw)

    def dimension_change(self, dimension: Dimension) -> Decimal | None:
        """Change of a dimension's score."""
        sides = [None if side is None else side.dimensions.get(dimension) for side in (self.now, self.was)]
        now, was = (None if found is None else found.score for found in sides)
        return _difference(now, was)


@dataclass(frozen=True, kw_only=True)
class RecordFacts:
    """How often the board was right so far, beside the false alarms that it allows itself."""

    allowed_per_model_year: int
    false_alarms: int
    model_years: Decimal
    settled: int
    held: int
    overturned: int


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """A concluded run: its models in the board's order as of this run."""

    number: int
    kind: str
    day: date
    finished_at: datetime
    bank: str
    grader: str
    judge_set: str
    software: str
    morning: MorningFacts
    models: tuple[ModelFacts, ...]
    record: RecordFacts

    @property
    def simulated(self) -> bool:
        return any(model.simulated for model in self.models)


def _difference(now: Decimal | None, was: Decimal | None) -> Decimal | None:
    return None if now is None or was is None else now - was
