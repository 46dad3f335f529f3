"""The table of what was drawn, in this run and the one before, with how many models pass each question."""

from yzindex.report.blocks import Table, Words
from yzindex.report.facts import ModelFacts, QuestionFacts, SideFacts
from yzindex.report.figures import percent, tenths
from yzindex.report.naming import named_question

#: Of a run that asks the whole bank, a table would not be read.
MOST_DRAWN = 20


def draw_table(model: ModelFacts, *, with_scores: bool) -> Table | None:
    """Show both draws, with the model's scores or without any; None where there is nothing to show in a table."""
    sides = [side for side in (model.was, model.now) if side is not None and len(side.questions) <= MOST_DRAWN]
    rows = [_row(side, question, with_scores) for side in sides for question in side.questions]
    headings = ("Run", "Question", "Dimension", "Half", "Models pass it", *["Score"] * with_scores)
    return Table(headings=headings, rows=tuple(rows)) if rows else None


def _row(side: SideFacts, question: QuestionFacts, with_scores: bool) -> tuple[Words, ...]:
    passed = "not known"
    if question.passed_by is not None:
        passed = f"{percent(question.passed_by)} of {question.models}"
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
