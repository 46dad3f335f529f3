"""A run's progress as server-sent events, from the rows: one whenever something has changed, until it has ended."""

from asyncio import sleep
from collections.abc import AsyncIterator

from fastapi.concurrency import run_in_threadpool
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from api.services import Services
from api.shapes.events import run_event
from yzindex.records.run_progress import run_progress

#: Between two looks at the rows, and between two signs of life while nothing changes.
_LOOK_EVERY_S = 0.5
_QUIET_S = 15.0
#: After which a browser asks again where it was cut off.
_AGAIN_AFTER_MS = 2000


async def run_events(services: Services, number: int) -> AsyncIterator[bytes]:
    """Tell of a run: `progress` with each change, then `ended` once. Ends early when the server stops."""
    told, quiet_s, count = None, 0.0, 0
    while True:
        found = await run_in_threadpool(run_progress, services.database, number)
        if found != told:
            told, quiet_s, count = found, 0.0, count + 1
            event = "ended" if found.has_ended else "progress"
            data = run_event(found).model_dump_json()
            yield format_sse_event(data_str=data, event=event, id=str(count), retry=_AGAIN_AFTER_MS)
        elif quiet_s >= _QUIET_S:
            quiet_s = 0.0
            yield KEEPALIVE_COMMENT
        if found.has_ended or services.stopping.is_set():
            return
        await sleep(_LOOK_EVERY_S)
        quiet_s += _LOOK_EVERY_S
