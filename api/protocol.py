"""HTTP as uvicorn speaks it, but for requests that never become one: these are problem documents too.

Such are a head that is too large, is not HTTP, or does not come. The application sees none of them.
"""

import asyncio
import sys
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from api.problems import MEDIA_TYPE, refusal

#: For a request's head to come whole after the connection or the last answer, and for the rest of a refused body.
HEAD_WITHIN_S = 20.0
#: For the client to take the refusal, while what it still sends is read into nowhere.
_TAKEN_WITHIN_S = 5.0


class Protocol(H11Protocol):
    """Tells the client what is wrong with its request, and waits for it to hear that."""

    head_within_s = HEAD_WITHIN_S
    _limit: asyncio.TimerHandle | None = None
    _is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_limit()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._is_refused:
            super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        if self._is_answering() and not self._is_refused:
            self._cancel_limit()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._await_head()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP; called where h11's error is handled, which knows a better status at times."""
        error = sys.exception()
        self._refuse(error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400)

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # None until the first request, which its type does not say
        return cycle is not None and not cycle.response_complete

    def _await_head(self) -> None:
        self._cancel_limit()
        self._limit = self.loop.call_later(self.head_within_s, self._refuse, 408)

    def _refuse(self, status: int) -> None:
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):  # an answer is under way, or all has been said
            self.transport.close()
            return
        self._is_refused = True
        if self._is_answering():  # its body went wrong: the answer is ours, not the application's
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        body = refusal(status)
        headers = [("content-type", MEDIA_TYPE), ("content-length", str(len(body))), ("connection", "close")]
        events: list[Any] = [
            h11.Response(status_code=status, headers=headers),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ]
        self.transport.write(b"".join(self.conn.send(event) or b"" for event in events))
        self.transport.write_eof()
        self.flow.resume_reading()
        self._cancel_limit()
        self._limit = self.loop.call_later(_TAKEN_WITHIN_S, self.transport.close)

    def _cancel_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
