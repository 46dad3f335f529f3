"""The provider over HTTP: models, chat completions with the faults that are due, and the truth about both."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from uuid import uuid4

from aiohttp import web

from deploy.simulated.config import Fault, JudgeModel, Model, SimulatedConfig
from deploy.simulated.faults import Arrival, choose_fault, choose_latency_s
from deploy.simulated.log import Entry, RequestLog
from deploy.simulated.recognising import digest
from deploy.simulated.replying import Said, Simulation, complete, today_in_utc
from deploy.simulated.sending import is_gone, send, send_faulty
from deploy.simulated.wire import OWNED_BY, ApiError, ChatRequest, read_request
from yzindex import clock
from yzindex.bank.files import load_bank
from yzindex.bank.question import Question

_SIMULATION = web.AppKey("simulation", Simulation)
_REQUEST_ID = web.RequestKey("request_id", str)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_LARGEST_REQUEST = 16 * 2**20


def create_app(
    config: SimulatedConfig,
    *,
    questions: Iterable[Question] | None = None,
    log: RequestLog | None = None,
    today: Callable[[], date] = today_in_utc,
) -> web.Application:
    """Make the provider; by default it knows the installed bank and keeps its log in memory only.

    The caller closes the log.
    """
    known = load_bank().questions if questions is None else questions
    app = web.Application(middlewares=[_answer_errors, _check_key], client_max_size=_LARGEST_REQUEST)
    app[_SIMULATION] = Simulation(config, known, log or RequestLog(), today)
    app.on_response_prepare.append(_add_request_id)
    app.router.add_get("/v1/models", _list_models)
    app.router.add_post("/v1/chat/completions", _chat)
    app.router.add_get("/sim/truth", _tell_truth)
    return app


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    request[_REQUEST_ID] = f"req_{uuid4().hex}"
    try:
        return await handler(request)
    except ApiError as error:
        return web.json_response(error.body, status=error.status, headers=error.headers)
    except web.HTTPException as error:
        wrong = ApiError(error.status, f"{error.reason}: {request.method} {request.path}", kind="invalid_request_error")
        return web.json_response(wrong.body, status=error.status)


@web.middleware
async def _check_key(request: web.Request, handler: Handler) -> web.StreamResponse:
    key = request.app[_SIMULATION].config.api_key
    if key is not None and request.path.startswith("/v1/"):
        expected = f"Bearer {key.get_secret_value()}"
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected.encode()):
            message = "Incorrect API key provided: send the simulated provider's `api_key` as a bearer token."
            raise ApiError(401, message, kind="invalid_request_error", code="invalid_api_key")
    return await handler(request)


async def _add_request_id(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["x-request-id"] = request[_REQUEST_ID]


async def _list_models(request: web.Request) -> web.Response:
    entries = [_model_entry(each) for each in request.app[_SIMULATION].speakers.values()]
    return web.json_response({"object": "list", "data": entries})


def _model_entry(speaker: Model | JudgeModel) -> dict[str, object]:
    return {"id": speaker.name, "object": "model", "created": 0, "owned_by": OWNED_BY, "simulated": True}


async def _tell_truth(request: web.Request) -> web.Response:
    simulation = request.app[_SIMULATION]
    return web.json_response(simulation.truth())


async def _chat(request: web.Request) -> web.StreamResponse:
    simulation = request.app[_SIMULATION]
    asked = read_request(await request.read())
    speaker = simulation.speaker(asked.model)
    arrival = _arrival(simulation, speaker, asked)
    fault = choose_fault(simulation.config.faults, arrival)
    latency_s = 0.0 if fault is Fault.RATE_LIMITED else choose_latency_s(simulation.config.latency, arrival)
    await asyncio.sleep(latency_s)
    # From here to the log without waiting: two requests for one question never get the same k.
    said = simulation.say(speaker, asked)
    gone = is_gone(request)
    simulation.log.append(_entry(request, arrival, said, None if gone else fault, latency_s, abandoned=gone))
    if gone:
        return web.Response()
    reply = complete(said, speaker, asked)
    if fault is None:
        return await send(request, reply, stream=bool(asked.stream), with_usage=asked.wants_usage)
    return await send_faulty(request, reply, fault, simulation.config.faults, stream=bool(asked.stream))


def _arrival(simulation: Simulation, speaker: Model | JudgeModel, asked: ChatRequest) -> Arrival:
    prompt = digest(asked.turns)
    nth = simulation.log.next_request(speaker.name, prompt)
    return Arrival(seed=simulation.config.seed, model=speaker.name, prompt=prompt, nth=nth)


def _entry(
    request: web.Request, arrival: Arrival, said: Said, fault: Fault | None, latency_s: float, *, abandoned: bool
) -> Entry:
    given = fault is None and not abandoned
    return Entry(
        time=clock.now().isoformat(timespec="milliseconds"),
        request_id=request[_REQUEST_ID],
        model=arrival.model,
        question=said.question,
        prompt=arrival.prompt,
        k=said.k if given else None,
        day=said.day,
        outcome=said.outcome if given else None,
        chance=said.chance if given else None,
        fault=fault,
        abandoned=abandoned,
        latency_s=round(latency_s, 3),
    )
