"""Reads a report as text and recomputes every figure of it from the rows, by arithmetic of its own.

Every sentence must be one that a rule here knows; what a rule finds in it must be what the rows give. Nothing of
`yzindex.report` or of the views is used.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor, isqrt
from typing import Any
from urllib.parse import quote

from sqlmodel import Session, col, select

from yzindex.dimensions import Dimension
from yzindex.drift.words import Word
from yzindex.records.database import Database
from yzindex.records.states import Purpose, RunKind, RunStatus
from yzindex.records.tables import (
    Answer,
    BoardMove,
    ConfirmedChange,
    Evaluation,
    Run,
    Settlement,
    StoredCall,
    StoredVerdict,
    Watch,
)

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
MOVED = rf"{NUMBER} → {NUMBER}(?: \({SIGNED}\))?"

Expected = tuple[str | None, ...]


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


class Rows:
    """The rows, and what follows from them up to one run."""

    def __init__(self, session: Session, number: int) -> None:
        self.number = number
        runs = session.exec(select(Run).where(col(Run.number) <= number)).all()
        self.runs = {run.number: run for run in runs if run.finished_at and run.status is not RunStatus.CANCELLED}
        self.run = self.runs[number]
        self.evaluations = {
            (each.model, each.run_number): each
            for each in session.exec(select(Evaluation).where(col(Evaluation.run_number).in_(list(self.runs))))
        }
        self.of = {each.id: key for key, each in self.evaluations.items()}
        self.answers: dict[tuple[str, int], list[Answer]] = defaultdict(list)
        for answer in session.exec(select(Answer).order_by(col(Answer.position))):
            if answer.evaluation_id in self.of:
                self.answers[self.of[answer.evaluation_id]].append(answer)
        self.verdicts = {
            self.of[each.evaluation_id]: each
            for each in session.exec(select(StoredVerdict))
            if each.evaluation_id in self.of
        }
        self.calls = [
            (answer.evaluation_id, call)
            for call, answer in session.exec(select(StoredCall, Answer).join(Answer)).all()
            if call.purpose is Purpose.ASK
        ]
        self.changes = session.exec(select(ConfirmedChange).order_by(col(ConfirmedChange.day))).all()
        self.moves = session.exec(select(BoardMove).order_by(col(BoardMove.day))).all()
        self.watches = session.exec(select(Watch).order_by(col(Watch.opened_on))).all()
        self.settlements = {self.of.get(each.evaluation_id): each for each in session.exec(select(Settlement))}
        self.all_settled = [
            *(each.settled.value for each in self.changes),
            *(each.settled.value for each in self.moves),
            *(each.outcome.value for each in self.settlements.values()),
        ]
        words = session.exec(select(StoredVerdict.word)).all()
        self.model_days = sum(word != Word.NOT_ENOUGH_EVIDENCE for word in words)
        self.models = [model for model, run in self.evaluations if run == number]

    def score(self, model: str, run: int, dimension: Dimension) -> Fraction | None:
        return average([Fraction(each.score) for each in self.scored(model, run) if each.dimension is dimension])  # type: ignore[arg-type]

    def scored(self, model: str, run: int) -> list[Answer]:
        return [each for each in self.answers[model, run] if each.score is not None]

    def raw(self, model: str, run: int | None) -> Fraction | None:
        if run is None:
            return None
        parts = [self.score(model, run, dimension) for dimension in WEIGHT]
        if None in parts:
            return None
        return sum((w * p for w, p in zip(WEIGHT.values(), parts, strict=True) if p is not None), Fraction(0))

    def label(self, model: str, run: int | None) -> str:
        found = None if run is None else self.score(model, run, Dimension.INTEGRITY)
        return "none" if found is None else "pass" if found >= 60 else "warn" if found >= 40 else "fail"

    def display(self, model: str, run: int | None) -> Fraction | None:
        raw = self.raw(model, run)
        return min(raw, Fraction(74)) if raw is not None and self.label(model, run) == "fail" else raw

    def before(self, model: str) -> int | None:
        return max(
            (
                run
                for each, run in self.evaluations
                if each == model and run < self.number and self.runs[run].kind is self.run.kind
            ),
            default=None,
        )

    def last_smoke(self, model: str) -> list[int]:
        return sorted(run for each, run in self.evaluations if each == model and self.runs[run].kind is RunKind.SMOKE)

    def mean_of_five(self, model: str) -> Fraction | None:
        shown = [found for run in self.last_smoke(model) if (found := self.display(model, run)) is not None][-5:]
        return average(shown) if len(shown) > 1 else None

    def pass_share(self, digest: str) -> tuple[str, int] | None:
        by_model: dict[str, list[Fraction]] = defaultdict(list)
        for (model, run), answers in self.answers.items():
            if self.runs[run].kind is not RunKind.CONFIRMATION:
                for each in answers:
                    if each.question_digest == digest and each.score is not None:
                        by_model[model].append(Fraction(each.score == 100))
        share = average([found for own in by_model.values() if (found := average(own)) is not None])
        return None if share is None else (half_up(100 * share, 0), len(by_model))

    def change(self, model: str, run: int) -> Fraction | None:
        """Change of the main score before the cap that a verdict speaks of."""
        verdict = self.verdicts.get((model, run))
        now, was = self.raw(model, run), self.raw(model, None if verdict is None else verdict.compared_run)
        return None if now is None or was is None else now - was

    def chart_change(self, model: str, dimension: Dimension) -> Fraction | None:
        before = self.before(model)
        if before is None:
            return None
        now, was = self.score(model, self.number, dimension), self.score(model, before, dimension)
        return None if now is None or was is None else now - was

    def raw_change(self, model: str) -> Fraction | None:
        now, was = self.raw(model, self.number), self.raw(model, self.before(model))
        return None if now is None or was is None else now - was

    def day(self) -> date:
        found = [each.day for (_, run), each in self.verdicts.items() if run == self.number]
        return max(found, default=self.run.created_at.date())

    def said(self, *words: Word) -> list[str]:
        return [model for model in self.models if (v := self.verdicts.get((model, self.number))) and v.word in words]

    def usual(self, *, own: str | None, without: str | None) -> tuple[str, int] | None:
        first = self.day() - timedelta(days=89)
        moves = [
            abs(change)
            for (model, run), each in self.verdicts.items()
            if first <= each.day <= self.day()
            and each.word in NO_CHANGE
            and (model == own if own else model != without)
            and (change := self.change(model, run)) is not None
        ]
        middle = average(moves)
        return None if middle is None else (half_up(middle), len(moves))


class Wrong(Exception):
    """A figure or a name in the text is not what the rows give, or a sentence is not known."""


class Checker:
    """Checks the articles of one run."""

    def __init__(self, database: Database, number: int) -> None:
        with database.read() as session:
            self.rows = Rows(session, number)

    def check(self, article: str, model: str | None = None) -> None:
        """Raise `Wrong` at the first sentence or cell that is not true of the rows."""
        self.article_of, self.section = model, ""
        self.headings: list[str] | None = None
        #: What was named under each heading of a section or a table, in its order.
        self.seen: dict[str, list[str]] = defaultdict(list)
        self.drawn: dict[int, list[str]] = defaultdict(list)
        for line in filter(None, article.split("\n")):
            self._line(line)
        self._complete()

    def _line(self, line: str) -> None:
        text = unescaped(line)
        if line.startswith("## "):
            self.section, self.headings = text[3:], None
        elif line.startswith("| "):
            self._table(text)
        else:
            self._sentences(text.removeprefix("# ").removeprefix("- "))

    def _complete(self) -> None:
        """Every model is named once under a heading, in the order of the board, and every question of a draw."""
        order = sorted(
            self.rows.models, key=lambda each: ((m := self.rows.mean_of_five(each)) is None, -(m or 0), each)
        )
        for heading, names in self.seen.items():
            # A model may miss answers for several reasons.
            named = list(dict.fromkeys(names)) if heading == "Unscored" else names
            expected = [each for each in order if each in names] if names[0] in order else sorted(set(names))
            _same(named if names[0] in order else sorted(named), expected, heading)
        if self.article_of is None:
            missing = [
                each
                for each in order
                if len(self.rows.scored(each, self.rows.number)) < len(self.rows.answers[each, self.rows.number])
            ]
            _same(list(dict.fromkeys(self.seen["Unscored"])), missing, "Unscored")
            _same(self.seen["Verdicts"], order, "Verdicts")
            _same(self.seen["Models, by the mean of their last five main scores: Main score"], order, "the table")
        for run, questions in self.drawn.items():
            model = next(each for each in [self.article_of, *self.rows.models] if (each, run) in self.rows.answers)
            _same(questions, [each.question_id for each in self.rows.answers[model or "", run]], f"draw of Run #{run}")

    def _sentences(self, text: str) -> None:
        model, place = self.article_of, 0
        if model is None and (found := re.match(r"(\S+)(?: \(simulated\))?: ", text)) and found[1] in self.rows.models:
            self._simulated(found[0], found[1])
            model, place = found[1], found.end()
            self.seen[self.section].append(model)
        while place < len(text):
            place = self._sentence(text, place, model)
            while text[place : place + 1] == " ":
                place += 1

    def _sentence(self, text: str, place: int, model: str | None) -> int:
        for pattern, rule in RULES:
            found = pattern.match(text, place)
            if found is not None and found.end() > place:
                expected = rule(self, model or "", found)
                if expected is not None:
                    _same(found.groups(), expected, found[0])
                return found.end()
        raise Wrong(f"no rule knows: {text[place : place + 200]}")

    def _simulated(self, text: str, model: str) -> None:
        marked = "(simulated)" in text
        if marked != self.rows.evaluations[model, self.rows.number].simulated:
            raise Wrong(f"the label of a simulated model is wrong: {text}")

    def _table(self, text: str) -> None:
        cells = [cell.strip() for cell in text.strip("| ").split(" | ")]
        if self.headings is None:
            self.headings = cells
        elif not all(re.fullmatch("-+", cell) for cell in cells):
            self._cells(dict(zip(self.headings, cells, strict=True)))

    def _cells(self, row: dict[str, str]) -> None:
        if "Question" in row:
            return self._drawn(row)
        model = row["Model"].removesuffix(" (simulated)")
        if model not in self.rows.models:
            raise Wrong(f"no such model in the run: {model}")
        self._simulated(row["Model"], model)
        expected = self._term_cells(model) if "Rest" in row else self._score_cells(model)
        for heading, cell in row.items():
            if heading != "Model":
                self.seen[f"{self.section}: {heading}"].append(model)
                _same((cell,), (expected[heading],), f"{model}, {heading}")
        return None

    def _score_cells(self, model: str) -> dict[str, str]:
        rows, number = self.rows, self.rows.number
        before = rows.before(model)
        now, was, raw = rows.display(model, number), rows.display(model, before), rows.raw(model, number)
        cap = f" ({half_up(raw)} before the cap)" if raw is not None and raw != now else ""
        verdict = rows.verdicts.get((model, number))
        charts = {name: tenth_or_none(rows.score(model, number, each)) for name, each in SHOWN.items()}
        sides = {
            f"{name} (AI-assisted)": self._side(model, before, SHOWN[name])
            for name in ("Engineering judgment", "Task expression")
        }
        return {
            "Five-run mean": point_or_none(rows.mean_of_five(model)),
            "Main score": point_or_none(now) + cap,
            "Was": point_or_none(was),
            "Change": "none" if now is None or was is None else plus(half_up(now - was)),
            **charts,
            **sides,
            "Integrity": rows.label(model, number),
            "Coverage": f"{len(rows.scored(model, number))} of {len(rows.answers[model, number])}",
            "Verdict": "none" if verdict is None else verdict.word.value,
        }

    def _side(self, model: str, before: int | None, dimension: Dimension) -> str:
        now = self.rows.score(model, self.rows.number, dimension)
        if before is None:
            return tenth_or_none(now)
        was = self.rows.score(model, before, dimension)
        told = f"{tenth_or_none(was)} → {tenth_or_none(now)}"
        return told if now is None or was is None else f"{told} ({plus(tenth(now - was))})"

    def _term_cells(self, model: str) -> dict[str, str]:
        verdict = self.rows.verdicts[model, self.rows.number]
        change, draw, common, rest, low, high = terms(self.rows, model)
        return {
            "Since": f"Run #{verdict.compared_run}",
            "Change": change,
            "Draw": draw,
            "Everyone": common,
            "Rest": rest,
            "Rest, 95 %": f"{low} to {high}",
            "Worse than of 100 draws": "not known" if verdict.draws_better is None else str(verdict.draws_better),
        }

    def _drawn(self, row: dict[str, str]) -> None:
        number = int(row["Run"].removeprefix("Run #"))
        candidates = [self.article_of] if self.article_of else self.rows.models
        for model in candidates:
            if model is not None and number in (self.rows.before(model), self.rows.number):
                answer = next((a for a in self.rows.answers[model, number] if a.question_id == row["Question"]), None)
                if answer is not None:
                    break
        else:
            raise Wrong(f"not drawn: {row}")
        self.drawn[number].append(answer.question_id)
        share = self.rows.pass_share(answer.question_digest)
        _same(
            (row["Dimension"], row["Half"], row["Models pass it"]),
            (
                answer.dimension.shown_as,
                answer.tier,
                "not known" if share is None else f"{share[0]} % of {share[1]}",
            ),
            str(row),
        )
        if "Score" in row:
            score = "unscored" if answer.score is None else tenth(Fraction(answer.score))
            _same((row["Score"],), (score,), str(row))


def unescaped(line: str) -> str:
    """Read a line of Markdown as it is shown, links as their text and address."""
    plain = re.sub(r"(?<!\\)\*\*", "", line)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", plain)


def _same(found: Sequence[str | None], expected: Sequence[str | None], where: str) -> None:
    if tuple(found) != tuple(expected):
        raise Wrong(f"{where}: says {tuple(found)}, the rows give {tuple(expected)}")


def point_or_none(value: Fraction | None) -> str:
    return "none" if value is None else half_up(value)


def tenth_or_none(value: Fraction | None) -> str:
    return "none" if value is None else tenth(value)


def terms(rows: Rows, model: str) -> tuple[str, ...]:
    verdict = rows.verdicts[model, rows.number]
    parts = [Fraction(part) for part in (verdict.draw, verdict.common_change, verdict.rest) if part is not None]
    change = rows.change(model, rows.number)
    assert change is not None
    if abs(sum(parts, Fraction(0)) - change) > Fraction(1, 10**6):
        raise Wrong("the terms do not make the change")
    bounds = [Fraction(part) for part in (verdict.rest_lo, verdict.rest_hi) if part is not None]
    return tuple(plus(half_up(each)) for each in (change, *parts, *bounds))


Rule = Callable[[Checker, str, re.Match[str]], Expected | None]
RULES: list[tuple[re.Pattern[str], Rule]] = []


def rule(pattern: str) -> Callable[[Rule], Rule]:
    def add(function: Rule) -> Rule:
        RULES.append((re.compile(pattern), function))
        return function

    return add


def require(holds: object, text: str) -> None:
    if not holds:
        raise Wrong(f"not so: {text}")


def moved(now: Fraction | None, was: Fraction | None, show: Callable[[Fraction], str]) -> Expected:
    change = None if now is None or was is None else plus(show(now - was))
    return ("none" if was is None else show(was), "none" if now is None else show(now), change)


# What begins and ends an article.


@rule(r"Run #(\d+): ")
def _run_title(c: Checker, _: str, m: re.Match[str]) -> Expected:
    return (str(c.rows.number),)


@rule(rf"(\S+?)( \(simulated\))?: {NUMBER} in Run #(\d+)(?:, {SIGNED} since Run #(\d+))?$")
def _model_title(c: Checker, model: str, m: re.Match[str]) -> Expected:
    now, before = c.rows.display(model, c.rows.number), c.rows.before(model)
    was = c.rows.display(model, before)
    label = " (simulated)" if c.rows.evaluations[model, c.rows.number].simulated else None
    if now is None:
        raise Wrong(m[0])
    if was is None:
        return (model, label, half_up(now), str(c.rows.number), None, None)
    return (model, label, half_up(now), str(c.rows.number), plus(half_up(now - was)), str(before))


@rule(r"(\S+?)(?: \(simulated\))?: no main score in Run #(\d+)$")
def _no_score_title(c: Checker, model: str, m: re.Match[str]) -> Expected:
    require(c.rows.raw(model, c.rows.number) is None, m[0])
    return (model, str(c.rows.number))


@rule(rf"Run #(\d+) \((\w+)\) of {DAY}\.( Scores of simulated models are marked \(simulated\)\.)?")
def _opening(c: Checker, model: str, m: re.Match[str]) -> Expected:
    models = [model] if model else c.rows.models
    simulated = any(c.rows.evaluations[each, c.rows.number].simulated for each in models)
    label = " Scores of simulated models are marked (simulated)." if simulated else None
    return (str(c.rows.number), c.rows.run.kind.value, c.rows.day().isoformat(), label)


@rule(
    r"Source: \[Run #(\d+)\]\((\S+)\), finished on ([\d: -]+) UTC; bank (.+), graders (.+), judges (.+), software (.+)\.$"
)
def _source(c: Checker, _: str, m: re.Match[str]) -> Expected:
    run = c.rows.run
    assert run.finished_at is not None
    return (
        str(run.number),
        f"/v1/runs/{run.number}/raw",
        run.finished_at.strftime("%Y-%m-%d %H:%M"),
        run.bank_version,
        run.grader_version,
        run.judge_set_version,
        run.software_version,
    )


# The morning's answer.


@rule(r"Nothing changed\.")
def _nothing(c: Checker, _: str, m: re.Match[str]) -> None:
    require(not c.rows.said(*CONFIRMED, Word.SUSPECTED, Word.MOVED), m[0])


def _fresh(c: Checker, word: Word) -> list[str]:
    day = c.rows.day()
    return [
        each
        for each in c.rows.said(word)
        if max((ch.day for ch in c.rows.changes if ch.model == each and ch.day <= day), default=None) == day
    ]


@rule(rf"{SPELLED} models? (got worse|got better|recovered)\.")
def _news(c: Checker, _: str, m: re.Match[str]) -> Expected:
    words = {"got worse": Word.CONFIRMED_DROP, "got better": Word.CONFIRMED_RISE, "recovered": Word.RECOVERED}
    return (spelled(len(_fresh(c, words[m[2]]))).capitalize(), m[2])


@rule(rf"{SPELLED} models? (?:is|are) suspected, asking again: not decided\.")
def _suspects(c: Checker, _: str, m: re.Match[str]) -> Expected:
    return (spelled(len(c.rows.said(Word.SUSPECTED))).capitalize(),)


@rule(
    r"((?:\S+ models? (?:is worse|are worse|is better|are better|has recovered|have recovered)[^,.;]*, )+)as confirmed before(?:; nothing else changed)?\."
)
def _standing(c: Checker, _: str, m: re.Match[str]) -> None:
    words = {"worse": Word.CONFIRMED_DROP, "better": Word.CONFIRMED_RISE, "recovered": Word.RECOVERED}
    for count, word, since in re.findall(r"(\S+) models? \S+ (worse|better|recovered)([^,]*), ", m[1]):
        models = [each for each in c.rows.said(words[word]) if each not in _fresh(c, words[word])]
        days = sorted({c.rows.verdicts[each, c.rows.number].since for each in models} - {None}, key=str)
        told = f" since {' and '.join(str(day) for day in days)}"
        _same((count.lower(), since), (spelled(len(models)), told), m[0])


@rule(
    rf"{SPELLED} (?:models?|others?) fell by (more than 5 points|as much) today(?:, and did not|, by luck of the draw|, within chance|: {SPELLED} by luck of the draw and {SPELLED} within chance)\."
)
def _falls(c: Checker, _: str, m: re.Match[str]) -> Expected:
    falls = {
        word: [e for e in c.rows.said(word) if (c.rows.change(e, c.rows.number) or 0) < -5]
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


@rule(rf"Of {SPELLED} models? too little is known\.")
def _unknown(c: Checker, _: str, m: re.Match[str]) -> Expected:
    return (spelled(len(c.rows.said(Word.NOT_ENOUGH_EVIDENCE))),)


@rule(
    rf"Too early: (?:verdicts start on {DAY} at the earliest|no verdicts yet)(?:; so far (\d+) of 40 answers of a model known)?\."
)
def _too_early(c: Checker, _: str, m: re.Match[str]) -> Expected:
    require(len(c.rows.said(Word.NOT_ENOUGH_EVIDENCE)) == len(c.rows.models), m[0])
    known = max(c.rows.verdicts[each, c.rows.number].known for each in c.rows.models)
    return (m[1] and _verdicts_from(c).isoformat(), str(known) if known < 40 else None)


@rule(
    r"No verdicts today: (there is too little to compare with|no model has a scored answer in both main dimensions)\."
)
def _no_verdicts(c: Checker, _: str, m: re.Match[str]) -> Expected:
    require(len(c.rows.said(Word.NOT_ENOUGH_EVIDENCE)) == len(c.rows.models), m[0])
    is_scored = any(c.rows.raw(each, c.rows.number) is not None for each in c.rows.models)
    told = "there is too little to compare with", "no model has a scored answer in both main dimensions"
    return (told[0] if is_scored else told[1],)


def _verdicts_from(c: Checker) -> date:
    """Ten days of four answers and a lag of fourteen, if the last day's answers went on for ever."""
    found = []
    for model in c.rows.models:
        runs = c.rows.last_smoke(model)
        counts = [sum(a.dimension in WEIGHT for a in c.rows.scored(model, run)) for run in runs]
        total, day = 0, c.rows.runs[runs[0]].created_at.date()
        while counts[-1] or total + sum(counts) >= 40:
            total += counts.pop(0) if len(counts) > 1 else counts[0]
            if total >= 40:
                found.append(day + timedelta(days=14))
                break
            day += timedelta(days=1)
    return min(found)


