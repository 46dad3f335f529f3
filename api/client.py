"""A small client of the API, over httpx2.

ApiError
├── ApiUnreachable   nothing answers at the address, or not with what our API would say
└── ApiRefused       the API answered with a problem document
"""

import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from types import TracebackType
from typing import Self, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from api.problems import Problem
from api.shapes.board import BoardBody
from api.shapes.raw import RawAnswerBody, RawPage
from api.shapes.runs import EstimateBody, OrderedRun, ResumedRun, RunBody, RunRequest
from yzindex.records.states import ENDED

_TIMEOUT_S = 35.0  # a little more than the API itself waits for its database
_POLL_S = 0.5

B = TypeVar("B", bound=BaseModel)


class ApiError(Exception):
    """A request that did not succeed; the message says what to do."""


class ApiUnreachable(ApiError):
    """Nothing that is our API answers at the address."""


class ApiRefused(ApiError):
    """The API refused; `problem` is its document."""

    def __init__(self, problem: Problem) -> None:
        faults = [f"{fault.field}: {fault.reason}" for fault in problem.errors]
        super().__init__("\n".join([f"{problem.title}: {problem.detail}", *faults, problem.do]))
        self.problem = problem


class Client:
    """Talks to the API at an address. Close it, or use it in a `with`."""

    def __init__(self, address: str, *, transport: httpx2.BaseTransport | None = None) -> None:
        self._address = address
        self._http = httpx2.Client(
            base_url=address,
            timeout=_TIMEOUT_S,
            transport=transport,
            # A proxy of the environment is for the world outside, never for this machine.
            trust_env=not _is_loopback(httpx2.URL(address).host),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def submit(self, order: RunRequest, *, idempotency_key: str | None = None) -> OrderedRun:
        """Order a run."""
        headers = {} if idempotency_key is None else {"idempotency-key": idempotency_key}
        response = self._send("POST", "/v1/runs", json=order.model_dump(mode="json"), headers=headers)
        return self._read(response, OrderedRun)

    def estimate(self, order: RunRequest) -> EstimateBody:
        """Ask what a run would ask and cost."""
        return self._read(self._send("POST", "/v1/estimates", json=order.model_dump(mode="json")), EstimateBody)

    def run(self, number: int) -> RunBody:
        """Read a run."""
        return self._read(self._send("GET", f"/v1/runs/{number}"), RunBody)

    def cancel(self, number: int) -> RunBody:
        """End a run now."""
        return self._read(self._send("DELETE", f"/v1/runs/{number}"), RunBody)

    def resume(self, number: int) -> ResumedRun:
        """Have what is unscored in a run asked again."""
        return self._read(self._send("POST", f"/v1/runs/{number}/resume"), ResumedRun)

    def wait(self, number: int, *, sleep: Callable[[float], None] = time.sleep) -> Iterator[RunBody]:
        """Give the run whenever it has changed, until it has ended; the last one given has."""
        etag = ""
        while True:
            response = self._send("GET", f"/v1/runs/{number}", headers={"if-none-match": etag})
            if response.status_code != httpx2.codes.NOT_MODIFIED:
                etag = response.headers.get("etag", "")
                run = self._read(response, RunBody)
                yield run
                if run.status in ENDED:
                    return
            sleep(_POLL_S)

    def board(self) -> BoardBody:
        """Read the board."""
        return self._read(self._send("GET", "/v1/board"), BoardBody)

    def raw(self, number: int, *, answer: int | None = None) -> Iterator[RawAnswerBody]:
        """Read a run's answers one by one."""
        address: str | None = f"/v1/runs/{number}/raw" + (f"?answer={answer}" if answer is not None else "")
        while address is not None:
            page = self._read(self._send("GET", address), RawPage)
            yield from page.items
            address = page.next

    def _send(self, method: str, address: str, **options: object) -> httpx2.Response:
        try:
            response = self._http.request(method, address, **options)  # type: ignore[arg-type]
        except httpx2.TransportError as error:
            raise ApiUnreachable(
                f"no API answers at {self._address} ({type(error).__name__}: {error}); "
                "start it with `yz up`, or name another address in YZ_API_URL"
            ) from error
        if response.is_error:
            raise self._error(response)
        return response

    def _error(self, response: httpx2.Response) -> ApiError:
        try:
            return ApiRefused(Problem.model_validate_json(response.content))
        except ValidationError:
            return ApiUnreachable(
                f"what answers at {self._address} is not this API: status {response.status_code} without a problem "
                "document; check YZ_API_URL"
            )

    def _read(self, response: httpx2.Response, body: type[B]) -> B:
        try:
            return body.model_validate_json(response.content)
        except ValidationError as error:
            fault = error.errors()[0]
            raise ApiUnreachable(
                f"what answers at {self._address} is not this API, or of another version "
                f"({'.'.join(map(str, fault['loc']))}: {fault['msg']}); check YZ_API_URL"
            ) from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
