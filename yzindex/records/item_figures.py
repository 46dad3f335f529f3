"""Who passes a question: read of all its answers in runs that asked it whatever a model looked like."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select
from sqlmodel import Session, col

from yzindex.records.runs import has_concluded
from yzindex.records.states import IMPARTIAL
from yzindex.records.tables import Answer, Evaluation, Run
from yzindex.scoring import exact

FULL_SCORE = Decimal(100)


def passed_by_models(session: Session, digests: Collection[str], up_to: int) -> Mapping[str, Sequence[Decimal]]:
    """Read of each question which share of its answers each model got right, in runs up to one."""
    rows = (
        select(
            col(Answer.question_digest),
            col(Evaluation.model),
            col(Answer.score),
            func.count(),
        )
        .select_from(Answer)
        .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
        .join(Run, col(Run.number) == col(Answer.run_number))
        .where(
            col(Answer.question_digest).in_(digests),
            col(Answer.score).is_not(None),
            col(Answer.run_number) <= up_to,
            col(Run.kind).in_(IMPARTIAL),
            has_concluded(),
        )
        .group_by(col(Answer.question_digest), col(Evaluation.model), col(Answer.score))
    )
    right: Counter[tuple[str, str]] = Counter()
    answers: Counter[tuple[str, str]] = Counter()
    # Compared here: the rows have a score's own digits, and 100 is there as 100.000000000 as well.
    for digest, model, score, count in session.connection().execute(rows):
        answers[digest, model] += count
        right[digest, model] += count * (score == FULL_SCORE)
    shares: dict[str, list[Decimal]] = defaultdict(list)
    for digest, model in answers:
        shares[digest].append(exact(Fraction(right[digest, model], answers[digest, model])))
    return shares
