"""The board's own record."""

from __future__ import annotations

import re
from fractions import Fraction

from tests.report_checker.figures import half_up
from tests.report_checker.rules import Expected, Reading, Rules

RULES = Rules()


@RULES.says(
    r"False alarms allowed: (\d+) per model-year\. Since the start: (\d+) in ([\d.]+) model-years\. Verdicts settled later: (\d+), of which held (\d+) and overturned (\d+)\."
)
def _record(read: Reading, _: str, m: re.Match[str]) -> Expected:
    alarms = sum(each.settled.value == "overturned" for each in read.rows.changes)
    held, overturned = (read.rows.all_settled.count(outcome) for outcome in ("held", "overturned"))
    years = half_up(Fraction(read.rows.model_days, 365), 1)
    return ("1", str(alarms), years, str(held + overturned), str(held), str(overturned))
