"""The broker's epoch: a random key that goes when the broker loses its memory.

A row published under another epoch is published again at once; under the same one, silence is only backlog.
"""

from secrets import token_hex

from redis import Redis

_KEY = "yz:epoch"


def broker_epoch(redis: Redis) -> str:
    """Read the epoch, or begin one."""
    redis.set(_KEY, token_hex(8), nx=True)
    found = redis.get(_KEY)
    # Emptied between the two calls: the next sweep finds the new epoch.
    return found.decode() if isinstance(found, bytes) else ""
