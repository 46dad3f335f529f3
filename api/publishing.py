"""Send the one message that starts a run, by its task's name: the API knows no worker."""

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from yzindex.addresses import celery_address
from yzindex.settings import Settings

log = structlog.get_logger()

_TASK = "yz.dispatch"
_QUEUE = "control"
_TIMEOUT_S = 1
#: What a broker that is away raises, over any transport.
_AWAY = (OperationalError, RedisError, OSError)


class Publisher:
    """Sends to the broker without retries: a run whose message is lost is found by the sweeper."""

    def __init__(self, settings: Settings) -> None:
        self._celery = Celery("yz-index-api", broker=celery_address(settings.redis_address), set_as_current=False)
        self._celery.conf.update(
            task_publish_retry=False,
            task_ignore_result=True,
            task_serializer="json",
            accept_content=["json"],
            # Flower shows the task from the moment it is sent.
            task_send_sent_event=True,
            broker_connection_timeout=_TIMEOUT_S,
            broker_transport_options={
                "socket_timeout": _TIMEOUT_S,
                "socket_connect_timeout": _TIMEOUT_S,
                "max_retries": 0,
            },
        )

    def dispatch(self, run_number: int) -> bool:
        """Send the message that starts a run; return whether the broker took it."""
        try:
            self._celery.send_task(_TASK, args=(run_number,), queue=_QUEUE, retry=False, ignore_result=True)
        except _AWAY as error:
            log.warning("run not dispatched, left to the sweeper", run=run_number, reason=str(error))
            return False
        return True

    def broker_trouble(self) -> str | None:
        """Ask the broker for a sign of life; say what is wrong, or None."""
        try:
            with self._celery.connection_for_write() as connection:
                connection.default_channel.client.ping()
        except _AWAY as error:
            log.warning("broker does not answer", reason=str(error))
            return type(error).__name__
        return None

    def close(self) -> None:
        self._celery.close()
