"""The simulated provider over loopback, as the real client sees it."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import aiohttp
import openai
import pytest
from aiohttp import web
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

from deploy.simulated import SimulatedConfig, create_app
from deploy.simulated.log import RequestLog
from tests.rows import small_bank
from yzindex.bank.prompting import messages
from yzindex.bank.question import Question

#: Told apart by what is asked, as the questions of a real bank are.
BANK = [each.model_copy(update={"prompt": f"{each.prompt} ({each.id})"}) for each in small_bank(2).questions]
QUESTION = BANK[0]
Scenario = Callable[[openai.AsyncOpenAI], Awaitable[None]]


def configured(**changes: object) -> SimulatedConfig:
    plain = {
        "latency": {"mean_s": 0},
        "models": [{"name": "sim/agate", "version": "2026-11", "ability": {"default": 0.5}}],
        "judges": [{"name": "sim/judge-a"}],
    }
    return SimulatedConfig.model_validate(plain | changes)


@asynccontextmanager
async def served(config: SimulatedConfig, log: RequestLog | None = None) -> AsyncIterator[str]:
    """A provider on a free port; gives its base URL."""
    app = create_app(config, questions=BANK, log=log)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def run(config: SimulatedConfig, scenario: Scenario, *, api_key: str = "any", log: RequestLog | None = None) -> None:
    """Run a scenario with the client that the gateway uses, which retries nothing by itself."""

    async def played() -> None:
        async with (
            served(config, log) as base_url,
            openai.AsyncOpenAI(
                base_url=base_url,
                api_key=api_key,
                max_retries=0,
                timeout=10,
                http_client=openai.DefaultAioHttpClient(trust_env=False),
            ) as client,
        ):
            await scenario(client)

    asyncio.run(played())


def turns(question: Question) -> list[ChatCompletionMessageParam]:
    return [
        cast("ChatCompletionMessageParam", {"role": each.role, "content": each.content}) for each in messages(question)
    ]


async def ask(
    client: openai.AsyncOpenAI, question: Question = QUESTION, model: str = "sim/agate", max_tokens: int = 2048
) -> ChatCompletion:
    return await client.chat.completions.create(model=model, messages=turns(question), max_tokens=max_tokens)


async def truth_of(client: openai.AsyncOpenAI) -> Any:
    """What the provider tells of its only model."""
    url = str(client.base_url).replace("/v1/", "/sim/truth")
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return (await response.json())["models"][0]


def text_of(completion: ChatCompletion) -> str:
    return completion.choices[0].message.content or ""


def test_a_question_gets_a_labelled_reply_with_finish_reason_and_usage() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        completion = await ask(client)

        assert text_of(completion) in {QUESTION.reference, *(wrong.reply for wrong in QUESTION.wrong)}
        assert completion.choices[0].finish_reason == "stop"
        assert completion.model == "sim/agate-2026-11"
        assert completion.system_fingerprint == "simulated"
        assert completion.usage is not None
        assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
        assert completion._request_id is not None
        assert completion._request_id.startswith("req_")

    run(configured(), scenario)


def test_the_models_and_judges_are_listed_as_simulated() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        listed = [(model.id, model.owned_by) async for model in client.models.list()]

        owner = "yz-index simulated provider"
        assert listed == [("sim/agate", owner), ("sim/judge-a", owner)]

    run(configured(), scenario)


def test_a_reply_is_cut_at_the_requests_limit() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        completion = await ask(client, max_tokens=2)

        assert QUESTION.reference.startswith(text_of(completion))
        assert completion.choices[0].finish_reason == "length"
        assert completion.usage is not None
        assert completion.usage.completion_tokens == 2

    run(configured(models=[{"name": "sim/agate", "ability": {"default": 9}}]), scenario)


def test_a_refusal_says_that_the_content_filter_made_it() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        completion = await ask(client)

        assert completion.choices[0].finish_reason == "content_filter"

    run(configured(models=[{"name": "sim/agate", "ability": {"default": 0}, "refusal": 1}]), scenario)


def test_a_truncated_reply_has_used_up_its_limit() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        completion = await ask(client, max_tokens=100)

        assert completion.choices[0].finish_reason == "length"
        assert completion.usage is not None
        assert completion.usage.completion_tokens == 100

    run(configured(models=[{"name": "sim/agate", "ability": {"default": 0}, "truncation": 1}]), scenario)


def test_an_unknown_prompt_gets_a_generic_reply() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        said = await client.chat.completions.create(
            model="sim/agate", messages=[{"role": "user", "content": [{"type": "text", "text": "Hello?"}]}]
        )

        assert "simulated" in text_of(said)

    run(configured(), scenario)


def test_a_stream_brings_the_same_text_and_the_usage_in_its_last_chunk() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        stream = await client.chat.completions.create(
            model="sim/agate", messages=turns(QUESTION), stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]

        choices = [chunk.choices[0] for chunk in chunks[:-1]]
        assert "".join(choice.delta.content or "" for choice in choices) == QUESTION.reference
        assert choices[-1].finish_reason == "stop"
        assert chunks[-1].usage is not None
        assert chunks[-1].choices == []
        assert {chunk.system_fingerprint for chunk in chunks} == {"simulated"}

    run(configured(models=[{"name": "sim/agate", "ability": {"default": 9}}]), scenario)


def test_a_wrong_key_gets_401_and_the_right_one_a_reply() -> None:
    async def refused(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.AuthenticationError) as caught:
            await ask(client)
        assert caught.value.code == "invalid_api_key"

    async def served_well(client: openai.AsyncOpenAI) -> None:
        assert text_of(await ask(client))

    run(configured(api_key="sesame"), refused, api_key="parsley")
    run(configured(api_key="sesame"), served_well, api_key="sesame")


def test_an_unknown_model_gets_404_with_the_models_there_are() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.NotFoundError, match=r"`sim/agat` does not exist. There are: sim/agate") as caught:
            await ask(client, model="sim/agat")
        assert caught.value.code == "model_not_found"

    run(configured(), scenario)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ("{", None),
        ('{"model": "sim/agate"}', "messages"),
        ('{"model": "sim/agate", "messages": []}', "messages"),
        ('{"model": "sim/agate", "messages": [{"role": "user", "content": "?"}], "n": 2}', "n"),
        ('{"model": "sim/agate", "messages": [{"role": "user", "content": "?"}], "max_tokens": 0}', "max_tokens"),
    ],
)
def test_a_malformed_request_gets_400_with_the_field(body: str, param: str | None) -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        url = f"{client.base_url}chat/completions"
        async with aiohttp.ClientSession() as session, session.post(url, data=body) as response:
            error = (await response.json())["error"]

        assert response.status == 400
        assert (error["type"], error["param"]) == ("invalid_request_error", param)

    run(configured(), scenario)


def test_a_path_that_is_not_there_gets_an_error_body_too() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.NotFoundError, match="POST /v1/embeddings"):
            await client.embeddings.create(model="sim/agate", input="?")

    run(configured(), scenario)


def test_a_rate_limit_is_429_with_retry_after() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.RateLimitError) as caught:
            await ask(client)

        assert caught.value.response.headers["retry-after"] == "7"
        assert caught.value.request_id is not None

    run(configured(faults={"rate_limited": 1, "retry_after_s": 7}), scenario)


def test_a_server_error_is_500() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.InternalServerError) as caught:
            await ask(client)

        assert caught.value.status_code == 500

    run(configured(faults={"server_error": 1}), scenario)


def test_a_dropped_connection_is_a_connection_error() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.APIConnectionError):
            await ask(client)
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await raw_body(client)

    run(configured(faults={"dropped": 1}), scenario)


def test_silence_ends_in_the_clients_time_out_and_at_last_in_a_closed_connection() -> None:
    async def impatient(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.APITimeoutError):
            await ask(client.with_options(timeout=0.05))

    async def patient(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await raw_body(client)

    run(configured(faults={"silent": 1, "silent_max_s": 60}), impatient)
    run(configured(faults={"silent": 1, "silent_max_s": 0.01}), patient)


def test_truncated_json_has_complete_framing() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(json.JSONDecodeError):
            await ask(client)

        body = await raw_body(client)
        with pytest.raises(json.JSONDecodeError):
            json.loads(body)

    run(configured(faults={"truncated_json": 1}), scenario)


def test_a_short_body_ends_before_its_announced_length() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.APIConnectionError):
            await ask(client)
        with pytest.raises(aiohttp.ClientPayloadError):
            await raw_body(client)

    run(configured(faults={"short_body": 1}), scenario)


async def raw_body(client: openai.AsyncOpenAI, *, stream: bool = False) -> bytes:
    """Ask without the SDK and give the body that arrived; raise `ClientPayloadError` if its framing is broken."""
    asked = {"model": "sim/agate", "messages": [{"role": "user", "content": "?"}], "stream": stream}
    url = f"{client.base_url}chat/completions"
    async with aiohttp.ClientSession() as session, session.post(url, json=asked) as response:
        assert response.status == 200
        return await response.read()


def test_a_streams_json_can_be_truncated_and_its_body_short() -> None:
    async def truncated(client: openai.AsyncOpenAI) -> None:
        *whole, last = (await raw_body(client, stream=True)).removesuffix(b"\n\n").split(b"\n\n")
        assert all(json.loads(event.removeprefix(b"data: ")) for event in whole)
        with pytest.raises(json.JSONDecodeError):
            json.loads(last.removeprefix(b"data: "))

    async def short(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(aiohttp.ClientPayloadError):
            await raw_body(client, stream=True)

    run(configured(faults={"truncated_json": 1}), truncated)
    run(configured(faults={"short_body": 1}), short)


def test_replies_under_faults_and_concurrency_are_those_without() -> None:
    faults = dict.fromkeys(("rate_limited", "server_error", "dropped", "short_body", "truncated_json"), 0.1)
    replies: list[list[list[str]]] = []

    async def until_answered(client: openai.AsyncOpenAI, question: Question) -> str:
        while True:
            try:
                return text_of(await ask(client, question))
            except (openai.APIError, json.JSONDecodeError):
                continue

    async def thrice(client: openai.AsyncOpenAI, question: Question) -> list[str]:
        return [await until_answered(client, question) for _ in range(3)]

    async def scenario(client: openai.AsyncOpenAI) -> None:
        replies.append(await asyncio.gather(*(thrice(client, question) for question in BANK)))

    run(configured(), scenario)
    run(configured(faults=faults), scenario)

    assert replies[0] == replies[1]


def test_the_truth_tells_ability_answers_and_faults_and_survives_a_restart(tmp_path: Path) -> None:
    told: list[Any] = []

    async def answered(client: openai.AsyncOpenAI) -> None:
        for _ in range(4):
            await ask(client)

    async def limited(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.RateLimitError):
            await ask(client)
        told.append(await truth_of(client))

    for config, scenario in ((configured(), answered), (configured(faults={"rate_limited": 1}), limited)):
        log = RequestLog(tmp_path / "requests.jsonl")
        run(config, scenario, log=log)
        log.close()

    assert told[0]["ability"]["execution"] == 0.5
    assert sum(told[0]["answered"].values()) == 4
    assert sum(told[0]["questions"][QUESTION.id].values()) == 4
    assert told[0]["faults"] == {"rate_limited": 1}


def test_a_client_that_gave_up_has_not_used_up_a_reply() -> None:
    async def scenario(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.APITimeoutError):
            await ask(client.with_options(timeout=0.02))
        await ask(client)

        assert sum((await truth_of(client))["answered"].values()) == 1

    run(configured(latency={"mean_s": 0.2, "spread_s": 0}), scenario)


def test_the_log_holds_no_prompts_and_no_replies(tmp_path: Path) -> None:
    log = RequestLog(tmp_path / "requests.jsonl")

    async def scenario(client: openai.AsyncOpenAI) -> None:
        await ask(client)

    run(configured(), scenario, log=log)
    log.close()

    line = json.loads((tmp_path / "requests.jsonl").read_text())
    assert (line["model"], line["question"], line["k"], line["simulated"]) == ("sim/agate", QUESTION.id, 0, True)
    assert "double" not in json.dumps(line)


def test_the_process_says_where_it_listens_and_ends_cleanly_when_told(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text("1\n")
    (tmp_path / "bank.jsonl").write_text(QUESTION.canonical() + "\n")
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.simulated", "--bank", str(tmp_path), "--log", str(tmp_path / "log")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["listening"]

        async def listed() -> int:
            async with aiohttp.ClientSession() as session, session.get(f"{url}/models") as response:
                return len((await response.json())["data"])

        assert asyncio.run(listed()) == 7
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=10)

    assert (process.returncode, complaints) == (0, "")


def test_a_wrong_configuration_ends_the_process_with_status_2_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text("sede = 1\n")

    ended = subprocess.run(
        [sys.executable, "-m", "deploy.simulated", "--config", str(tmp_path / "fleet.toml")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 2
    assert "sede: no such key; remove it or use one of seed" in ended.stderr
