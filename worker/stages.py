"""The stages of an answer: ask the model, grade the reply. Each claims its row, works, and writes what it found.

Trouble that is not the model's gives the row back to be tried again, and after a bounded number of times leaves the
question unscored with the reason. It is never a score.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from traceback import extract_tb

import structlog

from worker.calls import ask_recorded
from worker.judges import judgements
from worker.patience import patiently
from worker.runtime import Runtime
from yzindex.bank.prompting import messages
from yzindex.errors import Unavailable
from yzindex.grading.grade import Grade
from yzindex.grading.grading import grade_reply
from yzindex.ports import CodeJob, CodeResult, FinishReason, ModelCall
from yzindex.records.answers import (
    Claim,
    claim_to_ask,
    claim_to_grade,
    give_back,
    keep_late_reply,
    store_grade,
    store_reply,
    store_unscored,
)
from yzindex.records.database import OUTAGES
from yzindex.records.states import Purpose

log = structlog.get_logger()

#: Times a row is given back, or its worker dies, before its question stays unscored.
MOST_GIVEN_BACK = 4
#: Doubles each time.
_FIRST_WAIT_S = 3.0
#: Whatever a provider says: a run must end.
_LONGEST_WAIT_S = 900.0


def ask(runtime: Runtime, answer_id: int) -> None:
    """Ask a row's model and keep the reply, if the row is free."""
    claim = claim_to_ask(runtime.database, answer_id, owner=runtime.owner, lease_s=runtime.settings.lease_s)
    if claim is None:
        return
    with runtime.leases.hold(answer_id), trouble_recorded(runtime, claim):
        _refuse_deadly(claim)
        reply = ask_recorded(runtime, _call(claim), claim.answer_id, Purpose.ASK)
        if not patiently(store_reply, runtime.database, claim, reply):
            patiently(keep_late_reply, runtime.database, claim, reply)


def grade(runtime: Runtime, answer_id: int) -> None:
    """Grade a row's stored reply, if the row is free."""
    claim = claim_to_grade(runtime.database, answer_id, owner=runtime.owner, lease_s=runtime.settings.lease_s)
    if claim is None:
        return
    with runtime.leases.hold(answer_id), trouble_recorded(runtime, claim):
        _refuse_deadly(claim)
        found, ran_in = _graded(runtime, claim)
        patiently(store_grade, runtime.database, claim, found, ran_in=ran_in)


@contextmanager
def trouble_recorded(runtime: Runtime, claim: Claim) -> Iterator[None]:
    """Turn trouble that is not the model's into a row's state; only a long outage of the database passes through."""
    try:
        yield
    except Unavailable as trouble:
        _try_later(runtime, claim, trouble)
    except OUTAGES:
        raise
    except Exception as error:  # noqa: BLE001  a header job never raises: an error is a stored row
        # Its message and its locals may hold prompts and replies; where it happened does not.
        places = [f"{frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-5:]]
        log.error("internal error", answer=claim.answer_id, error=type(error).__name__, at=" > ".join(places))  # noqa: TRY400
        _try_later(runtime, claim, Unavailable(f"internal error: {type(error).__name__}"))


def _refuse_deadly(claim: Claim) -> None:
    """End a row that took its workers with it: it would go on doing so."""
    if claim.given_back > MOST_GIVEN_BACK:
        raise Unavailable(f"tried {claim.given_back} times, and its worker died the last time", final=True)


def _call(claim: Claim) -> ModelCall:
    return ModelCall(
        provider=claim.provider,
        model=claim.model_asked,
        messages=messages(claim.question),
        max_tokens=claim.question.max_tokens,
    )


def _graded(runtime: Runtime, claim: Claim) -> tuple[Grade, str | None]:
    """Grade a claimed reply; say also which container ran its code."""
    runner = _Noting(runtime)
    found = grade_reply(
        claim.question.grader,
        claim.reply or "",
        claim.finish_reason or FinishReason.STOP,
        strict=claim.question.strict,
        runner=runner,
        judge=lambda rubric: judgements(runtime, claim, rubric),
    )
    return found, runner.ran_in


def _try_later(runtime: Runtime, claim: Claim, trouble: Unavailable) -> None:
    """Give a row back, or end it unscored when it was tried often enough or another try cannot help."""
    if trouble.final or claim.given_back >= MOST_GIVEN_BACK:
        if patiently(store_unscored, runtime.database, claim, trouble.reason):
            log.warning("question unscored", answer=claim.answer_id, run=claim.run_number, reason=trouble.reason)
        return
    wait_s = trouble.retry_after_s if trouble.retry_after_s is not None else _FIRST_WAIT_S * 2**claim.given_back
    wait_s = min(wait_s, _LONGEST_WAIT_S)
    if patiently(give_back, runtime.database, claim, wait_s=wait_s, reason=trouble.reason):
        log.info("row given back", answer=claim.answer_id, run=claim.run_number, wait_s=wait_s, reason=trouble.reason)


class _Noting:
    """A code runner that remembers where the last job ran."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.ran_in: str | None = None

    def run(self, job: CodeJob) -> CodeResult:
        result = self._runtime.code_runner.run(job)
        self.ran_in = f"{result.engine} {result.where}"
        return result
