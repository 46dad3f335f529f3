"""The stages of an answer: ask the model, grade the reply. Each claims its row, works, and writes what it found.

Trouble that is not the model's gives the row back to be tried again, and after a bounded number of times leaves the
question unscored with the reason. It is never a score.
"""

from functools import partial

import structlog

from worker.calls import ask_recorded
from worker.grading import graded
from worker.patience import patiently
from worker.runtime import Runtime
from worker.trouble import next_try_s, refuse_deadly, trouble_told
from yzindex.bank.prompting import messages
from yzindex.errors import Unavailable
from yzindex.ports import ModelCall
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
from yzindex.records.states import Purpose

log = structlog.get_logger()


def ask(runtime: Runtime, answer_id: int) -> None:
    """Ask a row's model and keep the reply, if the row is free."""
    claim = claim_to_ask(runtime.database, answer_id, owner=runtime.owner, lease_s=runtime.settings.lease_s)
    if claim is None:
        return
    with runtime.leases.hold(answer_id), trouble_told(claim, partial(_try_later, runtime, claim)):
        refuse_deadly(claim)
        reply = ask_recorded(runtime, _call(claim), claim.answer_id, Purpose.ASK)
        if not patiently(store_reply, runtime.database, claim, reply):
            patiently(keep_late_reply, runtime.database, claim, reply)


def grade(runtime: Runtime, answer_id: int) -> None:
    """Grade a row's stored reply, if the row is free."""
    claim = claim_to_grade(runtime.database, answer_id, owner=runtime.owner, lease_s=runtime.settings.lease_s)
    if claim is None:
        return
    with runtime.leases.hold(answer_id), trouble_told(claim, partial(_try_later, runtime, claim)):
        refuse_deadly(claim)
        found, ran_in = graded(runtime, claim, Purpose.JUDGE)
        patiently(store_grade, runtime.database, claim, found, ran_in=ran_in)


def _call(claim: Claim) -> ModelCall:
    return ModelCall(
        provider=claim.provider,
        model=claim.model_asked,
        messages=messages(claim.question),
        max_tokens=claim.question.max_tokens,
    )


def _try_later(runtime: Runtime, claim: Claim, trouble: Unavailable) -> None:
    """Give a row back, or end it unscored when it was tried often enough or another try cannot help."""
    wait_s = next_try_s(claim, trouble)
    if wait_s is None:
        if patiently(store_unscored, runtime.database, claim, trouble.reason):
            log.warning("question unscored", answer=claim.answer_id, run=claim.run_number, reason=trouble.reason)
    elif patiently(give_back, runtime.database, claim, wait_s=wait_s, reason=trouble.reason):
        log.info("row given back", answer=claim.answer_id, run=claim.run_number, wait_s=wait_s, reason=trouble.reason)
