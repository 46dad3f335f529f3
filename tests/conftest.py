"""What every test gets: engines by fixture, skips by marker, seeded randomness.

YZ_TEST_NO_SKIPS=1   a skip, wherever it comes from, is a failure (for a CI that has installed every engine)
YZ_TEST_SEED=N       repeats a session's random choices; every session prints its own
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from sandbox import Sandbox
from tests import engines, sandboxes
from worker.sandboxing import SandboxRunner
from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.settings import Settings

NO_SKIPS = os.environ.get("YZ_TEST_NO_SKIPS") == "1"
IN_CI = bool(os.environ.get("CI"))

hypothesis.settings.register_profile("local", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)


def pytest_configure(config: pytest.Config) -> None:
    # Set for the processes of pytest-xdist too, which inherit the environment.
    os.environ.setdefault("YZ_TEST_SEED", "1" if IN_CI else str(random.SystemRandom().randrange(2**32)))
    hypothesis.settings.load_profile("ci" if IN_CI else "local")


def pytest_report_header() -> str:
    examples = "the same every time" if IN_CI else "new every time"
    skips = "failures" if NO_SKIPS else "allowed"
    return f"YZ_TEST_SEED={os.environ['YZ_TEST_SEED']}; hypothesis examples are {examples}; skips are {skips}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files whose tests are given most time, or one of them would run alone at the end."""
    given_s: dict[Path, float] = defaultdict(lambda: float(config.getini("timeout")))
    for item in items:
        marker = item.get_closest_marker("timeout")
        given_s[item.path] = max(given_s[item.path], marker.args[0] if marker else 0.0)
    items.sort(key=lambda item: -given_s[item.path])


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, absent in engines.ABSENT.items():
        if item.get_closest_marker(marker) and (reason := absent()):
            pytest.skip(f"{marker}: {reason}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not hasattr(report, "wasxfail"):  # an expected failure is reported as a kind of skip
        _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if NO_SKIPS and report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}\n(a failure because YZ_TEST_NO_SKIPS=1)"


@pytest.fixture(autouse=True)
def _seeded(request: pytest.FixtureRequest) -> None:
    """Seed `random` per test, so that a test's choices do not depend on which tests ran before it."""
    random.seed(f"{os.environ['YZ_TEST_SEED']}:{request.node.nodeid}")


@pytest.fixture(scope="session")
def empty_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with our tables and nothing in them; a copy is there sooner than one migrated anew."""
    file = tmp_path_factory.mktemp("tables") / "yz.sqlite3"
    database = Database(f"sqlite:///{file}")
    migrate(database)
    database.close()
    return file


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """An empty database of a real redis-server; mark the test `redis_server`."""
    with engines.empty_redis() as url:
        yield url


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A private Valkey on a unix socket, as the one-machine stack uses; always there."""
    with engines.valkey() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A fresh PostgreSQL database, without tables; mark the test `postgres`."""
    with engines.empty_postgres() as url:
        yield url


@pytest.fixture(scope="session", params=sandboxes.BOTH)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """Each implementation of the sandbox in turn; one whose engine is absent is skipped by name."""
    with sandboxes.opened(request.param) as opened:
        yield opened


@pytest.fixture(scope="session", params=[*sandboxes.BOTH, "no sandbox"])
def code_runner(request: pytest.FixtureRequest) -> Iterator[SandboxRunner]:
    """The same behind the index's port, and what is left of it where no sandbox runs: known answers."""
    if request.param == "no sandbox":
        yield sandboxes.runner_without_sandbox()
        return
    with sandboxes.opened(request.param):
        runner = SandboxRunner(Settings(sandbox=request.param))
    yield runner
    runner.close()
