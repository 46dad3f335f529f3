"""What the broker is asked beside carrying messages: whether it still has its memory, and what waits on its queues."""

from secrets import token_hex

from redis import Redis

_EPOCH = "yz:epoch"


def broker_epoch(redis: Redis) -> str:
    """Read the epoch, or begin one: a random key that goes when the broker loses its memory.

    A row published under another epoch is published again at once; under the same one, silence may be backlog.
    """
    redis.set(_EPOCH, token_hex(8), nx=True)
    found = redis.get(_EPOCH)
    # Emptied between the two calls: the next sweep finds the new epoch.
    return found.decode() if isinstance(found, bytes) else ""


def waiting(redis: Redis, queue: str) -> int:
    """Count the messages that wait on a queue; those that a worker has taken are not among them."""
    return int(redis.llen(queue))