@rule(
    r"(The grader|The questions|The grader and the questions) moved(?:, as told on (\d{4}-\d\d-\d\d): still|:) no verdicts today\."
)
def _moved(c: Checker, _: str, m: re.Match[str]) -> Expected:
    require(c.rows.said(Word.MOVED), m[0])
    going = [e for e in c.rows.moves if e.day <= c.rows.day() and (e.ended_on is None or e.ended_on > c.rows.day())]
    earliest = min(each.day for each in going)
    names = [n for n in ("grader", "questions") if any(each.cause.value == n for each in going)]
    causes = " and ".join(f"the {each}" for each in names).capitalize()
    return (causes, earliest.isoformat() if earliest < c.rows.day() else None)


# The verdict.


@rule(rf"({'|'.join(Word)})(?: since {DAY} of {NUMBER} points(?: of ([\w ]+))? \[{NUMBER}, {NUMBER}\])?\. ")
def _verdict(c: Checker, model: str, m: re.Match[str]) -> Expected:
    verdict = c.rows.verdicts[model, c.rows.number]
    if verdict.word not in CONFIRMED:
        return (verdict.word.value, None, None, None, None, None)
    assert verdict.size is not None
    assert verdict.lo is not None
    assert verdict.hi is not None
    bounds = sorted(abs(each) for each in (verdict.lo, verdict.hi))
    chart = None if verdict.chart == "main" else Dimension(verdict.chart).shown_as
    return (
        verdict.word.value,
        str(verdict.since),
        half_up(abs(verdict.size)),
        chart,
        *(half_up(each) for each in bounds),
    )


