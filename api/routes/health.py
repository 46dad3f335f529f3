"""Whether the API is up, and whether it can do its work."""

import structlog
from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError

from api.problems import FieldError, NotReady, documented
from api.services import Given, Services
from api.shapes.values import Body
from yzindex.records.migrating import is_current

log = structlog.get_logger()

router = APIRouter(tags=["health"])


class Health(Body):
    """A sign of life."""

    status: str = "ok"


@router.get("/healthz", response_model=Health, summary="Is the process up?")
def get_health() -> Health:
    """Answer as long as the process is up, whatever else is down."""
    return Health()


@router.get("/readyz", response_model=Health, responses=documented(503), summary="Can it do its work?")
def get_readiness(services: Given) -> Health:
    """Answer 200 if the database has this version's tables and the broker answers, else say what is missing."""
    missing = [*_database_trouble(services), *_broker_trouble(services)]
    if missing:
        raise NotReady(missing)
    return Health()


def _database_trouble(services: Services) -> list[FieldError]:
    try:
        if is_current(services.database):
            return []
    except SQLAlchemyError as error:
        log.warning("database does not answer", reason=str(error))
        return [
            FieldError(
                field="database",
                reason=f"does not answer ({type(error).__name__}); start it, or check DATABASE_URL and YZ_DATA_DIR",
            )
        ]
    return [FieldError(field="database", reason="has not this version's tables; `make up` migrates it")]


def _broker_trouble(services: Services) -> list[FieldError]:
    trouble = services.broker.broker_trouble()
    if trouble is None:
        return []
    return [
        FieldError(
            field="broker",
            reason=f"does not answer ({trouble}); start it, or check REDIS_URL. Runs are accepted and start later",
        )
    ]
