"""Figures of questions, a wording each: how often it was asked, what was scored, and which models pass it.

They rest on concluded runs that asked it whatever a model looked like. Two wordings of a question are two questions.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select
from sqlmodel import Session, col

from yzindex.grading.grade import FULL_SCORE
from yzindex.records.runs import has_concluded
from yzindex.records.states import IMPARTIAL
from yzindex.records.tables import Answer, Evaluation, Run
from yzindex.scoring import exact, mean

#: With fewer models, one score for all says little of a question.
FEW_MODELS = 5


@dataclass(frozen=True, kw_only=True)
class ItemFigures:
    """Figures of one wording; those of scores are None where no answer was scored."""

    #: Runs that asked it, and the last of them.
    runs: int
    last_run: int
    #: Answers; what is not scored among them was unscored, or is being asked again.
    asked: int
    scored: int
    #: Of all scored answers.
    mean: Decimal | None
    #: Share of models (0 to 1) that give it a full score, each by all its answers.
    passed_by: Decimal | None
    #: Models with a scored answer, and how many of these are simulated.
    models: int
    simulated: int
    #: The score that all of them have; None where they differ.
    only_score: Decimal | None

    @property
    def tells_nobody_apart(self) -> bool:
        return self.models >= FEW_MODELS and self.only_score is not None


def figures_of(
    answers: Iterable[tuple[str, Decimal | None, int]], *, runs: Collection[int], simulated: Collection[str]
) -> ItemFigures:
    """Count answers, each given as model, score and how many there are of them, in at least one run."""
    given = list(answers)
    scored = [(model, score, count) for model, score, count in given if score is not None]
    total = sum(count for *_, count in scored)
    shares = shares_of(scored)
    scores: Counter[Decimal] = Counter()
    for _, score, count in scored:
        scores[score] += count
    return ItemFigures(
        runs=len(runs),
        last_run=max(runs),
        asked=sum(count for *_, count in given),
        scored=total,
        mean=exact(sum((Fraction(score) * count for score, count in scores.items()), Fraction()) / total)
        if total
        else None,
        passed_by=mean(shares.values()),
        models=len(shares),
        simulated=sum(model in simulated for model in shares),
        only_score=next(iter(scores)) if len(scores) == 1 else None,
    )


def shares_of(scored: Iterable[tuple[str, Decimal, int]]) -> dict[str, Decimal]:
    """Give the share of its answers that each model got right."""
    right: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    for model, score, count in scored:
        answers[model] += count
        right[model] += count * (score == FULL_SCORE)
    return {model: exact(Fraction(right[model], answers[model])) for model in answers}


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
    # Compared here: the rows have a score's own digits, and 100 is there as 100.000000000 as well.
    scored: dict[str, list[tuple[str, Decimal, int]]] = defaultdict(list)
    for digest, model, score, count in session.connection().execute(rows):
        if score is not None:
            scored[digest].append((model, score, count))
    return {digest: tuple(shares_of(own).values()) for digest, own in scored.items()}
