"""`yz grade`: grade stored replies without asking a model."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, NoReturn

import typer

from api.cli.exits import ExitCode
from api.cli.output import AsJson, emit

if TYPE_CHECKING:
    from api.shapes.graded import GradedReplyBody
    from yzindex.bank.question import Question
    from yzindex.bank.stored_replies import StoredReply
    from yzindex.grading.rubric import Rubric
    from yzindex.ports import CodeRunner
    from yzindex.settings import Settings

_UNSCORED = "unscored"


class _Graded(NamedTuple):
    """A reply's grade, and whether it has none because something of ours is down."""

    body: "GradedReplyBody"
    is_down: bool


def grade(
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS.jsonl", exists=True, dir_okay=False, help="Questions, one a line.")
    ],
    answers: Annotated[
        Path,
        typer.Argument(
            metavar="ANSWERS.jsonl",
            exists=True,
            dir_okay=False,
            help='Replies, one a line: {"question_id": ..., "reply": ...}, and finish_reason if known.',
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Grade stored replies in their order, without asking a model. Either file may be gzipped (.gz).

    Exit status 0, whatever the scores. A question that needs judge models is unscored.

    2: a file has faults; all of them are told, and nothing is graded.

    3: the sandbox could not run the code of a reply, which leaves that reply unscored.
    """
    from yzindex.bank.stored_replies import read_stored
    from yzindex.grading.grade import Verdict
    from yzindex.settings import load_settings

    settings = load_settings()
    replies = read_stored(questions, answers)
    width = max(len(question.id) for question, _ in replies)
    if not as_json:
        typer.echo(_line("question", "score", "verdict", "reason", width=width))
    passed = unscored = down = 0
    for graded in _grades(replies, settings):
        passed += graded.body.verdict == Verdict.PASSED
        unscored += graded.body.score is None
        down += graded.is_down
        emit(graded.body) if as_json else typer.echo(_row(graded.body, width=width))
    if not as_json:
        typer.echo(f"{len(replies)} replies: {passed} passed, {len(replies) - passed - unscored} did not")
        if unscored:
            typer.echo(f"{unscored} unscored, which is not 0")
    raise typer.Exit(ExitCode.OURS_IS_DOWN if down else ExitCode.DONE)


def _grades(replies: "Sequence[tuple[Question, StoredReply]]", settings: "Settings") -> Iterator[_Graded]:
    from contextlib import closing

    from worker.sandboxing import SandboxRunner
    from yzindex.parallel import in_order

    with closing(SandboxRunner(settings)) as runner:
        yield from in_order(partial(_graded, runner), replies, at_once=settings.sandbox_concurrency)


def _graded(runner: "CodeRunner", given: "tuple[Question, StoredReply]") -> _Graded:
    from api.shapes.graded import GradedReplyBody
    from yzindex.errors import CodeRunnerUnavailable, Unavailable
    from yzindex.grading.grading import grade_reply
    from yzindex.ports import FinishReason

    question, stored = given
    try:
        found = grade_reply(
            question.grader,
            stored.reply,
            stored.finish_reason or FinishReason.STOP,
            strict=question.strict,
            runner=runner,
            judge=_no_judges,
        )
    except Unavailable as trouble:
        body = GradedReplyBody(question_id=question.id, score=None, verdict=_UNSCORED, cases=[], reason=trouble.reason)
        return _Graded(body, is_down=isinstance(trouble, CodeRunnerUnavailable))
    return _Graded(GradedReplyBody.model_validate({"question_id": question.id, **asdict(found)}), is_down=False)


def _no_judges(_: "Rubric") -> NoReturn:
    from yzindex.errors import ModelUnavailable

    raise ModelUnavailable("needs judge models", final=True)


def _row(body: "GradedReplyBody", *, width: int) -> str:
    score = "-" if body.score is None else format(body.score.quantize(Decimal("0.01")), "f")
    return _line(body.question_id, score, body.verdict, body.reason, width=width)


def _line(question: str, score: str, verdict: str, reason: str, *, width: int) -> str:
    # A reason may quote the reply, and a reply may hold what moves a terminal's cursor.
    shown = "".join(character if character.isprintable() else " " for character in reason)
    return f"{question:{width}}  {score:>6}  {verdict:14}  {shown}".rstrip()
