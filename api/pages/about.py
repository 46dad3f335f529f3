"""How the index works: every number on this page is the code's own."""

from fastapi import APIRouter, Request, Response

from api.pages.rendering import page
from api.services import Given
from yzindex.asking_again import Allowance
from yzindex.dimensions import MAIN_WEIGHTS, Dimension
from yzindex.drift.advice import advise
from yzindex.drift.ledger import FALSE_ALARMS_PER_MODEL_YEAR, LONG, SOON
from yzindex.drift.rules import ANALYSIS_VERSION, Rules
from yzindex.drift.watching import FALL_POINTS
from yzindex.drift.words import MEANINGS, Word
from yzindex.grading.grade import GRADER_VERSION
from yzindex.records.board_view import FEWEST
from yzindex.records.board_view import WINDOW as BOARD_WINDOW
from yzindex.scoring import FORMULA_VERSION, INTEGRITY_CAP
from yzindex.scoring.formulas import PASS_FROM, WARN_FROM
from yzindex.scoring.spread import WARN_BELOW, WINDOW

router = APIRouter(include_in_schema=False)


@router.get("/about")
def get_about(request: Request, services: Given) -> Response:
    """Show formulas and definitions."""
    allowance: Allowance = services.allowance
    return page(
        request,
        "about.html",
        {
            "all_dimensions": tuple(Dimension),
            "weights": MAIN_WEIGHTS,
            "cap": INTEGRITY_CAP,
            "pass_from": PASS_FROM,
            "warn_from": WARN_FROM,
            "warn_below": WARN_BELOW,
            "window": WINDOW,
            "board_window": BOARD_WINDOW,
            "fewest": FEWEST,
            "words": [(word, MEANINGS[word], advise(word)) for word in Word],
            "rules": Rules(),
            "soon": SOON.days,
            "long": LONG.days,
            "fall_points": FALL_POINTS,
            "false_alarms": FALSE_ALARMS_PER_MODEL_YEAR,
            "allowance": allowance,
            "versions": [("Formula", FORMULA_VERSION), ("Graders", GRADER_VERSION), ("Analysis", ANALYSIS_VERSION)],
        },
    )
