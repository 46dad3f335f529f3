"""Files what the analysis wants asked: confirmation runs, each once, within what asking again may cost."""

from datetime import date

import numpy as np
import structlog
from sqlmodel import Session

from worker.runtime import Runtime
from yzindex.asking_again import OverBudget, allowance_of, asking_of, refusal
from yzindex.bank.question import Question
from yzindex.days import beginning_of, today
from yzindex.dimensions import MAIN_WEIGHTS
from yzindex.drift.history import Role
from yzindex.drift.suspicion import Request
from yzindex.fleet import Model
from yzindex.ordering import current_graders, current_versions
from yzindex.records.confirmations import Confirmation, grade_earlier_answers, spent_on, submit_confirmation
from yzindex.records.judging import Judged
from yzindex.records.runs import lock_numbering
from yzindex.records.states import ConfirmationStage

log = structlog.get_logger()

_STAGES = {
    Role.AGAIN: ConfirmationStage.AGAIN,
    Role.FRESH: ConfirmationStage.FRESH,
    Role.CONTROL: ConfirmationStage.CONTROL,
    Role.LEVEL: ConfirmationStage.LEVEL,
}


def file_requests(session: Session, runtime: Runtime, judged: Judged) -> tuple[int, ...]:
    """File the last day's requests, and return the numbers of the runs that were made.

    Nothing is filed for a model while an earlier confirmation of it is being asked: its end brings the analysis back.
    What is over budget waits: the next day's answers bring it up again.
    """
    requests = judged.days[-1].requests if judged.days else ()
    filed = (_file(session, runtime, judged, request) for request in requests)
    return tuple(number for number in filed if number is not None)


def _file(session: Session, runtime: Runtime, judged: Judged, request: Request) -> int | None:
    fleet, zone, names = runtime.fleet, runtime.settings.zone, judged.stored.history.models
    suspect = fleet.model(names[request.suspect])
    asked = tuple(model for place in request.models if (model := fleet.model(names[place])) is not None)
    if suspect is None or not asked:
        log.info("not asked again, no longer in the fleet", model=names[request.suspect])
        return None
    questions = _questions(runtime, judged, request)
    if not questions or not _is_affordable(session, runtime, suspect, asked, questions):
        return None
    confirmation = Confirmation(
        model=suspect,
        others=asked if request.role is Role.CONTROL else (),
        suspicion=f"since {date.fromordinal(request.since)} on {date.fromordinal(request.day)}",
        since=date.fromordinal(request.since),
        stage=_STAGES[request.role],
        round=request.round + 1,
        questions=questions,
        seed=request.day,
    )
    filed = submit_confirmation(session, confirmation, fleet, current_versions(runtime.bank, fleet))
    if not filed.created:
        return None
    if request.role is Role.FRESH:
        grade_earlier_answers(session, confirmation, current_graders(fleet, today(zone)), zone)
    log.info("confirmation filed", run=filed.number, model=suspect.slug, stage=confirmation.stage)
    return filed.number


def _questions(runtime: Runtime, judged: Judged, request: Request) -> list[Question]:
    """Choose among the bank's questions whose difficulty is known, by their wording."""
    place = {name: index for index, name in enumerate(judged.stored.history.questions)}
    askable = {
        place[judged.stored.question_of[question.digest]]: question
        for question in runtime.bank.questions
        if question.dimension in MAIN_WEIGHTS and question.digest in judged.stored.question_of
    }
    chosen = judged.judge.analysis.questions_of(request, np.array(sorted(askable), dtype=np.int64))
    return [askable[index] for index in chosen.tolist()]


def _is_affordable(
    session: Session, runtime: Runtime, suspect: Model, asked: tuple[Model, ...], questions: list[Question]
) -> bool:
    settings = runtime.settings
    # Orders by hand take from the same allowance.
    lock_numbering(session)
    spent = spent_on(session, suspect.slug, beginning_of(today(settings.zone), settings.zone))
    asking = asking_of(suspect, asked, questions, 0, runtime.fleet)
    refused = refusal(asking, spent, allowance_of(settings))
    if isinstance(refused, OverBudget):
        log.warning(
            "asking again waits for the next day's budget",
            model=suspect.slug,
            calls=asking.calls,
            cost_usd=asking.about_usd,
        )
    return refused is None
