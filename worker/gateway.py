"""Asks models over OpenAI-compatible HTTP: one retry policy, in one place, for models and judges alike."""

import asyncio
import os
import time
from collections.abc import Mapping
from decimal import Decimal

import httpx2
from openai import AsyncOpenAI, DefaultAioHttpClient, OpenAIError
from openai.types.chat import ChatCompletionMessageParam
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, stop_after_delay
from tenacity.wait import wait_random_exponential

from worker.faults import Fault, PermanentFault, TransientFault, classify
from worker.loop import LoopThread
from worker.response import Response, filtered, is_filter, usable
from yzindex.errors import ModelUnavailable
from yzindex.fleet import Fleet, Provider
from yzindex.ports import Message, ModelCall, ModelReply
from yzindex.settings import Settings

#: No task waits longer for a provider: it gives its row back.
LONGEST_WAIT_S = 5.0
_LONGEST_BACKOFF_S = 4.0
#: A reply longer than this went on past its stated limit, whatever its provider says.
MOST_CHARACTERS_PER_TOKEN = 16


class OpenAIGateway:
    """A `ModelGateway` with one client per provider. A key is sent to its provider's origin only."""

    def __init__(self, fleet: Fleet, settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
        self._fleet = fleet
        self._settings = settings
        self._environment = environment
        self._loop = LoopThread()
        # Filled on the loop's thread only.
        self._clients: dict[str, AsyncOpenAI] = {}

    def ask(self, call: ModelCall) -> ModelReply:
        """Ask until a usable response, the last attempt or the deadline; then raise `ModelUnavailable`."""
        return self._loop.run(self._ask(call))

    def close(self) -> None:
        for client in self._clients.values():
            self._loop.run(client.close())
        self._loop.close()

    async def _client(self, provider_name: str) -> AsyncOpenAI:
        if provider_name not in self._clients:
            self._clients[provider_name] = _client(
                self._fleet.provider(provider_name), self._settings, self._environment
            )
        return self._clients[provider_name]

    async def _ask(self, call: ModelCall) -> ModelReply:
        errors: list[str] = []
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(TransientFault),
            stop=stop_after_attempt(self._settings.model_attempts) | stop_after_delay(self._settings.model_deadline_s),
            wait=self._wait_s,
            reraise=True,
        )
        try:
            async for attempt in retrying:
                with attempt:
                    started_s = time.monotonic()
                    response = await self._try(call, errors)
                    return self._reply(call, response, time.monotonic() - started_s, errors)
        except Fault as fault:
            raise ModelUnavailable(
                f"{fault.reason} ({len(errors)} of {self._settings.model_attempts} attempts)",
                retry_after_s=fault.retry_after_s,
                final=fault.retry_after_s is None or fault.retry_after_s <= LONGEST_WAIT_S,
                attempts=len(errors),
                errors=tuple(errors),
            ) from fault
        raise AssertionError("the retry policy neither returned nor raised")

    async def _try(self, call: ModelCall, errors: list[str]) -> Response:
        try:
            async with asyncio.timeout(self._settings.model_timeout_s):
                client = await self._client(call.provider)
                return usable(
                    await client.chat.completions.create(
                        model=call.model,
                        messages=[_param(message) for message in call.messages],
                        max_tokens=call.max_tokens,
                    )
                )
        except Fault as found:
            errors.append(found.name)
            raise
        except (OpenAIError, httpx2.HTTPError, OSError, ValueError, TimeoutError) as error:
            if is_filter(error):
                return filtered(call.model)
            fault = classify(error)
            errors.append(fault.name)
            if fault.retry_after_s is not None and fault.retry_after_s > LONGEST_WAIT_S:
                raise PermanentFault(fault.reason, name=fault.name, retry_after_s=fault.retry_after_s) from error
            raise fault from error

    def _wait_s(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        backoff_s = wait_random_exponential(multiplier=self._settings.retry_base_s, max=_LONGEST_BACKOFF_S)(state)
        asked_s = fault.retry_after_s if isinstance(fault, Fault) and fault.retry_after_s is not None else 0.0
        return max(backoff_s, asked_s)

    def _reply(self, call: ModelCall, response: Response, latency_s: float, errors: list[str]) -> ModelReply:
        return ModelReply(
            text=response.text[: call.max_tokens * MOST_CHARACTERS_PER_TOKEN],
            finish_reason=response.finish_reason_within(call.max_tokens * MOST_CHARACTERS_PER_TOKEN),
            model_returned=response.model,
            prompt_tokens=response.prompt_tokens,
            completion_tokens=response.completion_tokens,
            cost_usd=self._cost_usd(call, response.prompt_tokens, response.completion_tokens),
            latency_s=latency_s,
            attempts=len(errors) + 1,
            errors=tuple(errors),
            request_id=response.request_id,
        )

    def _cost_usd(self, call: ModelCall, prompt_tokens: int, completion_tokens: int) -> Decimal:
        for model in (*self._fleet.models, *self._fleet.judges):
            if (model.provider, model.asked_as) == (call.provider, call.model):
                return model.cost_usd(prompt_tokens, completion_tokens)
        return Decimal(0)


def _client(provider: Provider, settings: Settings, environment: Mapping[str, str]) -> AsyncOpenAI:
    key = environment.get(provider.api_key_env, "") if provider.api_key_env else "none"
    if not key:
        raise PermanentFault(f"no key: set {provider.api_key_env} for the workers that call models", name="no_key")
    # A redirect is not followed: it could carry the key elsewhere.
    return AsyncOpenAI(
        base_url=provider.base_url,
        api_key=key,
        max_retries=0,
        timeout=settings.model_timeout_s,
        http_client=DefaultAioHttpClient(
            follow_redirects=False,
            limits=httpx2.Limits(
                max_connections=2 * settings.model_concurrency, max_keepalive_connections=settings.model_concurrency
            ),
        ),
    )


def _param(message: Message) -> ChatCompletionMessageParam:
    if message.role == "system":
        return {"role": "system", "content": message.content}
    return {"role": "user", "content": message.content}
