"""The table of what was drawn, in this run and the one before, with how many models pass each question."""

from collections.abc import Iterable

from yzindex.report.blocks import Block, Paragraph, Table, Words, heading, paragraph
from yzindex.report.counting import counted, sentence_of
from yzindex.report.facts import ModelFacts, QuestionFacts, SideFacts
from yzindex.report.figures import percent, tenths
from yzindex.report.naming import named_question
from yzindex.report.sources import in_the_raw_data

#: Of a run that asks the whole bank, a table of all questions would not be read.
_MOST = 20


def drawn(model: ModelFacts, *, with_scores: bool) -> tuple[Block, ...]:
    """Show both draws, with the model's scores or without any; nothing where nothing was drawn."""
    sides = [side for side in (model.was, model.now) if side is not None]
    rows = [_row(side, question, with_scores) for side in sides for question in side.questions[:_MOST]]
    if not rows:
        return ()
    headings = ("Run", "Question", "Dimension", "Half", "Passed", *["Score"] * with_scores)
    title = heading(2, "What was drawn")
    return (title, _EXPLAINED, Table(headings=headings, rows=tuple(rows)), *_more(sides))


_EXPLAINED = paragraph("Passed is a full score: how often, by all answers so far, each model counting alike.")


def _more(sides: Iterable[SideFacts]) -> Iterable[Paragraph]:
    for side in sides:
        if len(side.questions) > _MOST:
            more = sentence_of(f"{counted(len(side.questions) - _MOST, 'more question')} of Run #{side.run_number}")
            yield paragraph(*in_the_raw_data(more, side.run_number))


def _row(side: SideFacts, question: QuestionFacts, with_scores: bool) -> tuple[Words, ...]:
    passed = "not known"
    if question.passed_by is not None:
        passed = f"{percent(question.passed_by)} ({question.models} model{'' if question.models == 1 else 's'})"
    cells: list[Words] = [
        (f"Run #{side.run_number}",),
        (named_question(question.question_id),),
        (question.dimension.shown_as,),
        (question.tier,),
        (passed,),
    ]
    if with_scores:
        cells.append(("unscored" if question.score is None else tenths(question.score),))
    return tuple(cells)
