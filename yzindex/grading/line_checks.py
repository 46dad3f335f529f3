"""Checks of dates, and of lines that all have one form."""

import re
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from yzindex.grading.checks import Check, written_lines

_ISO_DATE = re.compile(r"(?<![\d-])(\d{4}-\d{2}-\d{2})(?![\d-])")
#: Capitalised: "10 may" is rather a verb.
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_OTHER_DATE = re.compile(
    rf"(?<![\d.])\d{{1,2}}(?:st|nd|rd|th|\.)? (?:of )?{_MONTH}\b"
    rf"|\b{_MONTH}\.? (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b(?!:)"
    r"|(?<![\d/.-])\d{1,2}(?:/\d{1,2}/\d{2,4}|([.-])\d{1,2}\1\d{4})(?![\d/-])"
    # With a year of two digits only as a day and a month have them: 1.2.10 is a version.
    rf"|(?<![\d/.-]){_DAY}([.-]){_DAY}\2\d\d(?![\d/-]|\.\d)"
    r"|(?<![\d/.-])\d{4}(?:([/.])\d{1,2}\3\d{1,2}|-(?!\d\d-\d\d(?!\d))\d{1,2}-\d{1,2})(?![\d-])"
)


class IsoDates(Check):
    """At least `least` dates, all of them real and in the form YYYY-MM-DD."""

    check: Literal["iso_dates"] = "iso_dates"
    least: int = Field(default=1, ge=0)

    def rule(self) -> str:
        return "Write every date as YYYY-MM-DD."

    def fault(self, text: str) -> str:
        if other := _OTHER_DATE.search(text):
            return f"a date written {other[0]!r}"
        found = _ISO_DATE.findall(text)
        if wrong := [day for day in found if not _is_date(day)]:
            return f"no such day: {wrong[0]}"
        return "" if len(found) >= self.least else f"{len(found)} dates"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_TOKENS = {
    "date": r"\d{4}-\d{2}-\d{2}",
    "time": r"\d{2}:\d{2}",
    "int": r"\d{1,12}",
    "word": r"[^\W_][\w.-]{0,60}",
}
_TOKEN = re.compile(r"\{(\w+)\}")


@lru_cache(maxsize=256)
def _compiled(template: str) -> re.Pattern[str]:
    """Compile a line template; `{text}` runs up to the literal after it, so that matching is linear."""
    parts = _TOKEN.split(template)
    pattern = ""
    for position, part in enumerate(parts):
        if position % 2 == 0:
            pattern += re.escape(part)
        elif part != "text":
            pattern += _TOKENS[part]
        else:
            after = parts[position + 1].strip()[:1]
            pattern += rf"[^\s{re.escape(after)}][^{re.escape(after)}]*" if after else r"\S.*"
    return re.compile(pattern)


def _known_tokens(template: str) -> str:
    if unknown := set(_TOKEN.findall(template)) - _TOKENS.keys() - {"text"}:
        raise ValueError(f"unknown tokens {sorted(unknown)}; there are {sorted(_TOKENS)} and text")
    return template


class LinePattern(Check):
    """Every line that is not blank fits a template: literal text, `{date}`, `{time}`, `{int}`, `{word}`, `{text}`."""

    check: Literal["line_pattern"] = "line_pattern"
    template: Annotated[str, AfterValidator(_known_tokens)]
    count: int = Field(ge=1)

    def rule(self) -> str:
        form = _TOKEN.sub(lambda token: f"<{token[1]}>", self.template)
        return f"Write exactly {self.count} lines and nothing else, each in the form `{form}`."

    def fault(self, text: str) -> str:
        lines = written_lines(text)
        if odd := [line for line in lines if not _compiled(self.template).fullmatch(line)]:
            return f"a line of another form: {odd[0][:80]!r}"
        return "" if len(lines) == self.count else f"{len(lines)} lines"
