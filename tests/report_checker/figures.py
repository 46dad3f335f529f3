"""Figures as an article shows them, made from fractions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor, isqrt

from tests.report_checker.patterns import WORDS


def half_up(value: Fraction | Decimal, places: int = 2) -> str:
    """Round half away from zero, as published."""
    scaled = abs(Fraction(value)) * 10**places
    digits = floor(scaled + Fraction(1, 2))
    sign = "-" if value < 0 and digits else ""
    whole, rest = divmod(digits, 10**places)
    return f"{sign}{whole}.{rest:0{places}}" if places else f"{sign}{whole}"


def tenth(value: Fraction) -> str:
    return half_up(value, 1).removesuffix(".0")


def plus(text: str) -> str:
    return text if text.startswith("-") else f"+{text}"


def spelled(count: int) -> str:
    return WORDS[count] if count < len(WORDS) else str(count)


def average(values: Sequence[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None


def deviation(values: Sequence[Fraction]) -> Fraction:
    """The sample standard deviation, to nine decimals."""
    middle = sum(values, Fraction(0)) / len(values)
    variance = sum(((each - middle) ** 2 for each in values), Fraction(0)) / (len(values) - 1)
    return Fraction(isqrt(floor(variance * 10**24)), 10**12)


def point_or_none(value: Fraction | None) -> str:
    return "none" if value is None else half_up(value)


def tenth_or_none(value: Fraction | None) -> str:
    return "none" if value is None else tenth(value)


def moved(now: Fraction | None, was: Fraction | None, show: Callable[[Fraction], str]) -> tuple[str | None, ...]:
    change = None if now is None or was is None else plus(show(now - was))
    return ("none" if was is None else show(was), "none" if now is None else show(now), change)
