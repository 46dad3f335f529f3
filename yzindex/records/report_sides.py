"""Reads models in a run and in the one before it, for a report: a few queries, however many models there are."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select as columns
from sqlmodel import Session, col, func, select

from yzindex.dimensions import MAIN_WEIGHTS, Dimension
from yzindex.records.compare_view import cost_of
from yzindex.records.item_figures import passed_by_models
from yzindex.records.runs import has_concluded
from yzindex.records.states import IMPARTIAL
from yzindex.records.tables import Answer, Evaluation, Run, StoredScore
from yzindex.report.costs import LONGEST_LOG
from yzindex.report.facts import QuestionFacts, SideFacts
from yzindex.scoring import DimensionScore, mean

_WHOLE = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A question put to a model, as its row has it; the reply is not read."""

    digest: str
    question_id: str
    dimension: Dimension
    tier: str
    score: Decimal | None
    verdict: str | None
    #: Why it is unscored or short of a full score, as much of it as is told and one character more.
    reason: str | None
    cases: Sequence[Mapping[str, object]] | None
    returned: str | None


@dataclass(frozen=True, kw_only=True)
class _Passed:
    """Mean share of a model's answers that are right, and how many models that rests on."""

    share: Decimal | None
    models: int


_BY_NONE = _Passed(share=None, models=0)


def previous_of(session: Session, run: Run, models: Collection[str]) -> dict[str, tuple[Evaluation, Run]]:
    """Find each model's previous concluded run of the same kind; none where the kind asks no two runs alike."""
    if run.kind not in IMPARTIAL:
        return {}
    earlier = (Run.kind == run.kind, has_concluded(), col(Run.number) < (run.number or 0))
    newest = session.exec(select(func.max(Run.number)).where(*earlier)).one()
    found = _in_runs(session, {newest}, models)
    # Of a model that was not asked there, all earlier runs are looked at.
    missing = set(models) - set(found)
    if newest is None or not missing:
        return found
    last = (
        select(func.max(Evaluation.run_number))
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .where(col(Evaluation.model).in_(missing), *earlier)
        .group_by(col(Evaluation.model))
    )
    numbers = session.exec(last).all()
    return found | _in_runs(session, numbers, missing)


def _in_runs(
    session: Session, numbers: Collection[int | None], models: Collection[str]
) -> dict[str, tuple[Evaluation, Run]]:
    """Read evaluations of models in runs; of several of one model, the newest."""
    rows = (
        select(Evaluation, Run)
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .where(col(Run.number).in_(numbers), col(Evaluation.model).in_(models))
        .order_by(col(Run.number))
    )
    return {evaluation.model: (evaluation, earlier) for evaluation, earlier in session.exec(rows)}


def sides_of(session: Session, evaluations: Collection[Evaluation], *, up_to: int) -> dict[int | None, SideFacts]:
    """Read evaluations with their questions; who passes these is counted in runs up to one."""
    ids = [evaluation.id for evaluation in evaluations]
    scores, asked = _scores(session, ids), _asked(session, ids)
    digests = {each.digest for own in asked.values() for each in own}
    passes = {digest: _passed(shares) for digest, shares in passed_by_models(session, digests, up_to).items()}
    return {
        evaluation.id: SideFacts(
            run_number=evaluation.run_number,
            core_raw=evaluation.core_raw,
            core_display=evaluation.core_display,
            label=evaluation.label,
            dimensions=scores.get(evaluation.id, {}),
            questions=_questions(asked.get(evaluation.id, []), passes),
            returned=tuple(sorted({each.returned for each in asked.get(evaluation.id, []) if each.returned})),
        )
        for evaluation in evaluations
    }


def _scores(session: Session, ids: Collection[int | None]) -> dict[int | None, dict[Dimension, DimensionScore]]:
    found: dict[int | None, dict[Dimension, DimensionScore]] = defaultdict(dict)
    for row in session.exec(select(StoredScore).where(col(StoredScore.evaluation_id).in_(ids))):
        found[row.evaluation_id][row.dimension] = DimensionScore(score=row.score, scored=row.scored, asked=row.asked)
    return found


def _asked(session: Session, ids: Collection[int | None]) -> dict[int | None, list[_Asked]]:
    rows = (
        columns(
            col(Answer.evaluation_id),
            col(Answer.question_digest),
            col(Answer.question_id),
            col(Answer.dimension),
            col(Answer.tier),
            col(Answer.score),
            col(Answer.verdict),
            func.substr(col(Answer.reason), 1, LONGEST_LOG + 1),
            col(Answer.cases),
            col(Answer.model_returned),
        )
        .where(col(Answer.evaluation_id).in_(ids))
        .order_by(col(Answer.position))
    )
    found: dict[int | None, list[_Asked]] = defaultdict(list)
    for of, digest, question, dimension, tier, score, verdict, reason, cases, returned in session.connection().execute(
        rows
    ):
        found[of].append(
            _Asked(
                digest=digest,
                question_id=question,
                dimension=dimension,
                tier=tier,
                score=score,
                verdict=verdict,
                reason=reason,
                cases=cases,
                returned=returned,
            )
        )
    return found


def _questions(asked: Sequence[_Asked], passes: Mapping[str, _Passed]) -> tuple[QuestionFacts, ...]:
    scored = Counter(each.dimension for each in asked if each.score is not None)
    return tuple(_question(each, scored[each.dimension], passes.get(each.digest, _BY_NONE)) for each in asked)


def _question(asked: _Asked, scored: int, passed: _Passed) -> QuestionFacts:
    cost = main_cost = None
    if asked.score is not None:
        cost = cost_of(asked.score, scored, _WHOLE)
        main_cost = cost_of(asked.score, scored, MAIN_WEIGHTS.get(asked.dimension, Decimal(0)))
    cases = asked.cases or ()
    return QuestionFacts(
        question_id=asked.question_id,
        dimension=asked.dimension,
        tier=asked.tier,
        score=asked.score,
        reason=_told(asked.reason or ""),
        cost=cost,
        main_cost=main_cost,
        verdict=asked.verdict,
        cases_passed=sum(bool(each["passed"]) for each in cases),
        cases=len(cases),
        passed_by=passed.share,
        models=passed.models,
    )


def _told(reason: str) -> str:
    return reason if len(reason) <= LONGEST_LOG else f"{reason[:LONGEST_LOG]}…"


def _passed(shares: Sequence[Decimal]) -> _Passed:
    return _Passed(share=mean(shares), models=len(shares))
