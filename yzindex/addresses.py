"""Addresses of servers: what they must look like, and the two forms of the queue's.

A check returns the address as it was given, or raises a `ValueError` that says what is needed. It never repeats the
address, which may hold a password.
"""

import re
from ipaddress import ip_address

from pydantic_core import Url

_CELERY = "redis+socket://"
_REDIS = "unix://"
_SERVER = r"(?:[^/@]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^/:@\s?#\[\]]*)(?::(?P<port>\d*))?"
_POSTGRESQL = re.compile(rf"postgresql(?:\+psycopg)?://{_SERVER}/[^/?\s]*(?:\?\S*)?")
_SQLITE = re.compile(r"sqlite(?:\+pysqlite)?:///(?P<file>[^?]+)(?:\?.*)?")
_REDIS_SERVER = re.compile(rf"rediss?://{_SERVER}(?:/\d{{0,4}})?(?:\?\S*)?")
_SOCKET = re.compile(r"(?:redis\+socket|unix)://(?:[^/@]*@)?/[^\s?]+(?:\?\S*)?")


def celery_address(address: str) -> str:
    """Give the form that Celery takes.

    >>> celery_address("unix:///run/valkey.sock")
    'redis+socket:///run/valkey.sock'
    """
    return address.replace(_REDIS, _CELERY, 1) if address.startswith(_REDIS) else address


def redis_address(address: str) -> str:
    """Give the form that redis-py takes.

    >>> redis_address("redis+socket:///run/valkey.sock")
    'unix:///run/valkey.sock'
    """
    return address.replace(_CELERY, _REDIS, 1) if address.startswith(_CELERY) else address


def check_database_address(address: str) -> str:
    """Check that it names a PostgreSQL database or an SQLite file."""
    if address.startswith("sqlite"):
        found = _SQLITE.fullmatch(address)
        if found is None or found["file"] == ":memory:":
            raise ValueError("needs a file that API and workers share, such as sqlite:////var/lib/yz/yz.sqlite3")
        return address
    if not address.startswith(("postgresql://", "postgresql+psycopg://")):
        raise ValueError(
            "needs a database that is supported: PostgreSQL, postgresql+psycopg://user:password@host:5432/yz, "
            "or SQLite, sqlite:////path/to/yz.sqlite3"
        )
    if not _has_good_port(_POSTGRESQL.fullmatch(address)):
        raise ValueError(
            "needs the form postgresql+psycopg://user:password@host:5432/database, with a port from 1 to 65535 and "
            "with @, : and / in the password written as %40, %3A and %2F"
        )
    return address


def check_queue_address(address: str) -> str:
    """Check that it names a Redis or Valkey server, by host or by unix socket."""
    if _SOCKET.fullmatch(address) or _has_good_port(_REDIS_SERVER.fullmatch(address)):
        return address
    raise ValueError(
        "needs a Redis or Valkey server: redis://host:6379/0, rediss://user:password@host:6379/0 (with @, : and / in "
        "the password written as %40, %3A and %2F), or unix:///path/to/socket"
    )


def check_http_address(address: str) -> str:
    """Check that it is the base of HTTP addresses: no credentials, no query, no fragment."""
    try:
        url = Url(address) if re.fullmatch(r"https?://[^/\\\s][^\\\s]*", address, re.IGNORECASE) else None
    except ValueError:  # Pydantic's own words repeat the address
        url = None
    if url is None or not url.port:
        raise ValueError("needs an address such as https://models.example/v1, with a port from 1 to 65535 if any")
    if url.username is not None or url.password is not None:
        raise ValueError("must not hold a user or password: it is shown in logs and records")
    if url.query is not None or url.fragment is not None:
        raise ValueError("must end with its path, without ? and #: more path is added to it")
    return address


def is_sent_in_clear(address: str) -> bool:
    """Whether what is sent to this HTTP address leaves the machine unencrypted.

    >>> [is_sent_in_clear(address) for address in ("http://[::1]:9/v1", "https://x.example", "http://127.x.example")]
    [False, False, True]
    """
    url = Url(address)
    return url.scheme == "http" and not is_loopback(url.host or "")


def is_loopback(host: str) -> bool:
    """Whether a host of an address is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _has_good_port(found: re.Match[str] | None) -> bool:
    return found is not None and (not found["port"] or 1 <= int(found["port"][:6]) <= 65535)
