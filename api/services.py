"""What the routes work with: made once per process, handed to each route."""

from dataclasses import dataclass, field
from threading import Event
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from yzindex.asking_again import Allowance
from yzindex.bank.files import Bank
from yzindex.fleet import Fleet
from yzindex.records.database import Database
from yzindex.records.item_cache import ItemCache
from yzindex.schedule import Schedule


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
    #: Of the daily run; None where there is none.
    schedule: Schedule | None
    #: What asking again about one model may take on one of them.
    allowance: Allowance
    #: At which the stack is found.
    address: str
    #: Whether pages of questions show what is still asked.
    shows_prompts: bool
    #: Figures of all questions.
    items: ItemCache = field(default_factory=ItemCache)
    #: Set when the server stops: whoever follows a run is told no more, and asks again of the next server.
    stopping: Event = field(default_factory=Event)

    def close(self) -> None:
        self.broker.close()
        self.database.close()


def services_of(request: Request) -> Services:
    """Give the services of the application that a request is for."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


#: A route's parameter of this type is filled in by FastAPI.
Given = Annotated[Services, Depends(services_of)]