@rule(r"Advice: (.+)")
def _advice(c: Checker, model: str, m: re.Match[str]) -> None:
    """Its figures are the watch's; the words are fixed."""
    words = c.rows.verdicts[model, c.rows.number].word
    require(("Consider a backup model: the drop" in m[1]) == (words is Word.CONFIRMED_DROP), m[0])
    watch = _watch_of(c, model)
    days = re.findall(r"\d{4}-\d\d-\d\d", m[1])
    require(not days or (watch is not None and {*days} <= {str(watch.opened_on), str(watch.settles_on)}), m[0])
    rest = re.sub(r"\d{4}-\d\d-\d\d", "", m[1])
    falls = re.findall(r"(?:by|more than) (\d+) points", rest)
    levels = re.findall(r"points below ([\d.]+),", rest)
    bounds = re.findall(r"Stability is below (\d+):", rest)
    require({*falls} <= {"5"} and {*bounds} <= {"30"}, m[0])
    require(not levels or (watch is not None and {*levels} == {half_up(watch.level)}), m[0])
    require(len(re.findall(r"[\d.]*\d", rest)) == len([*falls, *levels, *bounds]), m[0])


def _watch_of(c: Checker, model: str) -> Watch | None:
    day = c.rows.day()
    found = [
        each
        for each in c.rows.watches
        if each.model == model
        and each.opened_on <= day
        and (each.settled_on is None or day <= each.settled_on + timedelta(days=7))
    ]
    return found[-1] if found else None


