"""Celery's result store as far as chords need it: it counts their parts, and nobody listens for a result.

Celery's own subscribes to a channel for every header task of a chord, and once the broker has been away too long it
fails for good: "the Celery application must be restarted". We read rows, never results.
"""

from celery.backends.redis import RedisBackend, ResultConsumer

from yzindex.addresses import celery_address


class _Deaf(ResultConsumer):
    """Listens to nothing."""

    def start(self, initial_task_id: str, **_: object) -> None:
        pass

    def consume_from(self, task_id: str) -> None:
        pass

    def cancel_for(self, task_id: str) -> None:
        pass


class ChordStore(RedisBackend):
    """The store; named by `chord_store_address`."""

    ResultConsumer = _Deaf


def chord_store_address(redis_address: str) -> str:
    """Give the address under which Celery finds this store at a server.

    >>> chord_store_address("unix:///run/valkey.sock")
    'worker.chords.ChordStore+socket:///run/valkey.sock'
    >>> chord_store_address("redis://host/1")
    'worker.chords.ChordStore+redis://host/1'
    """
    return f"{__name__}.{ChordStore.__name__}+{celery_address(redis_address).removeprefix('redis+')}"
