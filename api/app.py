"""The HTTP application, put together. What it needs is made here and handed to the routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import pages, problems
from api.body_limit import BodyLimit
from api.methods import Methods
from api.publishing import Publisher
from api.routes import board, confirmations, health, questions, reports, runs, schedule, verdicts
from api.services import Broker, Services
from yzindex import __version__
from yzindex.asking_again import allowance_of
from yzindex.bank.files import INSTALLED, Bank, load_bank
from yzindex.fleet import Fleet, load_fleet
from yzindex.records.database import Database
from yzindex.settings import Settings

_DESCRIPTION = """\
Order smoke evaluations, follow them, read the board.

Scores are strings of their exact digits (`exact`) beside a rounded form to show (`shown`). A question that could not be
scored is missing, never zero: `coverage` says how many a score rests on. Scores of simulated models are labelled.
Errors are RFC 9457 problem documents that say what to do.
"""


def create_app(
    settings: Settings, *, bank: Bank | None = None, fleet: Fleet | None = None, broker: Broker | None = None
) -> FastAPI:
    """Make the application; reads the bank and the fleet, connects to nothing yet.

    Raises `InvalidBank` or `InvalidFleet` where the settings name ones that cannot be used.
    """
    services = Services(
        database=Database(settings.database_address),
        bank=bank or load_bank(settings.bank_dir or INSTALLED),
        fleet=fleet or load_fleet(settings),
        broker=broker or Publisher(settings),
        zone=settings.zone,
        schedule=settings.schedule,
        allowance=allowance_of(settings),
        address=settings.api_address,
        shows_prompts=settings.show_prompts,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001
        yield
        services.close()

    # Its pages of the description would load scripts from elsewhere.
    app = FastAPI(
        title="YZ index",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.add_middleware(BodyLimit)
    app.add_middleware(Methods, routes=app.router.routes)
    problems.install(app)
    for routes in (runs, confirmations, board, verdicts, questions, reports, schedule, health, *pages.ROOM):
        app.include_router(routes.router)
    problems.document(app)
    return app
