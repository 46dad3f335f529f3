"""Model calls with their record: what was asked and returned, what it took, what went wrong on the way."""

from collections import Counter

from worker.patience import patiently
from worker.runtime import Runtime
from yzindex.errors import ModelUnavailable
from yzindex.ports import ModelCall, ModelReply
from yzindex.records.answers import add_call
from yzindex.records.states import Purpose
from yzindex.records.tables import StoredCall


def ask_recorded(runtime: Runtime, call: ModelCall, answer_id: int, purpose: Purpose) -> ModelReply:
    """Ask a model and keep the record of the call, also when it fails with `ModelUnavailable`."""
    try:
        reply = runtime.gateway.ask(call)
    except ModelUnavailable as trouble:
        patiently(add_call, runtime.database, _failed(call, answer_id, purpose, trouble))
        raise
    patiently(add_call, runtime.database, _made(call, answer_id, purpose, reply))
    return reply


def _made(call: ModelCall, answer_id: int, purpose: Purpose, reply: ModelReply) -> StoredCall:
    return StoredCall(
        answer_id=answer_id,
        purpose=purpose,
        provider=call.provider,
        model_asked=call.model,
        model_returned=reply.model_returned,
        finish_reason=reply.finish_reason,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
        cost_usd=reply.cost_usd,
        latency_s=reply.latency_s,
        attempts=reply.attempts,
        errors=dict(Counter(reply.errors)),
        request_id=reply.request_id,
        text=None if purpose is Purpose.ASK else reply.text,
    )


def _failed(call: ModelCall, answer_id: int, purpose: Purpose, trouble: ModelUnavailable) -> StoredCall:
    return StoredCall(
        answer_id=answer_id,
        purpose=purpose,
        provider=call.provider,
        model_asked=call.model,
        attempts=trouble.attempts,
        errors=dict(Counter(trouble.errors)),
        error=trouble.reason,
    )
