"""What is read of runs: their heads, their progress, and per model the result beside the previous one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func
from sqlmodel import Session, col, select

from yzindex.dimensions import Dimension
from yzindex.records.database import Database
from yzindex.records.runs import Versions, find_run, has_concluded
from yzindex.records.states import IMPARTIAL, AnswerState, RunKind, RunStatus
from yzindex.records.tables import Answer, Evaluation, Run, StoredScore
from yzindex.scoring import DimensionScore


@dataclass(frozen=True, kw_only=True)
class RunHead:
    """A run without what hangs below it."""

    number: int
    kind: RunKind
    status: RunStatus
    seed: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    versions: Versions
    models: tuple[str, ...]
    #: Whether any of its models is simulated.
    simulated: bool


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many questions were put, have a reply, have a grade, and stayed without one."""

    asked: int
    answered: int
    graded: int
    unscored: int

    @property
    def ended(self) -> int:
        return self.graded + self.unscored

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(
            asked=self.asked + other.asked,
            answered=self.answered + other.answered,
            graded=self.graded + other.graded,
            unscored=self.unscored + other.unscored,
        )


NO_PROGRESS = Progress(asked=0, answered=0, graded=0, unscored=0)


@dataclass(frozen=True, kw_only=True)
class UnscoredQuestion:
    """A question that is missing from its scores, and why."""

    answer_id: int
    question_id: str
    dimension: Dimension
    reason: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a closed evaluation says; the core scores are None where a main dimension has no scored answer."""

    run_number: int
    core_raw: Decimal | None
    core_display: Decimal | None
    label: str | None
    recommendation: str | None
    scored: int
    asked: int
    cost_usd: Decimal
    dimensions: Mapping[Dimension, DimensionScore]

    @property
    def capped(self) -> bool:
        return None not in (self.core_raw, self.core_display) and self.core_raw != self.core_display


@dataclass(frozen=True, kw_only=True)
class Change:
    """A result minus the model's previous one, exact; None where one of the two has no score."""

    since_run: int
    core_raw: Decimal | None
    core_display: Decimal | None
    dimensions: Mapping[Dimension, Decimal | None]
    #: What else changed between the two runs: names of `Versions` fields whose change moves scores by itself.
    versions_changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EvaluationView:
    """One model in a run. `result` is None until its last question has ended for the first time."""

    model: str
    provider: str
    vendor: str
    model_asked: str
    models_returned: tuple[str, ...]
    simulated: bool
    progress: Progress
    unscored: tuple[UnscoredQuestion, ...]
    result: Result | None
    change: Change | None


@dataclass(frozen=True, kw_only=True)
class DrawnQuestion:
    """A question of the draw, by name only."""

    question_id: str
    digest: str
    dimension: Dimension
    tier: str


@dataclass(frozen=True, kw_only=True)
class RunView:
    """A run with its draw and its models, in the order in which they were ordered."""

    head: RunHead
    questions: tuple[DrawnQuestion, ...]
    evaluations: tuple[EvaluationView, ...]

    @property
    def progress(self) -> Progress:
        return sum((evaluation.progress for evaluation in self.evaluations), NO_PROGRESS)


def run_view(database: Database, number: int) -> RunView:
    """Read a run; raise `UnknownRun`."""
    with database.read() as session:
        run = find_run(session, number)
        evaluations = list(
            session.exec(select(Evaluation).where(Evaluation.run_number == number).order_by(col(Evaluation.id)))
        )
        return RunView(
            head=_head(run, evaluations),
            questions=_questions(session, evaluations[:1]),
            evaluations=_evaluation_views(session, run, evaluations),
        )


def run_heads(database: Database, *, before: int | None, limit: int) -> list[RunHead]:
    """Read runs from the newest on, or from the one before the run `before`."""
    runs = select(Run).order_by(col(Run.number).desc()).limit(limit)
    if before is not None:
        runs = runs.where(col(Run.number) < before)
    with database.read() as session:
        found = list(session.exec(runs))
        numbers = [run.number for run in found]
        rows = session.exec(
            select(Evaluation).where(col(Evaluation.run_number).in_(numbers)).order_by(col(Evaluation.id))
        )
        below: dict[int | None, list[Evaluation]] = {number: [] for number in numbers}
        for evaluation in rows:
            below[evaluation.run_number].append(evaluation)
        return [_head(run, below[run.number]) for run in found]


