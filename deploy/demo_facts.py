"""What the demo says of a finished run beyond its scores, counted from the raw answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.shapes.raw import RawAnswerBody
from deploy.ran_in import RanIn, places

#: The class of a call's error when its provider answered 429.
_RATE_LIMITED = "rate_limited"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Counts over one run's answers."""

    programs: int
    #: Ids of what they ran in.
    ran: Mapping[RanIn, frozenset[str]]
    rate_limited: int
    other_errors: int
    unscored: int

    def line(self, left: int) -> str:
        """Say it in one line; `left` is of how many of what the programs ran in something is left."""
        removed = "all removed" if left == 0 else f"{left} LEFT"
        ran = " and ".join(f"{len(ids)} {ran_in}" for ran_in, ids in self.ran.items())
        parts = [
            f"{self.programs} programs ran in {ran}, {removed}" if ran else "no program ran",
            f"{self.rate_limited} x 429 retried",
            f"{self.other_errors} other provider errors retried",
            f"{self.unscored} questions unscored",
        ]
        return " · ".join(parts)


def facts_of(answers: Sequence[RawAnswerBody]) -> Facts:
    """Count."""
    ran_in = [answer.ran_in for answer in answers if answer.ran_in]
    errors = [counted for answer in answers for call in answer.calls for counted in call.errors.items()]
    return Facts(
        programs=len(ran_in),
        ran=places(ran_in),
        rate_limited=sum(count for name, count in errors if name == _RATE_LIMITED),
        other_errors=sum(count for name, count in errors if name != _RATE_LIMITED),
        unscored=sum(answer.state == "unscored" for answer in answers),
    )
