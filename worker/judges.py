"""The judge set: puts a rubric to every judge that is independent of the judged model's vendor."""

import structlog

from worker.calls import ask_recorded
from worker.runtime import Runtime
from yzindex.errors import Unavailable
from yzindex.fleet import Model
from yzindex.grading.judging import Judgement, JudgementUnreadable, judge_messages, read_judgement
from yzindex.grading.rubric import Rubric
from yzindex.ports import ModelCall
from yzindex.records.answers import Gradable
from yzindex.records.states import Purpose

log = structlog.get_logger()

_MAX_TOKENS = 4096
#: Calls of one judge until it writes a judgement that can be read.
_READABLE_WITHIN = 3


class NoIndependentJudge(Unavailable):
    """The judge set has no judge of another vendor than the judged model's."""


def judgements(runtime: Runtime, row: Gradable, rubric: Rubric, purpose: Purpose) -> tuple[Judgement, ...]:
    """Have a claimed row's reply judged, once by each independent judge, in the order of the judge set.

    Raises `NoIndependentJudge`, or `ModelUnavailable` or `JudgementUnreadable` when one of them fails: a score by
    fewer judges would not be comparable.
    """
    judges = runtime.fleet.judges_of(row.vendor)
    if not judges:
        raise NoIndependentJudge("no independent judge: add one of another vendor to the models file", final=True)
    return tuple(_judgement(runtime, row, rubric, judge, purpose) for judge in judges)


def _judgement(runtime: Runtime, row: Gradable, rubric: Rubric, judge: Model, purpose: Purpose) -> Judgement:
    call = ModelCall(
        provider=judge.provider,
        model=judge.asked_as,
        messages=judge_messages(rubric, row.question.prompt, row.reply or ""),
        max_tokens=_MAX_TOKENS,
    )
    for _ in range(_READABLE_WITHIN - 1):
        try:
            return _judged_once(runtime, row, rubric, call, purpose)
        except JudgementUnreadable:
            log.warning("judgement unreadable", answer=row.answer_id, judge=judge.slug)
    return _judged_once(runtime, row, rubric, call, purpose)


def _judged_once(runtime: Runtime, row: Gradable, rubric: Rubric, call: ModelCall, purpose: Purpose) -> Judgement:
    text = ask_recorded(runtime, call, row.answer_id, purpose).text
    return read_judgement(rubric, text, row.reply or "")