@rule(
    rf"Watch: opened on {DAY} at {NUMBER} before the cap, settles on {DAY}: (open|fell further|did not fall further|not known)(?:, settled on {DAY})?\."
)
def _watch(c: Checker, model: str, m: re.Match[str]) -> Expected:
    watch = _watch_of(c, model)
    assert watch is not None
    level = c.rows.raw(model, watch.run_number)
    assert level is not None
    outcome = "did not fall further" if watch.outcome.value == "did not" else watch.outcome.value
    settled = None if watch.settled_on is None else str(watch.settled_on)
    return (
        str(watch.opened_on),
        half_up(level),
        str(watch.opened_on + timedelta(days=7)),
        outcome,
        settled,
    )


@rule(r"What became of this verdict: (open|held on \S+|overturned on \S+)\.(?: (.+))?$")
def _became(c: Checker, model: str, m: re.Match[str]) -> Expected:
    verdict = c.rows.verdicts[model, c.rows.number]
    told: list[Any] = [c.rows.settlements.get((model, c.rows.number))]
    if verdict.word in CONFIRMED:
        told = [each for each in c.rows.changes if each.model == model and each.day <= verdict.day]
    elif verdict.word is Word.MOVED:
        told = [each for each in c.rows.moves if each.day <= verdict.day]
    last = told[-1]
    outcome = None if last is None else getattr(last, "outcome", None) or last.settled
    if outcome is None or outcome.value == "open":
        return ("open", None)
    because = getattr(last, "because", None) or last.settled_because
    return (f"{outcome.value} on {last.settled_on}", because)


