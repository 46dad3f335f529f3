"""Kombu's Redis transport, mended: its worker dies when the broker goes away while messages are unacknowledged.

After a lost connection, kombu acknowledges what is done and puts the rest back by a channel whose connection is gone,
and the AttributeError of that ends the worker. Here it is a connection error, which Celery knows to survive, and what
cannot be put back is let go: the rows show what is missing.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport.redis import Channel, QoS
from kombu.transport.redis import Transport as RedisTransport
from redis.exceptions import ConnectionError as RedisConnectionError


class _Unacknowledged(QoS):
    """The messages of a channel that are not acknowledged yet."""

    def restore_unacked(self, client: Any = None) -> None:
        try:
            super().restore_unacked(client)  # type: ignore[no-untyped-call]
        except RedisConnectionError:
            self._delivered.clear()


class _Channel(Channel):
    QoS = _Unacknowledged

    def _connparams(self, asynchronous: bool = False) -> Any:
        if self.connection is None or self.connection.client is None:
            raise RedisConnectionError("the connection of this channel is gone")
        return super()._connparams(asynchronous)  # type: ignore[no-untyped-call]


class Transport(RedisTransport):
    """The transport of every address that names Redis, once `install` was called."""

    Channel = _Channel


def install() -> None:
    """Use this transport from now on in this process."""
    TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), f"{__name__}:{Transport.__name__}"))
