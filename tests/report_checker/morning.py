"""The morning's answer: the title of a run's article."""

from __future__ import annotations

import re
from datetime import date, timedelta

from tests.report_checker.figures import spelled
from tests.report_checker.patterns import CONFIRMED, DAY, SPELLED, WEIGHT
from tests.report_checker.rules import Expected, Reading, Rules, require, same
from yzindex.drift.words import Word

RULES = Rules()


@RULES.says(r"Nothing changed\.")
def _nothing(read: Reading, _: str, m: re.Match[str]) -> None:
    require(not read.rows.said(*CONFIRMED, Word.SUSPECTED, Word.MOVED), m[0])


def _fresh(read: Reading, word: Word) -> list[str]:
    day = read.rows.day()
    return [
        each
        for each in read.rows.said(word)
        if max((ch.day for ch in read.rows.changes if ch.model == each and ch.day <= day), default=None) == day
    ]


@RULES.says(rf"{SPELLED} models? (got worse|got better|recovered)\.")
def _news(read: Reading, _: str, m: re.Match[str]) -> Expected:
    words = {"got worse": Word.CONFIRMED_DROP, "got better": Word.CONFIRMED_RISE, "recovered": Word.RECOVERED}
    return (spelled(len(_fresh(read, words[m[2]]))).capitalize(), m[2])


@RULES.says(rf"{SPELLED} models? (?:is|are) suspected, asking again: not decided\.")
def _suspects(read: Reading, _: str, m: re.Match[str]) -> Expected:
    return (spelled(len(read.rows.said(Word.SUSPECTED))).capitalize(),)


@RULES.says(
    r"((?:\S+ models? (?:is worse|are worse|is better|are better|has recovered|have recovered)[^,.;]*, )+)as confirmed before(?:; nothing else changed)?\."
)
def _standing(read: Reading, _: str, m: re.Match[str]) -> None:
    words = {"worse": Word.CONFIRMED_DROP, "better": Word.CONFIRMED_RISE, "recovered": Word.RECOVERED}
    for count, word, since in re.findall(r"(\S+) models? \S+ (worse|better|recovered)([^,]*), ", m[1]):
        models = [each for each in read.rows.said(words[word]) if each not in _fresh(read, words[word])]
        days = sorted({read.rows.verdicts[each, read.rows.number].since for each in models} - {None}, key=str)
        told = f" since {' and '.join(str(day) for day in days)}"
        same((count.lower(), since), (spelled(len(models)), told), m[0])


@RULES.says(
    rf"{SPELLED} (?:models?|others?) fell by (more than 5 points|as much) today(?:, and did not|, by luck of the draw|, within chance|: {SPELLED} by luck of the draw and {SPELLED} within chance)\."
)
def _falls(read: Reading, _: str, m: re.Match[str]) -> Expected:
    falls = {
        word: [e for e in read.rows.said(word) if (read.rows.change(e, read.rows.number) or 0) < -5]
        for word in (Word.LUCK, Word.WITHIN_CHANCE)
    }
    luck, chance = (len(found) for found in falls.values())
    require(("by luck" in m[0]) <= (luck > 0), m[0])
    require(("within chance" in m[0]) <= (chance > 0), m[0])
    both = luck and chance and ": " in m[0]
    return (
        spelled(luck + chance).capitalize(),
        m[2],
        spelled(luck) if both else None,
        spelled(chance) if both else None,
    )


@RULES.says(rf"Of {SPELLED} models? too little is known\.")
def _unknown(read: Reading, _: str, m: re.Match[str]) -> Expected:
    return (spelled(len(read.rows.said(Word.NOT_ENOUGH_EVIDENCE))),)


@RULES.says(
    rf"Too early: (?:verdicts start on {DAY} at the earliest|no verdicts yet)(?:; so far (\d+) of 40 answers of a model known)?\."
)
def _too_early(read: Reading, _: str, m: re.Match[str]) -> Expected:
    require(len(read.rows.said(Word.NOT_ENOUGH_EVIDENCE)) == len(read.rows.models), m[0])
    known = max(read.rows.verdicts[each, read.rows.number].known for each in read.rows.models)
    return (m[1] and _verdicts_from(read).isoformat(), str(known) if known < 40 else None)


@RULES.says(
    r"No verdicts today: (there is too little to compare with|no model has a scored answer in both main dimensions)\."
)
def _no_verdicts(read: Reading, _: str, m: re.Match[str]) -> Expected:
    require(len(read.rows.said(Word.NOT_ENOUGH_EVIDENCE)) == len(read.rows.models), m[0])
    is_scored = any(read.rows.raw(each, read.rows.number) is not None for each in read.rows.models)
    told = "there is too little to compare with", "no model has a scored answer in both main dimensions"
    return (told[0] if is_scored else told[1],)


def _verdicts_from(read: Reading) -> date:
    """Ten days of four answers and a lag of fourteen, if the last day's answers went on for ever."""
    found = []
    for model in read.rows.models:
        runs = read.rows.last_smoke(model)
        counts = [sum(a.dimension in WEIGHT for a in read.rows.scored(model, run)) for run in runs]
        total, day = 0, read.rows.runs[runs[0]].created_at.date()
        while counts[-1] or total + sum(counts) >= 40:
            total += counts.pop(0) if len(counts) > 1 else counts[0]
            if total >= 40:
                found.append(day + timedelta(days=14))
                break
            day += timedelta(days=1)
    return min(found)


@RULES.says(
    r"(The grader|The questions|The grader and the questions) moved(?:, as told on (\d{4}-\d\d-\d\d): still|:) no verdicts today\."
)
def _moved(read: Reading, _: str, m: re.Match[str]) -> Expected:
    require(read.rows.said(Word.MOVED), m[0])
    going = [
        e for e in read.rows.moves if e.day <= read.rows.day() and (e.ended_on is None or e.ended_on > read.rows.day())
    ]
    earliest = min(each.day for each in going)
    names = [n for n in ("grader", "questions") if any(each.cause.value == n for each in going)]
    causes = " and ".join(f"the {each}" for each in names).capitalize()
    return (causes, earliest.isoformat() if earliest < read.rows.day() else None)