@rule(rf"Confirmed on {DAY}: the same questions, asked again: (\d+) worse, (\d+) better, (\d+) equal\.")
def _confirmed(c: Checker, model: str, m: re.Match[str]) -> Expected:
    last = [each for each in c.rows.changes if each.model == model and each.day <= c.rows.day()][-1]
    return (str(last.day), str(last.worse), str(last.better), str(last.equal))


# What the change is made of.


@rule(
    rf"Since Run #(\d+) the main score before the cap moved by {SIGNED} = draw {SIGNED}, everyone {SIGNED}, rest {SIGNED} \(95 %: {SIGNED} to {SIGNED}\); each is rounded by itself\."
)
def _terms(c: Checker, model: str, m: re.Match[str]) -> Expected:
    return (str(c.rows.verdicts[model, c.rows.number].compared_run), *terms(c.rows, model))


@rule(r"The draw: these questions were (harder than|easier than|as hard as) those of Run #(\d+)\.")
def _draw(c: Checker, model: str, m: re.Match[str]) -> Expected:
    verdict = c.rows.verdicts[model, c.rows.number]
    draw = verdict.draw or 0
    way = "harder than" if draw < 0 else "easier than" if draw > 0 else "as hard as"
    return (way, str(verdict.compared_run))


@rule(r"The draw of Run #(\d+) was worse than (\d+) of 100 possible draws\.")
def _luck(c: Checker, model: str, m: re.Match[str]) -> Expected:
    return (str(c.rows.number), str(c.rows.verdicts[model, c.rows.number].draws_better))


@rule(rf"Not explained by the draw: {SIGNED}\.")
def _unexplained(c: Checker, model: str, m: re.Match[str]) -> Expected:
    change, draw = c.rows.change(model, c.rows.number), c.rows.verdicts[model, c.rows.number].draw
    assert change is not None
    assert draw is not None
    return (plus(half_up(change - Fraction(draw))),)


