"""The gateway on real HTTP: what is retried, what is given back, and what comes through as the model's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from worker.gateway import OpenAIGateway
from yzindex.errors import ModelUnavailable
from yzindex.fleet import Fleet, Model, Provider
from yzindex.ports import FinishReason, Message, ModelCall
from yzindex.settings import Settings

PATH = "/v1/chat/completions"
CALL = ModelCall(provider="acme", model="acme/large", messages=(Message(role="user", content="Why?"),), max_tokens=64)


def completion(text: str | None = "Because.", finish: str | None = "stop") -> dict[str, object]:
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 0,
        "model": "acme/large-2026-11",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200},
    }


class Provided:
    """A provider that answers with these responses, one a call, and then for ever with the last."""

    def __init__(self, server: HTTPServer, *responses: Response) -> None:
        self._responses = list(responses)
        self.requests: list[Request] = []
        server.expect_request(PATH).respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        self.requests.append(request)
        return self._responses.pop(0) if len(self._responses) > 1 else self._responses[0]


def ok(**fields: str | None) -> Response:
    return Response(json.dumps(completion(**fields)), content_type="application/json")


def status(code: int, body: str = "{}", **headers: str) -> Response:
    return Response(body, status=code, headers=headers, content_type="application/json")


@pytest.fixture(scope="session")
def httpserver_listen_address() -> tuple[str, int]:
    # The default is the name localhost, which a minimal system does not know.
    return "127.0.0.1", 0


@pytest.fixture
def gateway(httpserver: HTTPServer) -> Iterator[OpenAIGateway]:
    provider = Provider(name="acme", base_url=httpserver.url_for("/v1"), api_key_env="ACME_KEY")
    model = Model(
        slug="large",
        name="acme/large",
        provider="acme",
        vendor="acme",
        usd_per_million_prompt_tokens="2.5",  # type: ignore[arg-type]
        usd_per_million_completion_tokens="10",  # type: ignore[arg-type]
    )
    settings = Settings(retry_base_s=0.0, model_attempts=3, model_timeout_s=5)
    gateway = OpenAIGateway(Fleet(providers=(provider,), models=(model,)), settings, {"ACME_KEY": "sk-1"})
    yield gateway
    gateway.close()


def test_a_reply_comes_with_what_it_took(httpserver: HTTPServer, gateway: OpenAIGateway) -> None:
    provided = Provided(httpserver, ok())

    reply = gateway.ask(CALL)

    assert (reply.text, reply.finish_reason, reply.model_returned) == (
        "Because.",
        FinishReason.STOP,
        "acme/large-2026-11",
    )
    assert (reply.prompt_tokens, reply.completion_tokens, str(reply.cost_usd)) == (1000, 200, "0.0045")
    assert provided.requests[0].headers["Authorization"] == "Bearer sk-1"
    assert provided.requests[0].json["max_tokens"] == 64


@pytest.mark.parametrize(
    ("trouble", "name"),
    [
        (status(429), "rate_limited"),
        (status(429, **{"Retry-After": "0"}), "rate_limited"),
        (status(500), "server_error"),
        (status(503, "<html>busy</html>"), "server_error"),
        (status(200, '{"id": "c1", "choices": [{"ind'), "unreadable"),
        (status(200, "{}"), "unreadable"),
        (status(200, ""), "unreadable"),
        (status(200, "[]"), "unreadable"),
        (status(200, "null"), "unreadable"),
        (status(200, '{"choices": [{"message": null}]}'), "unreadable"),
        (status(200, '{"choices": {}}'), "unreadable"),
        (status(200, '{"choices": [{"finish_reason": "stop", "message": {"content": [1]}}]}'), "unreadable"),
        (ok(text="Half a sen", finish="error"), "broken_off"),
        (ok(text="Half a sen", finish="insufficient_system_resource"), "broken_off"),
        (ok(text=None, finish=None), "broken_off"),
    ],
)
def test_passing_trouble_is_retried_and_named(
    httpserver: HTTPServer, gateway: OpenAIGateway, trouble: Response, name: str
) -> None:
    provided = Provided(httpserver, trouble, ok())

    reply = gateway.ask(CALL)

    assert (reply.text, reply.attempts, reply.errors) == ("Because.", 2, (name,))
    assert len(provided.requests) == 2


def test_attempts_are_bounded_and_the_last_reason_is_kept(httpserver: HTTPServer, gateway: OpenAIGateway) -> None:
    provided = Provided(httpserver, status(429))

    with pytest.raises(ModelUnavailable, match="provider answered 429") as unavailable:
        gateway.ask(CALL)

    assert len(provided.requests) == 3
    assert unavailable.value.final
    assert unavailable.value.errors == ("rate_limited",) * 3


def test_a_long_stated_wait_gives_the_row_back_at_once(httpserver: HTTPServer, gateway: OpenAIGateway) -> None:
    provided = Provided(httpserver, status(429, **{"Retry-After": "40"}))

    with pytest.raises(ModelUnavailable) as unavailable:
        gateway.ask(CALL)

    assert len(provided.requests) == 1
    assert (unavailable.value.retry_after_s, unavailable.value.final) == (40, False)


@pytest.mark.parametrize("code", [401, 403, 404, 422])
def test_a_refused_request_is_not_repeated(httpserver: HTTPServer, gateway: OpenAIGateway, code: int) -> None:
    provided = Provided(httpserver, status(code))

    with pytest.raises(ModelUnavailable, match=str(code)) as unavailable:
        gateway.ask(CALL)

    assert len(provided.requests) == 1
    assert unavailable.value.final


def test_a_redirect_is_not_followed_with_the_key(httpserver: HTTPServer, gateway: OpenAIGateway) -> None:
    Provided(httpserver, status(307, Location=httpserver.url_for("/elsewhere")))
    httpserver.expect_request("/elsewhere").respond_with_json(completion())

    with pytest.raises(ModelUnavailable):
        gateway.ask(CALL)

    assert all(request.path == PATH for request, _ in httpserver.log)


@pytest.mark.parametrize(
    ("response", "text", "finish"),
    [
        (ok(text=None), "", FinishReason.STOP),
        (ok(text="", finish="length"), "", FinishReason.LENGTH),
        (ok(text="Half an ans", finish="length"), "Half an ans", FinishReason.LENGTH),
        (ok(text="", finish="content_filter"), "", FinishReason.CONTENT_FILTER),
        (ok(text="No reason given.", finish=None), "No reason given.", FinishReason.STOP),
        (ok(text="x" * 10_000), "x" * 64 * 16, FinishReason.LENGTH),
        *(
            (
                status(code, f'{{"error": {{"message": "filtered", "code": "{name}"}}}}'),
                "",
                FinishReason.CONTENT_FILTER,
            )
            for code, name in ((400, "content_filter"), (400, "data_inspection_failed"), (403, "moderation_blocked"))
        ),
    ],
)
def test_an_empty_truncated_or_filtered_answer_is_the_models_own(
    httpserver: HTTPServer, gateway: OpenAIGateway, response: Response, text: str, finish: FinishReason
) -> None:
    provided = Provided(httpserver, response)

    reply = gateway.ask(CALL)

    assert (reply.text, reply.finish_reason, len(provided.requests)) == (text, finish, 1)


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None}, {"prompt_tokens": "many"}, {"prompt_tokens": -1}])
def test_a_reply_without_a_readable_usage_is_kept(
    httpserver: HTTPServer, gateway: OpenAIGateway, usage: dict[str, object] | None
) -> None:
    Provided(httpserver, Response(json.dumps(completion() | {"usage": usage}), content_type="application/json"))

    reply = gateway.ask(CALL)

    assert (reply.text, reply.prompt_tokens, reply.attempts) == ("Because.", 0, 1)


def test_a_refusal_of_ours_never_shows_what_the_provider_wrote(httpserver: HTTPServer, gateway: OpenAIGateway) -> None:
    Provided(httpserver, status(401, '{"error": {"message": "bad key sk-1", "code": "invalid_api_key"}}'))

    with pytest.raises(ModelUnavailable, match=r"401 \(invalid_api_key\)") as unavailable:
        gateway.ask(CALL)

    assert "sk-1" not in unavailable.value.reason


def test_a_missing_key_stops_its_own_provider_only(httpserver: HTTPServer) -> None:
    Provided(httpserver, ok())
    providers = (
        Provider(name="acme", base_url=httpserver.url_for("/v1"), api_key_env="ACME_KEY"),
        Provider(name="open", base_url=httpserver.url_for("/v1")),
    )
    gateway = OpenAIGateway(Fleet(providers=providers, models=()), Settings(), {})

    with pytest.raises(ModelUnavailable, match="set ACME_KEY") as unavailable:
        gateway.ask(CALL)

    assert unavailable.value.final
    assert gateway.ask(replace(CALL, provider="open")).text == "Because."
    gateway.close()


def test_a_provider_that_is_not_there_is_trouble_of_ours(gateway: OpenAIGateway, httpserver: HTTPServer) -> None:
    httpserver.stop()

    with pytest.raises(ModelUnavailable) as unavailable:
        gateway.ask(CALL)

    assert unavailable.value.errors == ("connection",) * 3
