"""All raw answers of a run as one stream, of lines of JSON or of a table."""

from collections.abc import Iterator

from fastapi.responses import StreamingResponse

from api.shapes.raw import as_csv, as_json_lines
from yzindex.records.database import Database
from yzindex.records.raw_view import RawAnswer, raw_answers

JSON_LINES = "application/x-ndjson"
CSV = "text/csv"
#: Answers read at a time while a run is streamed.
_BATCH = 200


def raw_stream(
    database: Database, number: int, media_type: str, *, after: int = 0, answer: int | None = None
) -> StreamingResponse:
    """Stream a run's answers from the one after `after` on, or one alone."""
    batches = _batches(database, number, after, answer)
    lines = map(as_json_lines, batches) if media_type == JSON_LINES else _csv_lines(batches)
    return StreamingResponse(lines, media_type=media_type)


def _batches(database: Database, number: int, after: int, answer: int | None) -> Iterator[list[RawAnswer]]:
    """Read a run batch by batch: no session is open while a slow client reads."""
    while batch := raw_answers(database, number, after=after, limit=_BATCH, answer_id=answer):
        yield batch
        after = batch[-1].answer_id


def _csv_lines(batches: Iterator[list[RawAnswer]]) -> Iterator[str]:
    yield as_csv((), with_heading=True)
    for batch in batches:
        yield as_csv(batch, with_heading=False)