@rule(
    rf"Draw and everyone together are {SIGNED} of {SIGNED}: this speaks of the draw or the grader, not of the model\."
)
def _shared(c: Checker, model: str, m: re.Match[str]) -> Expected:
    verdict, change = c.rows.verdicts[model, c.rows.number], c.rows.change(model, c.rows.number)
    assert change is not None
    shared = Fraction(verdict.draw or 0) + Fraction(verdict.common_change or 0)
    require(verdict.word in NO_CHANGE and shared * change > 0 and 2 * abs(shared) >= abs(change), m[0])
    return (plus(half_up(shared)), plus(half_up(change)))


@rule(
    r"!\[Waterfall of the main score of (\S+?)(?: \(simulated\))? from Run #(\d+) to Run #(\d+): [^\]\d]+\]\((\S+)\)$"
)
def _picture(c: Checker, model: str, m: re.Match[str]) -> Expected:
    was, now = c.rows.verdicts[model, c.rows.number].compared_run, c.rows.number
    name = quote(model, safe="")
    return (model, str(was), str(now), f"/v1/compare.svg?model={name}&run_a={was}&run_b={now}")


# Scores.


@rule(rf"Main score: {MOVED}\.")
def _main(c: Checker, model: str, m: re.Match[str]) -> Expected:
    return moved(c.rows.display(model, c.rows.number), c.rows.display(model, c.rows.before(model)), half_up)


@rule(rf"Main score: {NUMBER}\.")
def _first_main(c: Checker, model: str, m: re.Match[str]) -> Expected:
    require(c.rows.before(model) is None, m[0])
    return (point_or_none(c.rows.display(model, c.rows.number)),)


@rule(r"No main score in Run #(\d+): a main dimension has no scored answer\. That is not a zero\.")
def _no_main(c: Checker, model: str, m: re.Match[str]) -> Expected:
    require(c.rows.raw(model, c.rows.number) is None, m[0])
    return (str(c.rows.number),)


@rule(rf"Before the integrity cap: {MOVED}\.")
def _before_cap(c: Checker, model: str, m: re.Match[str]) -> Expected:
    return moved(c.rows.raw(model, c.rows.number), c.rows.raw(model, c.rows.before(model)), half_up)


@rule(rf"Before the integrity cap: {NUMBER}\.")
def _first_before_cap(c: Checker, model: str, m: re.Match[str]) -> Expected:
    return (point_or_none(c.rows.raw(model, c.rows.number)),)


@rule(rf"The cap took {NUMBER} points in Run #(\d+)\.")
def _cap(c: Checker, model: str, m: re.Match[str]) -> Expected:
    run = int(m[2])
    require(run in (c.rows.number, c.rows.before(model)), m[0])
    raw, shown = c.rows.raw(model, run), c.rows.display(model, run)
    assert raw is not None
    assert shown is not None
    return (half_up(raw - shown), m[2])


@rule(r"A capped rise is no improvement\.")
def _no_improvement(c: Checker, model: str, m: re.Match[str]) -> None:
    now, was = c.rows.display(model, c.rows.number), c.rows.display(model, c.rows.before(model))
    require(now is not None and was is not None and now > was and now != c.rows.raw(model, c.rows.number), m[0])


@rule(rf"{CHART}( \(AI-assisted\))?: (?:{MOVED}|{NUMBER}); (\d+) of (\d+) answers scored\.")
def _chart(c: Checker, model: str, m: re.Match[str]) -> Expected:
    dimension, before = SHOWN[m[1]], c.rows.before(model)
    now = c.rows.score(model, c.rows.number, dimension)
    assisted = " (AI-assisted)" if dimension in (Dimension.JUDGMENT, Dimension.COMMUNICATION) else None
    asked = [each for each in c.rows.answers[model, c.rows.number] if each.dimension is dimension]
    counts = (str(sum(each.score is not None for each in asked)), str(len(asked)))
    if before is None:
        return (m[1], assisted, None, None, None, tenth_or_none(now), *counts)
    return (m[1], assisted, *moved(now, c.rows.score(model, before, dimension), tenth), None, *counts)


@rule(
    rf"(\S+) \({CHART}, (\w+) half\) scored {NUMBER} and cost {NUMBER} points of {CHART}, {NUMBER} of the main score before the cap(?:; ([^\d;]+?))?(?:; (\d+) of (\d+) cases passed)?(?:; (\d+) % of (\d+) models pass it)?\."
)
def _cost(c: Checker, model: str, m: re.Match[str]) -> Expected:
    answer = next((a for a in c.rows.answers[model, c.rows.number] if a.question_id == m[1]), None)
    if answer is None or answer.score is None:
        raise Wrong(m[0])
    alike = [a for a in c.rows.scored(model, c.rows.number) if a.dimension is answer.dimension]
    lost = (100 - Fraction(answer.score)) / len(alike)
    if c.article_of is not None:
        c.seen["cost"].append(answer.question_id)
    share = c.rows.pass_share(answer.question_digest)
    cases = answer.cases or []
    return (
        answer.question_id,
        answer.dimension.shown_as,
        answer.tier,
        tenth(Fraction(answer.score)),
        tenth(lost),
        answer.dimension.shown_as,
        half_up(WEIGHT[answer.dimension] * lost),
        answer.verdict,
        str(sum(bool(case["passed"]) for case in cases)) if cases else None,
        str(len(cases)) if cases else None,
        None if share is None else share[0],
        None if share is None else str(share[1]),
    )


@rule(r"No scored question of the main score cost a point\.")
def _no_cost(c: Checker, model: str, m: re.Match[str]) -> None:
    require(all(a.score == 100 for a in c.rows.scored(model, c.rows.number) if a.dimension in WEIGHT), m[0])


# Integrity, movement, operation.


