"""Values that many bodies share: exact scores with their shown form, coverage, UTC times."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, overload

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from yzindex.dimensions import Dimension, Role
from yzindex.scoring import rounded


class Body(BaseModel):
    """Frozen; a field that a newer server adds is ignored by an older client."""

    model_config = ConfigDict(frozen=True)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


#: ISO 8601 in UTC, such as 2026-11-23T03:00:00.000Z.
Moment = Annotated[datetime, PlainSerializer(_iso, return_type=str)]
#: A decimal as its own digits, in a string: a JSON number would become a binary float.
Exact = Annotated[Decimal, PlainSerializer(lambda value: format(value, "f"), return_type=str)]


class Score(Body):
    """A score from 0 to 100 or a difference of two: calculate with `exact`, show `shown`."""

    exact: Exact = Field(description="The stored value, every digit of it.", examples=["79.861000000"])
    shown: str = Field(description="Rounded half up: dimension scores to 0.1, all others to 0.01.", examples=["79.86"])


@overload
def score(value: Decimal, places: int = 2) -> Score: ...
@overload
def score(value: Decimal | None, places: int = 2) -> Score | None: ...
def score(value: Decimal | None, places: int = 2) -> Score | None:
    """Give a score to show; None stays None, and is never zero."""
    # Adding zero turns a rounded "-0.00" into "0.00".
    return None if value is None else Score(exact=value, shown=format(rounded(value, places) + 0, "f"))


class Coverage(Body):
    """How many questions a score rests on, of how many that were put. An unscored question is missing, not zero."""

    scored: int
    asked: int


class DimensionBody(Body):
    """A dimension's score: the mean of its scored questions, null if there are none."""

    shown_as: str
    role: Role
    ai_assisted: bool = Field(description="Whether judge models had a part in it.")
    score: Score | None
    coverage: Coverage


#: Keyed by the dimension's code name.
Dimensions = dict[Dimension, DimensionBody]