def check_run(database: Database, number: int) -> None:
    """Raise `UnknownRun` if there is no such run."""
    with database.read() as session:
        find_run(session, number)


def result_of(session: Session, evaluation: Evaluation) -> Result | None:
    """Read an evaluation's result; None until it was closed once."""
    return next(iter(results_of(session, [evaluation]).values()), None)


def results_of(session: Session, evaluations: Collection[Evaluation]) -> dict[int, Result]:
    """Read the results of evaluations by their ids; one that was never closed is left out."""
    closed = {each.id: each for each in evaluations if each.closed_at is not None or each.reopened}
    dimensions: dict[int, dict[Dimension, DimensionScore]] = {id_: {} for id_ in closed if id_ is not None}
    for row in session.exec(select(StoredScore).where(col(StoredScore.evaluation_id).in_(closed))):
        own = DimensionScore(score=row.score, scored=row.scored, asked=row.asked)
        dimensions[row.evaluation_id][row.dimension] = own
    return {id_: _result(closed[id_], own) for id_, own in dimensions.items()}


def _result(evaluation: Evaluation, dimensions: Mapping[Dimension, DimensionScore]) -> Result:
    return Result(
        run_number=evaluation.run_number,
        core_raw=evaluation.core_raw,
        core_display=evaluation.core_display,
        label=evaluation.label,
        recommendation=evaluation.recommendation,
        scored=evaluation.scored,
        asked=evaluation.asked,
        cost_usd=evaluation.cost_usd,
        dimensions=dimensions,
    )


def changes_of(session: Session, run: Run, results: Mapping[str, Result]) -> dict[str, Change]:
    """Compare results, by model, with the model's previous concluded run of the same kind; without one, it is left out.

    All are left out where the kind does not ask every time alike: two confirmations have nothing in common.
    """
    if run.kind not in IMPARTIAL:
        return {}
    newest = (
        select(func.max(Evaluation.id))
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .where(
            col(Evaluation.model).in_(results),
            Run.kind == run.kind,
            has_concluded(),
            col(Run.number) < run.number,
        )
        .group_by(col(Evaluation.model))
    )
    rows = select(Evaluation, Run).join(Run, col(Run.number) == col(Evaluation.run_number))
    found = session.exec(rows.where(col(Evaluation.id).in_(newest))).all()
    earlier = results_of(session, [evaluation for evaluation, _ in found])
    return {
        evaluation.model: change_between((before, earlier[evaluation.id]), (run, results[evaluation.model]))
        for evaluation, before in found
        if evaluation.id in earlier
    }


def change_between(before: tuple[Run, Result], now: tuple[Run, Result]) -> Change:
    """Subtract a model's result in one run from that in a later one."""
    (earlier_run, earlier), (run, result) = before, now
    return Change(
        since_run=earlier.run_number,
        core_raw=_difference(result.core_raw, earlier.core_raw),
        core_display=_difference(result.core_display, earlier.core_display),
        dimensions={
            dimension: _difference(score.score, earlier.dimensions[dimension].score)
            for dimension, score in result.dimensions.items()
            if dimension in earlier.dimensions
        },
        versions_changed=versions_changed_between(earlier_run, run),
    )


def evaluation_of(session: Session, number: int, model: str) -> Evaluation | None:
    return session.exec(select(Evaluation).where(Evaluation.run_number == number, Evaluation.model == model)).first()


def unscored_of(session: Session, evaluation_ids: Collection[int | None]) -> dict[int, list[UnscoredQuestion]]:
    """Read the unscored questions of evaluations, in the order of the draw."""
    rows = session.exec(
        select(Answer)
        .where(col(Answer.evaluation_id).in_(evaluation_ids), Answer.state == AnswerState.UNSCORED)
        .order_by(col(Answer.position))
    )
    found: dict[int, list[UnscoredQuestion]] = {}
    for row in rows:
        found.setdefault(row.evaluation_id, []).append(_unscored(row))
    return found


def run_head(session: Session, run: Run) -> RunHead:
    """Read the head of a run."""
    rows = session.exec(select(Evaluation).where(Evaluation.run_number == run.number).order_by(col(Evaluation.id)))
    return _head(run, rows.all())


