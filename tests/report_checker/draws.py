"""What was drawn: a table of it, and what the table leaves out."""

from __future__ import annotations

import re

from tests.report_checker.figures import spelled
from tests.report_checker.patterns import SPELLED
from tests.report_checker.rules import Expected, Reading, Rules, same

RULES = Rules()
MOST = 20


@RULES.says(rf"{SPELLED} more questions? of Run #(\d+) are in the \[raw data of Run #(\d+)\]\((\S+)\)\.")
def _left_out(read: Reading, model: str, m: re.Match[str]) -> Expected:
    run = int(m[2])
    read.left_out[run] = len(_asked(read, run)) - MOST
    return (spelled(read.left_out[run]).capitalize(), m[2], m[2], f"/v1/runs/{m[2]}/raw")


def check_draws(read: Reading) -> None:
    """The table has each question of a draw, or the first twenty and a sentence on the others."""
    for run, questions in read.drawn.items():
        asked = _asked(read, run)
        same(questions, asked[:MOST], f"draw of Run #{run}")
        same(
            (str(read.left_out.get(run, 0)),), (str(max(0, len(asked) - MOST)),), f"left out of the draw of Run #{run}"
        )


def _asked(read: Reading, run: int) -> list[str]:
    model = next(each for each in [read.article_of, *read.rows.models] if (each, run) in read.rows.answers)
    return [each.question_id for each in read.rows.answers[model or "", run]]
