"""The rows of a database, and what follows from them up to one run, by arithmetic of its own."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

from sqlmodel import Session, col, select

from tests.report_checker.figures import average, half_up
from tests.report_checker.patterns import NO_CHANGE, WEIGHT
from yzindex.dimensions import Dimension
from yzindex.drift.words import Word
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

    def named(self, model: str) -> tuple[str, str | None]:
        """A model's name and its mark, as `NAMED` finds them."""
        return (model, " (simulated)" if self.evaluations[model, self.number].simulated else None)

    def boards_order(self) -> list[str]:
        """The models of the run by the mean of their last five main scores."""
        return sorted(self.models, key=lambda each: ((m := self.mean_of_five(each)) is None, -(m or 0), each))

    def has_terms(self, model: str) -> bool:
        verdict = self.verdicts.get((model, self.number))
        return verdict is not None and verdict.compared_run is not None and verdict.change is not None

    def is_drawable(self, model: str) -> bool:
        """Whether what was expected is stored of both runs of a change."""
        before = self.before(model)
        if not self.has_terms(model) or self.verdicts[model, self.number].compared_run != before or before is None:
            return False
        found = (self.verdicts.get((model, run)) for run in (self.number, before))
        return all(each is not None and each.common is not None for each in found)

    def calls_of(self, model: str) -> list[StoredCall]:
        return [call for of, call in self.calls if self.of.get(of) == (model, self.number)]

    def cost(self, model: str) -> Fraction:
        return sum((Fraction(call.cost_usd) for call in self.calls_of(model)), Fraction(0))

    def points_per_usd(self, model: str) -> str | None:
        cost, shown = self.cost(model), self.display(model, self.number)
        return half_up(shown / cost) if cost and shown is not None else None

    def last_raws(self, model: str) -> list[Fraction]:
        return [raw for run in self.last_smoke(model) if (raw := self.raw(model, run)) is not None][-7:]

    def last_labels(self, model: str) -> list[str]:
        return [self.label(model, run) for run in self.last_smoke(model)][-5:]
