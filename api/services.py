"""What the routes work with: made once per process, handed to each route."""

from dataclasses import dataclass
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from yzindex.asking_again import Allowance
from yzindex.bank.files import Bank
from yzindex.fleet import Fleet
from yzindex.records.database import Database


class Broker(Protocol):
    """Takes the message that starts a run."""

    def dispatch(self, run_number: int) -> bool: ...

    def broker_trouble(self) -> str | None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Services:
    """The database, what may be drawn, who may be asked, and the way to the workers."""

    database: Database
    bank: Bank
    fleet: Fleet
    broker: Broker
    #: In which days begin.
    zone: ZoneInfo
    #: What asking again about one model may take on one of them.
    allowance: Allowance
    #: At which the stack is found.
    address: str

    def close(self) -> None:
        self.broker.close()
        self.database.close()


def _services(request: Request) -> Services:
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


#: A route's parameter of this type is filled in by FastAPI.
Given = Annotated[Services, Depends(_services)]
