"""What came back from a provider, read without trust: usable, or trouble that is not the model's."""

from dataclasses import dataclass

from openai import APIStatusError
from openai.types.chat import ChatCompletion

from worker.faults import TransientFault
from yzindex.ports import FinishReason

#: Reasons that are the model's own way to end. Any other, such as "error", is the provider's trouble.
_FINISH = {
    "stop": FinishReason.STOP,
    "tool_calls": FinishReason.STOP,
    "function_call": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
}
#: Codes under which providers say, as an error, that their filter withheld the answer.
_FILTER_CODES = frozenset(
    {"content_filter", "content_policy_violation", "data_inspection_failed", "moderation_blocked"}
)
_MOST_TOKENS = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Response:
    """A usable response."""

    text: str
    finish_reason: FinishReason
    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    request_id: str = ""

    def finish_reason_within(self, characters: int) -> FinishReason:
        """Why it ended: a text of more characters was truncated by the model."""
        return FinishReason.LENGTH if len(self.text) > characters else self.finish_reason


def usable(completion: ChatCompletion) -> Response:
    """Read a completion; raise `TransientFault` where it is not one.

    The client does not validate, so a cut or foreign body comes through as an object with anything in it.
    """
    choices = getattr(completion, "choices", None)
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = getattr(choice, "message", None)
    text = getattr(message, "content", None) or getattr(message, "refusal", None) or ""
    if message is None or not isinstance(text, str):
        raise TransientFault("the response has no message", name="unreadable")
    stated = getattr(choice, "finish_reason", None)
    finish = _FINISH.get(stated) if isinstance(stated, str) else None
    # Some servers leave the reason out; an answer without it is an answer, nothing without it is not.
    if (finish is None and (stated is not None or not text)) or getattr(choice, "error", None):
        raise TransientFault("the provider broke off the answer", name="broken_off")
    usage = getattr(completion, "usage", None)
    return Response(
        text=text,
        finish_reason=finish or FinishReason.STOP,
        model=str(getattr(completion, "model", None) or ""),
        prompt_tokens=_tokens(getattr(usage, "prompt_tokens", 0)),
        completion_tokens=_tokens(getattr(usage, "completion_tokens", 0)),
        request_id=str(getattr(completion, "_request_id", None) or ""),
    )


def is_filter(error: Exception) -> bool:
    """Whether a provider's error says that its filter withheld the answer: a refusal, and so the model's own."""
    return isinstance(error, APIStatusError) and error.code in _FILTER_CODES


def filtered(model: str) -> Response:
    """The response that such an error stands for."""
    return Response(text="", finish_reason=FinishReason.CONTENT_FILTER, model=model)


def _tokens(count: object) -> int:
    return count if isinstance(count, int) and 0 <= count <= _MOST_TOKENS else 0
