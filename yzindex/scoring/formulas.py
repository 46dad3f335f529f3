"""The published formulas, in exact decimals. Rounding is half up and happens only where a number is shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, localcontext
from enum import StrEnum
from fractions import Fraction

from yzindex.dimensions import MAIN_WEIGHTS, Dimension

#: Changes whenever a formula below would give another number for the same answers.
FORMULA_VERSION = "1"

INTEGRITY_CAP = Decimal("74.0")
PASS_FROM = Decimal(60)
WARN_FROM = Decimal(40)
_STORED_STEP = Decimal("1E-9")
#: No sum of scores has so many digits; one that had would be an error, and never a rounded sum.
_EXACTLY = Context(prec=200, traps=[Inexact])


class Label(StrEnum):
    """The integrity label of a model in one run."""

    #: Integrity score of at least 60.
    PASS = "pass"
    #: At least 40 and below 60.
    WARN = "warn"
    #: Below 40: the shown main score is capped.
    FAIL = "fail"


class Recommendation(StrEnum):
    """What the label means for somebody who chooses a model."""

    RECOMMENDED = "recommended"
    NEUTRAL = "neutral"
    NOT_RECOMMENDED = "not recommended"


_RECOMMENDATIONS = {
    Label.PASS: Recommendation.RECOMMENDED,
    Label.WARN: Recommendation.NEUTRAL,
    Label.FAIL: Recommendation.NOT_RECOMMENDED,
}


@dataclass(frozen=True, kw_only=True)
class MainScore:
    """The main score before and after the integrity cap, exact (0 to 100)."""

    core_raw: Decimal
    core_display: Decimal
    #: None where no integrity probe was answered: nothing is capped on no evidence.
    label: Label | None

    @property
    def capped(self) -> bool:
        return self.core_display < self.core_raw


def exact(value: Fraction | Decimal | int) -> Decimal:
    """Bring a value to the step in which scores are stored (1e-9, half up).

    >>> exact(Fraction(200, 3))
    Decimal('66.666666667')
    """
    with localcontext(prec=50):
        if isinstance(value, Fraction):
            value = Decimal(value.numerator) / Decimal(value.denominator)
        return Decimal(value).quantize(_STORED_STEP, rounding=ROUND_HALF_UP)


def rounded(value: Decimal, places: int = 2) -> Decimal:
    """Round half up for showing.

    >>> rounded(Decimal("89.425"))
    Decimal('89.43')
    """
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def signed(value: Decimal, places: int = 2) -> str:
    """Show a difference with its sign, rounded half up; one that rounds to nothing is +0.00.

    >>> signed(Decimal("-8.625")), signed(Decimal("-0.004")), signed(Decimal("0.25"), 1)
    ('-8.63', '+0.00', '+0.3')
    """
    return format(rounded(value, places) + 0, "+f")


def from_float(value: float) -> Decimal:
    """Bring a binary number to the step in which scores are stored; sums of a few decimals come back as they were.

    >>> from_float(0.1 + 0.2)
    Decimal('0.300000000')
    """
    return exact(Decimal(repr(round(float(value), 12))))


def mean(values: Iterable[Decimal]) -> Decimal | None:
    """Give the mean in the stored step, or None of nothing."""
    parts = list(values)
    if not parts:
        return None
    with localcontext(_EXACTLY):
        total = sum(parts, Decimal(0))
    return exact(Fraction(total) / len(parts))


def label_of(integrity: Decimal) -> Label:
    """Label an integrity score (0 to 100)."""
    if integrity >= PASS_FROM:
        return Label.PASS
    return Label.WARN if integrity >= WARN_FROM else Label.FAIL


def recommendation_of(label: Label) -> Recommendation:
    """Say what a label means for somebody who chooses a model."""
    return _RECOMMENDATIONS[label]


def main_score(execution: Decimal, grounding: Decimal, label: Label | None) -> MainScore:
    """Weigh the two auditable dimensions and apply the integrity cap.

    >>> main_score(Decimal(100), Decimal("64.5"), Label.FAIL).core_display
    Decimal('74.0')
    """
    core_raw = MAIN_WEIGHTS[Dimension.EXECUTION] * execution + MAIN_WEIGHTS[Dimension.GROUNDING] * grounding
    core_display = min(core_raw, INTEGRITY_CAP) if label is Label.FAIL else core_raw
    return MainScore(core_raw=core_raw, core_display=core_display, label=label)


def stability(standard_deviation: Decimal) -> Decimal:
    """Turn a sample standard deviation in points into the index's stability, `max(0, 100 - 2 sd)`.

    >>> stability(Decimal("4.2"))
    Decimal('91.6')
    """
    return max(Decimal(0), 100 - 2 * standard_deviation)
