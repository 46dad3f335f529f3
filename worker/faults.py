"""What a failed model call means: whose trouble it was, and whether to try again.

Fault
├── TransientFault   try again within the policy
└── PermanentFault   trying again now cannot help
"""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

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
    if isinstance(error.__cause__, httpx2.ConnectTimeout):
        # The aiohttp transport reports every connection that fails or is dropped as this.
        return TransientFault("the connection broke", name="connection")
    if isinstance(error, (APITimeoutError, httpx2.TimeoutException, TimeoutError)):
        return TransientFault("no response within our time limit", name="timeout")
    if isinstance(error, (APIResponseValidationError, ValueError)):
        return TransientFault("the response was not readable JSON", name="unreadable")
    if isinstance(error, (APIConnectionError, httpx2.HTTPError, OSError)):
        return TransientFault("the connection broke", name="connection")
    return PermanentFault(f"the call failed: {type(error).__name__}", name="client")


def _of_status(error: APIStatusError) -> Fault:
    status = error.status_code
    if status >= 500 or status in _TRANSIENT_STATUS:
        return TransientFault(f"provider answered {status}", name="server_error", retry_after_s=_retry_after_s(error))
    # Not its message, which may repeat the key or the prompt.
    code = f" ({error.code})" if error.code else ""
    return PermanentFault(f"provider answered {status}{code}", name=f"status_{status}")


def _retry_after_s(error: APIStatusError) -> float | None:
    """Read the header's seconds or date (RFC 9110, 10.2.3); None where it is absent or neither."""
    stated = error.response.headers.get("retry-after", "")
    try:
        wait_s = float(stated)
    except ValueError:
        return _until_s(stated)
    return max(0.0, wait_s) if math.isfinite(wait_s) else None


def _until_s(date: str) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
