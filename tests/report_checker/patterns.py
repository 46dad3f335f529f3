"""What a sentence may hold at the place of a figure or a name, and the names that the index gives."""

from __future__ import annotations

from fractions import Fraction

from yzindex.dimensions import Dimension
from yzindex.drift.words import Word

WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
SHOWN = {
    "Code execution": Dimension.EXECUTION,
    "Material constraint": Dimension.GROUNDING,
    "Engineering judgment": Dimension.JUDGMENT,
    "Task expression": Dimension.COMMUNICATION,
    "Integrity rating": Dimension.INTEGRITY,
}
CHART = f"({'|'.join(SHOWN)})"
WEIGHT = {Dimension.EXECUTION: Fraction(55, 100), Dimension.GROUNDING: Fraction(45, 100)}
NO_CHANGE = (Word.STEADY, Word.LUCK, Word.WITHIN_CHANCE)
CONFIRMED = (Word.CONFIRMED_DROP, Word.CONFIRMED_RISE, Word.RECOVERED)
NUMBER = r"(-?\d+(?:\.\d+)?|none)"
SIGNED = r"([+-]\d+(?:\.\d+)?)"
SPELLED = r"([A-Za-z]+|\d+)"
DAY = r"(\d{4}-\d\d-\d\d)"
NAMED = r"(\S+?)( \(simulated\))?"
MOVED = rf"{NUMBER} → {NUMBER}(?: \({SIGNED}\))?"


def assisted(chart: str) -> str | None:
    """The label of charts in which judge models have a part."""
    return " (AI-assisted)" if SHOWN[chart] in (Dimension.JUDGMENT, Dimension.COMMUNICATION) else None


def chart_name(chart: str) -> str:
    return f"{chart}{assisted(chart) or ''}"
