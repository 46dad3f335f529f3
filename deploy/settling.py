"""Settle what the settings leave open: absolute paths, free ports, one queue, one models file for all children."""

from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from deploy.children import FLOWER_HOST
from deploy.faults import QueueUnreachable
from deploy.fleet_file import write_fleet
from deploy.ports import free_port
from deploy.state_folder import StateFolder
from deploy.supervisor import Say
from deploy.upgrading import sqlite_file
from yzindex.addresses import redis_address
from yzindex.fleet import Fleet
from yzindex.settings import Settings

_QUEUE_ANSWERS_WITHIN_S = 3


def settled(settings: Settings, folder: StateFolder, socket: Path, say: Say) -> Settings:
    """Return the settings as the children get them; they run in another folder, so nothing may be relative."""
    return settings.model_copy(
        update={
            "data_dir": folder.root,
            "database_url": _absolute(settings.database_url),
            "redis_url": settings.redis_url or f"redis+socket://{socket}",
            "api_port": _port("the API", settings.api_host, settings.api_port, say),
            "flower_port": _port("Flower", FLOWER_HOST, settings.flower_port, say),
        }
    )


def with_fleet(settings: Settings, fleet: Fleet, folder: StateFolder) -> Settings:
    """Name a models file in the settings. One is written for a fleet that is in none: only keys stay in variables."""
    if settings.models_file is not None:
        return settings
    write_fleet(fleet, folder.models_file)
    return settings.model_copy(update={"models_file": folder.models_file})


def check_queue(address: str) -> None:
    """Raise `QueueUnreachable` unless a server answers; it is not ours to start."""
    try:
        with Redis.from_url(
            redis_address(address), socket_connect_timeout=_QUEUE_ANSWERS_WITHIN_S, socket_timeout=3
        ) as client:
            client.ping()
    except (RedisError, ValueError) as error:
        raise QueueUnreachable(
            f"the queue that REDIS_URL names does not answer: {error}. "
            "Start it, correct the address, or unset REDIS_URL for a queue of our own"
        ) from error


def _absolute(database_url: str | None) -> str | None:
    file = sqlite_file(database_url) if database_url else None
    return f"sqlite:///{file}" if file else database_url


def _port(what: str, host: str, wanted: int, say: Say) -> int:
    found = free_port(host, wanted)
    if wanted and found != wanted:
        say(f"port {wanted} is taken: {what} listens on {found} instead")
    return found
