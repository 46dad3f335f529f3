"""The judge set: puts a rubric to every judge that is independent of the judged model's vendor."""

import structlog

from worker.calls import ask_recorded
from worker.runtime import Runtime
from yzindex.errors import Unavailable
from yzindex.fleet import Model
from yzindex.grading.judging import Judgement, JudgementUnreadable, judge_messages, read_judgement
from yzindex.grading.rubric import Rubric
from yzindex.ports import ModelCall
from yzindex.records.answers import Claim
from yzindex.records.states import Purpose

log = structlog.get_logger()

_MAX_TOKENS = 4096
#: Calls of one judge until it writes a judgement that can be read.
_READABLE_WITHIN = 3


class NoIndependentJudge(Unavailable):
    """The judge set has no judge of another vendor than the judged model's."""


def judgements(runtime: Runtime, claim: Claim, rubric: Rubric) -> tuple[Judgement, ...]:
    """Have a claimed reply judged, once by each independent judge, in the order of the judge set.

    Raises `NoIndependentJudge`, or `ModelUnavailable` or `JudgementUnreadable` when one of them fails: a score by
    fewer judges would not be comparable.
    """
    judges = runtime.fleet.judges_of(claim.vendor)
    if not judges:
        raise NoIndependentJudge("no independent judge: add one of another vendor to the models file", final=True)
    return tuple(_judgement(runtime, claim, rubric, judge) for judge in judges)


def _judgement(runtime: Runtime, claim: Claim, rubric: Rubric, judge: Model) -> Judgement:
    call = ModelCall(
        provider=judge.provider,
        model=judge.asked_as,
        messages=judge_messages(rubric, claim.question.prompt, claim.reply or ""),
        max_tokens=_MAX_TOKENS,
    )
    for _ in range(_READABLE_WITHIN - 1):
        try:
            return _judged_once(runtime, claim, rubric, call)
        except JudgementUnreadable:
            log.warning("judgement unreadable", answer=claim.answer_id, judge=judge.slug)
    return _judged_once(runtime, claim, rubric, call)


def _judged_once(runtime: Runtime, claim: Claim, rubric: Rubric, call: ModelCall) -> Judgement:
    text = ask_recorded(runtime, call, claim.answer_id, Purpose.JUDGE).text
    return read_judgement(rubric, text, claim.reply or "")
