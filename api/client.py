"""A small client of the API, over httpx2.

ApiError
├── ApiUnreachable   nothing answers at the address, or not with what our API would say
└── ApiRefused       the API answered with a problem document
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlencode

import httpx2
from pydantic import BaseModel, ValidationError

from api.problems import Problem
from api.shapes.board import BoardBody
from api.shapes.compare import ComparisonBody
from api.shapes.confirmations import ConfirmationEstimateBody
from api.shapes.raw import RawAnswerBody, RawPage
from api.shapes.runs import EstimateBody, OrderedRun, ResumedRun, RunBody, RunRequest
from api.shapes.schedule import ScheduleBody
from api.shapes.verdicts import VerdictsBody
from yzindex.addresses import is_loopback
from yzindex.records.states import ENDED
from yzindex.wording import place_of, shown

_SILENT_S = 35.0  # a little more than the API itself waits for its database
_CONNECT_S = 5.0
_WHOLE_S = 120.0
_MOST_BYTES = 256 * 1024 * 1024
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


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long the client waits, in seconds: for a connection, for a silent server, for the end of an answer."""

    connect_s: float = _CONNECT_S
    silent_s: float = _SILENT_S
    whole_s: float = _WHOLE_S


_PATIENCE = Patience()


@dataclass(frozen=True, kw_only=True)
class _Answer:
    status: int
    etag: str
    content: bytes


def _comparison(address: str, model: str, run_a: int, run_b: int) -> str:
    return f"{address}?{urlencode({'model': model, 'run_a': run_a, 'run_b': run_b})}"


class Client:
    """Talks to the API at an address. Close it, or use it in a `with`."""

    def __init__(
        self, address: str, *, transport: httpx2.BaseTransport | None = None, patience: Patience = _PATIENCE
    ) -> None:
        self._address = address
        self._patience = patience
        self._http = httpx2.Client(
            base_url=address,
            timeout=httpx2.Timeout(patience.silent_s, connect=patience.connect_s),
            transport=transport,
            # A proxy of the environment is for the world outside, never for this machine.
            trust_env=not is_loopback(httpx2.URL(address).host),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def submit(self, order: RunRequest, *, idempotency_key: str | None = None) -> OrderedRun:
        """Order a run."""
        headers = {} if idempotency_key is None else {"idempotency-key": idempotency_key}
        answer = self._send("POST", "/v1/runs", json=order.model_dump(mode="json"), headers=headers)
        return self._read(answer, OrderedRun)

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

    def confirm(self, model: str) -> OrderedRun:
        """Have a model asked fresh questions now."""
        return self._read(self._send("POST", f"/v1/models/{quote(model)}/confirmations"), OrderedRun)

    def estimate_confirmation(self, model: str) -> ConfirmationEstimateBody:
        """Ask what asking a model again would ask and cost."""
        answer = self._send("GET", f"/v1/models/{quote(model)}/confirmations/estimate")
        return self._read(answer, ConfirmationEstimateBody)

    def wait(self, number: int, *, sleep: Callable[[float], None] = time.sleep) -> Iterator[RunBody]:
        """Give the run whenever it has changed, until it has ended; the last one given has."""
        etag = ""
        while True:
            answer = self._send("GET", f"/v1/runs/{number}", headers={"if-none-match": etag})
            if answer.status != httpx2.codes.NOT_MODIFIED:
                etag = answer.etag
                run = self._read(answer, RunBody)
                yield run
                if run.status in ENDED:
                    return
            sleep(_POLL_S)

    def board(self) -> BoardBody:
        """Read the board."""
        return self._read(self._send("GET", "/v1/board"), BoardBody)

    def schedule(self) -> ScheduleBody:
        """Read what is done every day."""
        return self._read(self._send("GET", "/v1/schedule"), ScheduleBody)

    def verdicts(self) -> VerdictsBody:
        """Read the newest day's verdicts."""
        return self._read(self._send("GET", "/v1/verdicts"), VerdictsBody)

    def compare(self, model: str, run_a: int, run_b: int) -> ComparisonBody:
        """Compare two runs of a model."""
        return self._read(self._send("GET", _comparison("/v1/compare", model, run_a, run_b)), ComparisonBody)

    def compare_picture(self, model: str, run_a: int, run_b: int) -> bytes:
        """Read the picture of a comparison, an SVG."""
        return self._send("GET", _comparison("/v1/compare.svg", model, run_a, run_b)).content

    def report(self, number: int, *, model: str | None = None, as_html: bool = False) -> str:
        """Read the report on a run, or on one model of it, as Markdown or as a page."""
        address = f"/v1/runs/{number}/report" + (f"?{urlencode({'model': model})}" if model is not None else "")
        answer = self._send("GET", address, headers={"accept": "text/html" if as_html else "text/markdown"})
        return answer.content.decode("utf-8", "replace")

    def raw(self, number: int, *, answer: int | None = None) -> Iterator[RawAnswerBody]:
        """Read a run's answers one by one."""
        address: str | None = f"/v1/runs/{number}/raw" + (f"?answer={answer}" if answer is not None else "")
        while address is not None:
            page = self._read(self._send("GET", address), RawPage)
            yield from page.items
            address = page.next

    def _send(self, method: str, address: str, **options: object) -> _Answer:
        try:
            with self._http.stream(method, address, **options) as response:  # type: ignore[arg-type]
                etag = response.headers.get("etag", "")
                answer = _Answer(status=response.status_code, etag=etag, content=self._content(response))
        except httpx2.TimeoutException as error:
            raise ApiUnreachable(
                f"the API at {self._address} does not answer in time ({type(error).__name__}); "
                "look into its log, or name another address in YZ_API_URL"
            ) from error
        except httpx2.DecodingError as error:
            raise self._is_another("an answer that cannot be decoded") from error
        except httpx2.RequestError as error:
            raise ApiUnreachable(
                f"no API answers at {self._address} ({type(error).__name__}: {shown(error, most=200)}); "
                "start it with `yz up`, or name another address in YZ_API_URL"
            ) from error
        if answer.status >= httpx2.codes.BAD_REQUEST:
            raise self._error(answer)
        return answer

    def _content(self, response: httpx2.Response) -> bytes:
        """Read an answer; what answers may be anything, also something that never comes to an end."""
        deadline = time.monotonic() + self._patience.whole_s
        content = bytearray()
        for piece in response.iter_bytes():
            content += piece
            if len(content) > _MOST_BYTES or time.monotonic() > deadline:
                raise self._is_another("an answer that does not end")
        return bytes(content)

    def _error(self, answer: _Answer) -> ApiError:
        try:
            return ApiRefused(Problem.model_validate_json(answer.content))
        except ValidationError:
            return self._is_another(f"status {answer.status} without a problem document")

    def _read(self, answer: _Answer, body: type[B]) -> B:
        try:
            return body.model_validate_json(answer.content)
        except ValidationError as error:
            fault = error.errors()[0]
            raise self._is_another(f"{place_of(fault) or 'answer'}: {fault['msg']}") from error

    def _is_another(self, sign: str) -> ApiUnreachable:
        return ApiUnreachable(
            f"what answers at {self._address} is not this API, or of another version ({sign}); check YZ_API_URL"
        )
