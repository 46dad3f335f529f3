"""What trouble that is not the model's does to a row: another try later, or an end without a score."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from traceback import extract_tb

import structlog

from yzindex.errors import Unavailable
from yzindex.records.answers import Gradable
from yzindex.records.database import OUTAGES

log = structlog.get_logger()

#: Times a row is given back, or its worker dies, before it ends without a score.
MOST_GIVEN_BACK = 4
#: Doubles each time.
_FIRST_WAIT_S = 3.0
#: Whatever a provider says: a run must end.
_LONGEST_WAIT_S = 900.0


@contextmanager
def trouble_told(row: Gradable, try_later: Callable[[Unavailable], None]) -> Iterator[None]:
    """Tell trouble with a row to `try_later`, which records it; only a long outage of the database passes through."""
    try:
        yield
    except Unavailable as trouble:
        try_later(trouble)
    except OUTAGES:
        raise
    except Exception as error:  # noqa: BLE001  a header job never raises: an error is a stored row
        # Its message and its locals may hold prompts and replies; where it happened does not.
        places = [f"{frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-5:]]
        log.error("internal error", answer=row.answer_id, error=type(error).__name__, at=" > ".join(places))  # noqa: TRY400
        try_later(Unavailable(f"internal error: {type(error).__name__}"))


def refuse_deadly(row: Gradable) -> None:
    """End a row that took its workers with it: it would go on doing so."""
    if row.given_back > MOST_GIVEN_BACK:
        raise Unavailable(f"tried {row.given_back} times, and its worker died the last time", final=True)


def next_try_s(row: Gradable, trouble: Unavailable) -> float | None:
    """Seconds until the row may be tried again; None when it was tried often enough or another try cannot help."""
    if trouble.final or row.given_back >= MOST_GIVEN_BACK:
        return None
    wait_s = trouble.retry_after_s if trouble.retry_after_s is not None else _FIRST_WAIT_S * 2**row.given_back
    return min(wait_s, _LONGEST_WAIT_S)
