"""A stored reply's grade."""

from pydantic import Field

from api.shapes.raw import CaseBody
from api.shapes.values import Body, Exact


class GradedReplyBody(Body):
    """What grading said of one reply; what was expected of it is withheld."""

    question_id: str
    score: Exact | None = Field(description="0 to 100; null if unscored.")
    verdict: str = Field(description="`passed`, what went wrong, or `unscored`.")
    cases: list[CaseBody]
    reason: str