def _head(run: Run, evaluations: Collection[Evaluation]) -> RunHead:
    assert run.number is not None
    return RunHead(
        number=run.number,
        kind=run.kind,
        status=run.status,
        seed=run.seed,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        versions=versions_of(run),
        models=tuple(evaluation.model for evaluation in evaluations),
        simulated=any(evaluation.simulated for evaluation in evaluations),
    )


def versions_of(run: Run) -> Versions:
    return Versions(
        bank=run.bank_version,
        bank_digest=run.bank_digest,
        grader=run.grader_version,
        judge_set=run.judge_set_version,
        formula=run.formula_version,
        software=run.software_version,
    )


def _questions(session: Session, evaluations: Collection[Evaluation]) -> tuple[DrawnQuestion, ...]:
    """Read the draw off one evaluation: it is the same for all."""
    rows = session.exec(
        select(Answer)
        .where(col(Answer.evaluation_id).in_([evaluation.id for evaluation in evaluations]))
        .order_by(col(Answer.position))
    )
    return tuple(
        DrawnQuestion(question_id=row.question_id, digest=row.question_digest, dimension=row.dimension, tier=row.tier)
        for row in rows
    )


def _evaluation_views(session: Session, run: Run, evaluations: list[Evaluation]) -> tuple[EvaluationView, ...]:
    ids = [evaluation.id for evaluation in evaluations]
    progress, returned, unscored = progress_of(session, ids), _returned(session, ids), unscored_of(session, ids)
    results = results_of(session, evaluations)
    by_model = {each.model: results[each.id] for each in evaluations if each.id in results}
    changes = changes_of(session, run, by_model)
    return tuple(
        EvaluationView(
            model=evaluation.model,
            provider=evaluation.provider,
            vendor=evaluation.vendor,
            model_asked=evaluation.model_asked,
            models_returned=tuple(returned.get(evaluation.id, ())),
            simulated=evaluation.simulated,
            progress=progress.get(evaluation.id, NO_PROGRESS),
            unscored=tuple(unscored.get(evaluation.id or 0, ())),
            result=by_model.get(evaluation.model),
            change=changes.get(evaluation.model),
        )
        for evaluation in evaluations
    )


def progress_of(session: Session, evaluation_ids: Collection[int | None]) -> dict[int | None, Progress]:
    """Count the questions of evaluations, by the evaluation's id."""
    rows = session.exec(
        select(Answer.evaluation_id, Answer.state, func.count(), func.count(col(Answer.reply)))
        .where(col(Answer.evaluation_id).in_(evaluation_ids))
        .group_by(col(Answer.evaluation_id), col(Answer.state))
    )
    found: dict[int | None, Progress] = {}
    for evaluation_id, state, asked, answered in rows:
        counted = Progress(
            asked=asked,
            answered=answered,
            graded=asked if state is AnswerState.GRADED else 0,
            unscored=asked if state is AnswerState.UNSCORED else 0,
        )
        found[evaluation_id] = found.get(evaluation_id, NO_PROGRESS) + counted
    return found


def _returned(session: Session, evaluation_ids: Collection[int | None]) -> dict[int | None, list[str]]:
    rows = session.exec(
        select(Answer.evaluation_id, Answer.model_returned)
        .where(col(Answer.evaluation_id).in_(evaluation_ids), col(Answer.model_returned).is_not(None))
        .distinct()
        .order_by(col(Answer.model_returned))
    )
    found: dict[int | None, list[str]] = {}
    for evaluation_id, name in rows:
        found.setdefault(evaluation_id, []).append(name or "")
    return found


def _unscored(row: Answer) -> UnscoredQuestion:
    return UnscoredQuestion(
        answer_id=row.id or 0, question_id=row.question_id, dimension=row.dimension, reason=row.reason or ""
    )


def _difference(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if now is None or before is None else now - before


def versions_changed_between(before: Run, now: Run) -> tuple[str, ...]:
    pairs = {
        "bank": (before.bank_digest, now.bank_digest),
        "grader": (before.grader_version, now.grader_version),
        "judge_set": (before.judge_set_version, now.judge_set_version),
        "formula": (before.formula_version, now.formula_version),
    }
    return tuple(name for name, (old, new) in pairs.items() if old != new)