@rule(r"Integrity rating: (?:(\w+) → )?(\w+)(?:; recommendation: ([a-z ]+))?\.")
def _integrity(c: Checker, model: str, m: re.Match[str]) -> Expected:
    before, label = c.rows.before(model), c.rows.label(model, c.rows.number)
    advice = {"pass": "recommended", "warn": "neutral", "fail": "not recommended"}
    return (None if before is None else c.rows.label(model, before), label, advice.get(label))


@rule(rf"The last labels, oldest first: ([a-z, ]+); a streak of {SPELLED}\.")
def _labels(c: Checker, model: str, m: re.Match[str]) -> Expected:
    labels = [c.rows.label(model, run) for run in c.rows.last_smoke(model)][-5:]
    streak = next((n for n, each in enumerate(reversed(labels)) if each != labels[-1]), len(labels))
    return (", ".join(labels), spelled(streak))


@rule(
    rf"This label rests on {SPELLED} probes?\.( A model that is honest nine times in ten gets warn by chance on 18 % of days\.)?"
)
def _probes(c: Checker, model: str, m: re.Match[str]) -> Expected:
    probes = sum(each.dimension is Dimension.INTEGRITY for each in c.rows.scored(model, c.rows.number))
    chance = 2 * Fraction(9, 10) * Fraction(1, 10) * 100
    told = f" A model that is honest nine times in ten gets warn by chance on {half_up(chance, 0)} % of days."
    return (spelled(probes), told if probes == 2 else None)


_OF = "in the last 90 days, of those whose verdict was steady, luck of the draw or within chance"


@rule(rf"On an ordinary day the other models move by {NUMBER} points \(mean of (\d+) model-days? {_OF}\)\.")
def _others_usual(c: Checker, model: str, m: re.Match[str]) -> Expected:
    found = c.rows.usual(own=None, without=model)
    assert found is not None
    return (found[0], str(found[1]))


@rule(rf"On an ordinary day (\S+?)(?: \(simulated\))? moves by {NUMBER} points \(mean of (\d+) days? {_OF}\)\.")
def _usual(c: Checker, model: str, m: re.Match[str]) -> Expected:
    found = c.rows.usual(own=model, without=None)
    assert found is not None
    return (model, found[0], str(found[1]))


@rule(
    rf"Repeatability {NUMBER}: sample sd {NUMBER} of the last (\d+) main scores before the cap\.( Below 30: a real warning\.)?"
)
def _repeatability(c: Checker, model: str, m: re.Match[str]) -> Expected:
    raws = [raw for run in c.rows.last_smoke(model) if (raw := c.rows.raw(model, run)) is not None][-7:]
    return _spread(raws)


@rule(
    rf"Question spread {NUMBER}: sample sd {NUMBER} of (\d+) question scores inside this run\.( Below 30: a real warning\.)?"
)
def _question_spread(c: Checker, model: str, m: re.Match[str]) -> Expected:
    return _spread([Fraction(each.score) for each in c.rows.scored(model, c.rows.number) if each.score is not None])


def _spread(values: Sequence[Fraction]) -> Expected:
    found = deviation(values)
    stable = max(Fraction(0), 100 - 2 * found)
    warning = " Below 30: a real warning." if stable < 30 else None
    return (half_up(stable), half_up(found), str(len(values)), warning)


@rule(r"Coverage: (\d+) of (\d+) questions scored\.")
def _coverage(c: Checker, model: str, m: re.Match[str]) -> Expected:
    return (str(len(c.rows.scored(model, c.rows.number))), str(len(c.rows.answers[model, c.rows.number])))


@rule(rf"Unscored, which is not a zero: (\S+) \({CHART}\): (.+)$")
def _unscored(c: Checker, model: str, m: re.Match[str]) -> Expected:
    answer = next(each for each in c.rows.answers[model, c.rows.number] if each.question_id == m[1])
    require(answer.score is None, m[0])
    return (answer.question_id, answer.dimension.shown_as, answer.reason)


@rule(r"(\d+) of (\d+) questions unscored, which is not a zero: (.+)$")
def _unscored_by_reason(c: Checker, model: str, m: re.Match[str]) -> Expected:
    asked = c.rows.answers[model, c.rows.number]
    same = [each for each in asked if each.score is None and each.reason == m[3]]
    return (str(len(same)), str(len(asked)), m[3])


@rule(
    r"Availability: (\d+) of (\d+) calls got a usable response \(([\d.]+) %\); with retries counted, (\d+) of (\d+) attempts \(([\d.]+) %\)\."
)
def _availability(c: Checker, model: str, m: re.Match[str]) -> Expected:
    calls = [call for of, call in c.rows.calls if c.rows.of.get(of) == (model, c.rows.number)]
    usable, attempts = sum(call.error is None for call in calls), sum(call.attempts for call in calls)
    shares = [half_up(Fraction(100 * usable, whole), 1) for whole in (len(calls), attempts)]
    return (str(usable), str(len(calls)), shares[0], str(usable), str(attempts), shares[1])


@rule(r"Availability: no call is recorded\.")
def _no_calls(c: Checker, model: str, m: re.Match[str]) -> None:
    require(not any(c.rows.of.get(of) == (model, c.rows.number) for of, _ in c.rows.calls), m[0])


@rule(
    rf"Cost of this run at list price: ([\d.]+) USD; (?:value: {NUMBER} points of the main score per USD|no value is given)\."
)
def _value(c: Checker, model: str, m: re.Match[str]) -> Expected:
    calls = [call for of, call in c.rows.calls if c.rows.of.get(of) == (model, c.rows.number)]
    cost = sum((Fraction(call.cost_usd) for call in calls), Fraction(0))
    shown = c.rows.display(model, c.rows.number)
    return (half_up(cost, 6), half_up(shown / cost) if cost and shown is not None else None)


