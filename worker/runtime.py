"""What a worker process holds: settings, database, fleet, and the implementations of the index's ports."""

import os
from functools import cached_property, lru_cache, partial
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from celery.signals import worker_process_shutdown
from redis import Redis

from worker.holder import holder_of_this_process
from worker.leases import LeaseKeeper
from worker.sandboxing import SandboxRunner
from yzindex.addresses import redis_address
from yzindex.bank.files import INSTALLED, Bank, load_bank
from yzindex.fleet import Fleet, load_fleet
from yzindex.ports import ModelGateway
from yzindex.records.database import Database
from yzindex.records.leases import Leased, renew
from yzindex.records.run_claims import RunClaim, renew_run_claims
from yzindex.records.sights import SightClaim, renew_sights
from yzindex.records.tables import Answer, Regrade
from yzindex.settings import Settings, load_settings

if TYPE_CHECKING:
    from yzindex.records.judging import JudgingCache

Part = TypeVar("Part")
# Re-entrant: a part is built from others.
_building = RLock()


class once(cached_property[Part]):  # noqa: N801  used as cached_property is
    """A cached property that one thread builds while others wait; `cached_property` gave that up in Python 3.12."""

    def __get__(self, runtime: object, owner: type | None = None) -> Part:  # type: ignore[override]
        with _building:
            part: Part = super().__get__(runtime, owner)
            return part


class Runtime:
    """Made once per process and only as far as it is used: a sandbox worker never builds a gateway or sees a key."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        #: Names this process in the rows it holds.
        self.owner = holder_of_this_process()

    @once
    def database(self) -> Database:
        return Database(self.settings.database_address)

    @once
    def fleet(self) -> Fleet:
        return load_fleet(self.settings)

    @once
    def bank(self) -> Bank:
        return load_bank(self.settings.bank_dir or INSTALLED)

    @once
    def gateway(self) -> ModelGateway:
        # Its import takes most of a second, which no other kind of worker should pay.
        from worker.gateway import OpenAIGateway

        return OpenAIGateway(self.fleet, self.settings)

    @once
    def judging_cache(self) -> "JudgingCache":
        # Its import takes as long, and only who judges needs it.
        from yzindex.records.judging import JudgingCache

        return JudgingCache()

    @once
    def code_runner(self) -> SandboxRunner:
        return SandboxRunner(self.settings)

    @once
    def redis(self) -> Redis:
        return Redis.from_url(redis_address(self.settings.redis_address))

    @once
    def leases(self) -> LeaseKeeper[int]:
        return self._leases_of(Answer)

    @once
    def regrade_leases(self) -> LeaseKeeper[int]:
        return self._leases_of(Regrade)

    @once
    def run_leases(self) -> LeaseKeeper[RunClaim]:
        lease_s = self.settings.lease_s
        return LeaseKeeper(partial(renew_run_claims, self.database, lease_s=lease_s), lease_s=lease_s)

    @once
    def sight_leases(self) -> LeaseKeeper[SightClaim]:
        lease_s = self.settings.lease_s
        return LeaseKeeper(partial(renew_sights, self.database, lease_s=lease_s), lease_s=lease_s)

    def close(self) -> None:
        """Remove the containers that wait for programs."""
        if "code_runner" in vars(self):
            self.code_runner.close()

    def _leases_of(self, table: Leased) -> LeaseKeeper[int]:
        lease_s = self.settings.lease_s
        return LeaseKeeper(partial(renew, self.database, table, owner=self.owner, lease_s=lease_s), lease_s=lease_s)


def runtime() -> Runtime:
    """The runtime of this process; a forked child gets one of its own."""
    with _building:
        return _runtime_of(os.getpid())


@lru_cache(maxsize=1)
def _runtime_of(_process_id: int) -> Runtime:
    return Runtime(load_settings())


@worker_process_shutdown.connect
def _close_runtime(**_: object) -> None:
    runtime().close()
