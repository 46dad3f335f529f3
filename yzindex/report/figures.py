"""Figures as an article shows them: decimal, half up; dimension scores to a tenth, all others to a hundredth."""

from decimal import Decimal

from yzindex.scoring import rounded, signed


def points(value: Decimal) -> str:
    """Show a score or a size in points.

    >>> points(Decimal("89.425")), points(Decimal("-0.001"))
    ('89.43', '0.00')
    """
    return format(rounded(value) + 0, "f")


def tenths(value: Decimal) -> str:
    """Show a dimension's score; a whole one without its zero.

    >>> tenths(Decimal("76.45")), tenths(Decimal(100))
    ('76.5', '100')
    """
    return format(rounded(value, 1) + 0, "f").removesuffix(".0")


def signed_tenths(value: Decimal) -> str:
    """Show a difference of dimension scores.

    >>> signed_tenths(Decimal(-25)), signed_tenths(Decimal("9.3"))
    ('-25', '+9.3')
    """
    return signed(value, 1).removesuffix(".0")


def percent(share: Decimal, places: int = 0) -> str:
    """Show a share of 0 to 1.

    >>> percent(Decimal("0.305")), percent(Decimal(5) / 6, 1)
    ('31 %', '83.3 %')
    """
    return f"{rounded(100 * share, places)} %"


def moved(was: Decimal | None, now: Decimal | None, *, in_tenths: bool = False) -> str:
    """Show a score before and after with its change; a missing one is none, never zero.

    >>> moved(Decimal(100), Decimal(75), in_tenths=True), moved(None, Decimal(80))
    ('100 → 75 (-25)', 'none → 80.00')
    """
    show, show_change = (tenths, signed_tenths) if in_tenths else (points, signed)
    told = " → ".join("none" if each is None else show(each) for each in (was, now))
    return told if was is None or now is None else f"{told} ({show_change(now - was)})"
