"""The provider's side of the OpenAI chat protocol: what a request may say, and replies and errors as JSON."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.simulated.recognising import Turns
from yzindex.ports import FinishReason

#: Said of every model and in no other provider's words.
OWNED_BY = "yz-index simulated provider"
FINGERPRINT = "simulated"

#: The limit of a request that states none.
DEFAULT_LIMIT = 4096
_CHARACTERS_PER_TOKEN = 4
_TOKENS_PER_CHUNK = 8


class ApiError(Exception):
    """A request that gets an error response."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}


class TextPart(BaseModel):
    type: Literal["text"]
    text: str


class ChatMessage(BaseModel):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | tuple[TextPart, ...]

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    """What is read of a request; sampling settings are accepted and change nothing."""

    model_config = ConfigDict(frozen=True)

    model: str
    messages: tuple[ChatMessage, ...] = Field(min_length=1)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    n: Literal[1] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None

    @property
    def limit(self) -> int:
        """The most tokens the reply may have."""
        return self.max_completion_tokens or self.max_tokens or DEFAULT_LIMIT

    @property
    def user_message(self) -> str:
        """The last thing the user says."""
        return next((message.text for message in reversed(self.messages) if message.role == "user"), "")

    @property
    def wants_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage

    @property
    def turns(self) -> Turns:
        """Role and text of every message."""
        return tuple((message.role, message.text) for message in self.messages)

    def prompt_tokens(self) -> int:
        return sum(count_tokens(message.text) for message in self.messages)


def read_request(body: bytes) -> ChatRequest:
    """Read a request; raise `ApiError` 400 naming the field that is wrong."""
    try:
        return ChatRequest.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors()[0]
        param = ".".join(str(part) for part in fault["loc"]) or None
        message = f"{param}: {fault['msg']}" if param else f"The body of your request is not valid JSON: {fault['msg']}"
        raise ApiError(400, message, kind="invalid_request_error", param=param) from error


def count_tokens(text: str) -> int:
    """Count tokens by the usual rule of thumb: four characters each, rounded up."""
    return math.ceil(len(text) / _CHARACTERS_PER_TOKEN)


def first_tokens(text: str, limit: int) -> str:
    """Cut a text after so many tokens."""
    return text[: limit * _CHARACTERS_PER_TOKEN]


@dataclass(frozen=True, kw_only=True)
class Completion:
    """A reply with all that its JSON says."""

    id: str
    created: int
    model: str
    text: str
    finish_reason: FinishReason
    prompt_tokens: int
    completion_tokens: int

    def as_json(self) -> bytes:
        """The body of a response that is not streamed."""
        message = {"role": "assistant", "content": self.text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self.finish_reason}
        return _bytes(self._head("chat.completion") | {"choices": [choice], "usage": self._usage()})

    def as_events(self, *, with_usage: bool) -> Iterator[bytes]:
        """The server-sent events of a streamed response."""
        yield self._event({"role": "assistant", "content": ""})
        step = _TOKENS_PER_CHUNK * _CHARACTERS_PER_TOKEN
        for start in range(0, len(self.text), step):
            yield self._event({"content": self.text[start : start + step]})
        yield self._event({}, finish_reason=self.finish_reason)
        if with_usage:
            yield _as_event(self._head("chat.completion.chunk") | {"choices": [], "usage": self._usage()})
        yield b"data: [DONE]\n\n"

    def _event(self, delta: dict[str, str], finish_reason: FinishReason | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return _as_event(self._head("chat.completion.chunk") | {"choices": [choice]})

    def _head(self, kind: str) -> dict[str, object]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": FINGERPRINT,
            "simulated": True,
        }

    def _usage(self) -> dict[str, object]:
        hidden = self.completion_tokens - count_tokens(self.text)
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
            "completion_tokens_details": {"reasoning_tokens": hidden},
        }


def _as_event(content: dict[str, object]) -> bytes:
    return b"data: " + _bytes(content) + b"\n\n"


def _bytes(content: dict[str, object]) -> bytes:
    return json.dumps(content).encode()
