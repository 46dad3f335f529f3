"""A reply on its way to the client, whole or with the fault that befalls it, down to the connection."""

import asyncio

from aiohttp import web

from deploy.simulated.config import Fault, Faults
from deploy.simulated.wire import ApiError, Completion

_STREAM_HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
_JSON_HEADERS = {"Content-Type": "application/json"}


async def send(request: web.Request, reply: Completion, *, stream: bool, with_usage: bool) -> web.StreamResponse:
    """Send a whole reply."""
    if not stream:
        return web.Response(body=reply.as_json(), headers=_JSON_HEADERS)
    response = web.StreamResponse(headers=_STREAM_HEADERS)
    await response.prepare(request)
    for event in reply.as_events(with_usage=with_usage):
        await response.write(event)
    return response


async def send_faulty(
    request: web.Request, reply: Completion, fault: Fault, faults: Faults, *, stream: bool
) -> web.StreamResponse:
    """Do to a request what its fault says; raise `ApiError` for faults that have a status."""
    match fault:
        case Fault.RATE_LIMITED:
            raise _rate_limited(faults.retry_after_s)
        case Fault.SERVER_ERROR:
            raise ApiError(500, "The simulated provider had an error on purpose.", kind="server_error")
        case Fault.DROPPED:
            return _drop(request)
        case Fault.SILENT:
            await asyncio.sleep(faults.silent_max_s)
            return _drop(request)
        case Fault.SHORT_BODY:
            return await _send_short(request, reply, stream=stream)
        case Fault.TRUNCATED_JSON:
            return _cut_short(reply, stream=stream)


def is_gone(request: web.Request) -> bool:
    """Whether the client has closed the connection."""
    return request.transport is None or request.transport.is_closing()


def _rate_limited(retry_after_s: int) -> ApiError:
    return ApiError(
        429,
        "The simulated provider limits rates on purpose. Try again later.",
        kind="rate_limit_error",
        code="rate_limit_exceeded",
        headers={"Retry-After": str(retry_after_s)},
    )


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    # Never sent: there is no connection left to send it on.
    return web.Response()


def _cut_short(reply: Completion, *, stream: bool) -> web.Response:
    if not stream:
        return web.Response(body=cut_json(reply.as_json()), headers=_JSON_HEADERS)
    # The blank line ends the event, so that the client takes what was cut for whole.
    return web.Response(body=cut_json(_events(reply)) + b"\n\n", headers=_STREAM_HEADERS)


async def _send_short(request: web.Request, reply: Completion, *, stream: bool) -> web.StreamResponse:
    response = web.StreamResponse(headers=_STREAM_HEADERS if stream else _JSON_HEADERS)
    body = _events(reply) if stream else reply.as_json()
    if not stream:
        response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    # Sends what is written, then closes; without its announced length or last chunk the body is short.
    if request.transport is not None:
        request.transport.close()
    return response


def _events(reply: Completion) -> bytes:
    return b"".join(reply.as_events(with_usage=True))


def cut_json(body: bytes) -> bytes:
    """Break a body of JSON objects off inside one of them, about half-way."""
    # After a quotation mark of a key or string, at least the object's closing brace is missing.
    return body[: body.index(b'"', len(body) // 2) + 1]