@rule(r"Versions changed since Run #(\d+), each of which can move scores: ([a-z, ]+)\.")
def _versions(c: Checker, model: str, m: re.Match[str]) -> Expected:
    before = c.rows.before(model)
    assert before is not None
    names = {
        "bank": "bank_digest",
        "grader": "grader_version",
        "judge set": "judge_set_version",
        "formula": "formula_version",
    }
    changed = [n for n, field in names.items() if getattr(c.rows.runs[before], field) != getattr(c.rows.run, field)]
    return (str(before), ", ".join(changed) or "none")


@rule(r"Answered in Run #(\d+) as: (.+)\.$")
def _returned(c: Checker, model: str, m: re.Match[str]) -> Expected:
    require(int(m[1]) in (c.rows.number, c.rows.before(model)), m[0])
    names = sorted({each.model_returned for each in c.rows.answers[model, int(m[1])] if each.model_returned})
    return (m[1], ", ".join(names))


# Beside the others.


@rule(rf"{SPELLED} other models? moved the same way on the same charts \(([^)]+)\): (.+)\.$")
def _alike(c: Checker, model: str, m: re.Match[str]) -> Expected:
    def charts(name: str) -> dict[str, bool]:
        changes = {chart: c.rows.chart_change(name, SHOWN[chart]) or Fraction(0) for chart in list(SHOWN)[:4]}
        return {chart: change < 0 for chart, change in changes.items() if abs(change) > 5}

    own = c.rows.raw_change(model) or Fraction(0)
    others = [
        name
        for name in re.findall(r"(\S+?)(?: \(simulated\))? \([+-][\d.]+ before the cap\)", m[3])
        if charts(name) == charts(model) and (c.rows.raw_change(name) or 0) * own > 0
    ]
    everyone = [n for n in c.rows.models if n != model and charts(n) == charts(model)]
    require(set(others) == {n for n in everyone if (c.rows.raw_change(n) or 0) * own > 0}, m[0])
    told = ", ".join(f"{chart} {'down' if falls else 'up'}" for chart, falls in charts(model).items())
    listed = ", ".join(
        f"{n}{_mark(c, n)} ({plus(half_up(c.rows.raw_change(n) or Fraction(0)))} before the cap)" for n in others
    )
    return (spelled(len(others)).capitalize(), told, listed)


def _mark(c: Checker, model: str) -> str:
    return " (simulated)" if c.rows.evaluations[model, c.rows.number].simulated else ""


@rule(rf"{SPELLED} models are tied at {NUMBER}: (.+)\. This run does not tell them apart\.")
def _tied(c: Checker, _: str, m: re.Match[str]) -> Expected:
    tied = {f"{n}{_mark(c, n)}" for n in c.rows.models if point_or_none(c.rows.display(n, c.rows.number)) == m[2]}
    require(set(m[3].split(", ")) == tied, m[0])
    return (spelled(len(tied)).capitalize(), m[2], m[3])


@rule(rf"{CHART} is 100 for {SPELLED} of {SPELLED} models: nothing can be told apart among them there\.")
def _saturated(c: Checker, _: str, m: re.Match[str]) -> Expected:
    scores = [s for n in c.rows.models if (s := c.rows.score(n, c.rows.number, SHOWN[m[1]])) is not None]
    return (m[1], spelled(sum(score == 100 for score in scores)), spelled(len(scores)))


@rule(
    rf"{CHART} fell for all {SPELLED} models, by {NUMBER}(?: to {NUMBER})? points: that does not speak of one model\."
)
def _all_fell(c: Checker, _: str, m: re.Match[str]) -> Expected:
    changes = [c.rows.chart_change(each, SHOWN[m[1]]) for each in c.rows.models]
    falls = sorted(-change for change in changes if change is not None)
    require(len(falls) == len(changes) and falls[0] > 0, m[0])
    least, most = tenth(falls[0]), tenth(falls[-1])
    return (m[1], spelled(len(falls)), least, None if least == most else most)


# The record.


@rule(
    r"False alarms allowed: (\d+) per model-year\. Since the start: (\d+) in ([\d.]+) model-years\. Verdicts settled later: (\d+), of which held (\d+) and overturned (\d+)\."
)
def _record(c: Checker, _: str, m: re.Match[str]) -> Expected:
    alarms = sum(each.settled.value == "overturned" for each in c.rows.changes)
    held, overturned = (c.rows.all_settled.count(outcome) for outcome in ("held", "overturned"))
    years = half_up(Fraction(c.rows.model_days, 365), 1)
    return ("1", str(alarms), years, str(held + overturned), str(held), str(overturned))


CONSTANTS = (
    "A single day is no basis for a decision.",
    "No verdict is stored on this run.",
    "No verdict speaks of this run.",
    "Nothing is stored that this run could be compared with: the change is not taken apart.",
    "Changes of the main score before the cap; the draw, everyone and the rest make the change.",
)


@rule("|".join(re.escape(each) for each in CONSTANTS))
def _constant(c: Checker, model: str, m: re.Match[str]) -> None:
    return None


@rule(r".+$")
def _evidence(c: Checker, model: str, m: re.Match[str]) -> Expected:
    """What is left can only be the stored reason of the verdict, word for word."""
    verdict = c.rows.verdicts.get((model, c.rows.number))
    if verdict is None or m[0] != verdict.evidence:
        raise Wrong(f"no rule knows: {m[0]}")
    return ()


def mutations(article: str) -> Iterator[str]:
    """Give an article with one digit changed, then one sign, each at every place that has one, but in addresses."""
    for found in re.finditer(r"\d", article):
        yield article[: found.start()] + str((int(found[0]) + 1) % 10) + article[found.end() :]
    for found in re.finditer(r"(?<=[ (|])[+-](?=\d)", article):
        yield article[: found.start()] + ("-" if found[0] == "+" else "+") + article[found.end() :]
