"""What a failed model call means: whose trouble it was, and whether to try again.

    Fault
    ├── TransientFault   try again within the policy
    └── PermanentFault   trying again now cannot help
"""

import httpx2
from openai import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    RateLimitError,
)

_TRANSIENT_STATUS = frozenset({408, 409, 425, 429})


class Fault(Exception):
    """A call without a usable response; never a score."""

    def __init__(self, reason: str, *, name: str = "refused", retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.name = name
        self.retry_after_s = retry_after_s


class TransientFault(Fault):
    """The same call may succeed in a moment."""


class PermanentFault(Fault):
    """The same call would fail again: a wrong key, an unknown model, a wait too long for one task."""


def classify(error: Exception) -> Fault:
    """Turn what the client raised into a fault."""
    if isinstance(error, RateLimitError):
        return TransientFault("provider answered 429", name="rate_limited", retry_after_s=_retry_after_s(error))
    if isinstance(error, APIStatusError):
        return _of_status(error)
    if isinstance(error, (APITimeoutError, httpx2.TimeoutException, TimeoutError)):
        return TransientFault("no response within our time limit", name="timeout")
    if isinstance(error, (APIResponseValidationError, ValueError)):
        return TransientFault("the response was not readable JSON", name="unreadable")
    if isinstance(error, (APIConnectionError, httpx2.HTTPError, OSError)):
        return TransientFault("the connection broke", name="connection")
    return PermanentFault(f"{type(error).__name__}: {error}", name="client")


def _of_status(error: APIStatusError) -> Fault:
    status = error.status_code
    if status >= 500 or status in _TRANSIENT_STATUS:
        return TransientFault(
            f"provider answered {status}", name="server_error", retry_after_s=_retry_after_s(error)
        )
    return PermanentFault(f"provider answered {status}: {error.message}", name=f"status_{status}")


def _retry_after_s(error: APIStatusError) -> float | None:
    stated = error.response.headers.get("retry-after")
    try:
        return None if stated is None else max(0.0, float(stated))
    except ValueError:
        # A date instead of seconds: our own backoff serves.
        return None
