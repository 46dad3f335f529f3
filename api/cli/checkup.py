"""The parts that `yz doctor` looks at. A check finds out and never repairs; its words never hold a key."""

import os
import socket
import sys
from collections.abc import Callable, Iterator

import httpx2
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from api.cli.finding import Finding, trouble
from api.cli.sandbox_checkup import sandbox_findings
from api.client import ApiError, Client
from api.shapes.runs import RunRequest
from yzindex.addresses import redis_address
from yzindex.bank.files import INSTALLED, load_bank
from yzindex.errors import YzIndexError
from yzindex.fleet import load_fleet
from yzindex.records.analyses import troubles
from yzindex.records.database import Database
from yzindex.records.migrating import is_current
from yzindex.settings import Settings

_TIMEOUT_S = 5
_START = "`yz up` starts it"


def checkup(settings: Settings) -> Iterator[Finding]:
    """Look at one part after the other."""
    for check in _CHECKS:
        yield from check(settings)


def _python(_: Settings) -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    yield Finding(part="python", ok=sys.version_info >= (3, 11), found=found, do="")


def _database(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database_address)
    where = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not os.path.exists(url.database or ""):  # noqa: PTH110
        yield trouble("database", f"{where}: no such file", f"{_START} and makes it")
        return
    database = Database(settings.database_address)
    troubled = dict[int, str]()
    try:
        current = is_current(database)
        if current:
            with database.read() as session:
                troubled = troubles(session)
    except SQLAlchemyError as error:
        yield trouble("database", f"{where}: {type(error).__name__}", "start it, or check DATABASE_URL")
        return
    finally:
        database.close()
    if current:
        yield Finding(part="database", ok=True, found=where)
    else:
        yield trouble("database", f"{where}: not of this version's tables", "`yz up` migrates it")
    for number, told in troubled.items():
        yield trouble(
            "analysis",
            f"Run #{number} has no verdicts: {told}",
            "it is tried again by itself; the workers' log has more",
        )


def _broker(settings: Settings) -> Iterator[Finding]:
    address = redis_address(settings.redis_address)
    shown = address.rpartition("@")[2] if "@" in address else address
    try:
        with Redis.from_url(address, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S) as client:
            client.ping()
    except (RedisError, OSError, ValueError) as error:
        yield trouble("broker", f"{shown}: {type(error).__name__}", f"{_START}; or check REDIS_URL")
        return
    yield Finding(part="broker", ok=True, found=shown)


def _bank(settings: Settings) -> Iterator[Finding]:
    folder = settings.bank_dir or INSTALLED
    try:
        bank = load_bank(folder)
    except YzIndexError as error:
        faults = str(error).split("\n")
        yield trouble("bank", f"{len(faults)} faults; first {faults[0]}", f"yz questions lint {folder}")
        return
    yield Finding(part="bank", ok=True, found=f"version {bank.version}, {len(bank.questions)} questions in {folder}")


def _fleet(settings: Settings) -> Iterator[Finding]:
    try:
        fleet = load_fleet(settings)
    except YzIndexError as error:
        # A stack that was started with a fleet of its own, such as a simulated one, needs none named here.
        yield _fleet_of_api(settings) or trouble("fleet", str(error), "name a models file in YZ_MODELS_FILE")
        return
    yield Finding(part="fleet", ok=True, found=f"{len(fleet.models)} models, {len(fleet.judges)} judges")
    for provider in fleet.providers:
        name = provider.api_key_env
        if name is None:
            yield Finding(part="key", ok=True, found=f"{provider.name}: needs none")
        elif os.environ.get(name):
            yield Finding(part="key", ok=True, found=f"{provider.name}: {name} is set")
        else:
            yield trouble("key", f"{provider.name}: {name} is not set", f"set {name} where the workers run")


def _fleet_of_api(settings: Settings) -> Finding | None:
    with Client(settings.api_address) as client:
        try:
            models = client.estimate(RunRequest()).models
        except ApiError:
            return None
    simulated = " (simulated)" if any(model.simulated for model in models) else ""
    return Finding(part="fleet", ok=True, found=f"{len(models)} models{simulated}, of the API that runs")


def _api(settings: Settings) -> Iterator[Finding]:
    try:
        answer = httpx2.get(f"{settings.api_address}/healthz", timeout=_TIMEOUT_S, trust_env=False)
    except httpx2.TransportError as error:
        yield _port("api", settings.api_host, settings.api_port, f"{settings.api_address}: {type(error).__name__}")
        return
    if answer.is_success:
        yield Finding(part="api", ok=True, found=settings.api_address)
    else:
        yield trouble(
            "api", f"{settings.api_address}: something else answers", "free the port, or set YZ_API_PORT to another"
        )


def _flower(settings: Settings) -> Iterator[Finding]:
    if not settings.flower_port or not _is_taken("127.0.0.1", settings.flower_port):
        yield Finding(part="flower", ok=True, found=f"port {settings.flower_port} is free")
    else:
        yield Finding(part="flower", ok=True, found=f"port {settings.flower_port} is in use, by Flower if it runs")


def _port(part: str, host: str, port: int, found: str) -> Finding:
    """Tell a service that is not started from a port that another program holds."""
    if port and _is_taken(host, port):
        return trouble(part, f"{found}, but its port is in use", f"free port {port}, or set YZ_API_PORT to another")
    return trouble(part, found, f"{_START}; its port is free")


def _is_taken(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.settimeout(_TIMEOUT_S)
        return probe.connect_ex((host, port)) == 0


_CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _python,
    _database,
    _broker,
    sandbox_findings,
    _bank,
    _fleet,
    _api,
    _flower,
)
