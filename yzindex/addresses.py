"""One address of the queue, as its two clients, Celery and redis-py, write it: they differ for unix sockets only."""

_CELERY = "redis+socket://"
_REDIS = "unix://"


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
