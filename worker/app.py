"""The Celery app and its settings. Messages carry ids only: never prompts, replies or keys."""

import sys

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, worker_ready

from worker import transport
from worker.chords import chord_store_address
from worker.heartbeat import start_heartbeat
from yzindex import simulation
from yzindex.addresses import celery_address
from yzindex.errors import YzIndexError
from yzindex.fleet import read_fleet
from yzindex.logs import configure_logs
from yzindex.schedule import THERMOMETER_AT
from yzindex.settings import Settings, load_settings, prepare_data_dir

#: Longer than the longest task with its retries; Redis redelivers a message that is unacknowledged for this long.
VISIBILITY_TIMEOUT_S = 900
#: A sandbox may try twice, each within its total wall time and a grace; must end before a message is redelivered.
_GRADE_HARD_LIMIT_S = 800
#: A portion takes seconds; one that never comes to its end must not keep a process for itself.
_SIGHT_HARD_LIMIT_S = 300
_CONNECTIONS = 2000
_WEEK_S = 7 * 24 * 3600


def make_app(settings: Settings) -> Celery:
    """Make the app for a broker; connects to nothing yet."""
    transport.install()
    app = Celery(
        "yz-index",
        broker=celery_address(settings.redis_address),
        backend=chord_store_address(settings.redis_address),
        include=["worker.tasks"],
    )
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        # A chord counts its parts all the same.
        task_ignore_result=True,
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        broker_transport_options={
            "visibility_timeout": VISIBILITY_TIMEOUT_S,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "max_connections": _CONNECTIONS,
        },
        # redis-py's own pool ends at 100 connections, which hangs a large chord.
        redis_max_connections=_CONNECTIONS,
        result_chord_expires=_WEEK_S,
        result_expires=_WEEK_S,
        worker_soft_shutdown_timeout=60,
        broker_connection_retry_on_startup=True,
        # Flower shows a task from the moment it is sent, with its queue.
        task_send_sent_event=True,
        worker_hijack_root_logger=False,
        task_default_queue="control",
        task_routes={"yz.grade": {"queue": "sandbox"}},
        task_annotations={name: {"time_limit": _GRADE_HARD_LIMIT_S} for name in ("yz.grade", "yz.regrade")}
        | {"yz.sight": {"time_limit": _SIGHT_HARD_LIMIT_S}},
        task_create_missing_queues=True,
        # Of the times of day below; whatever else Celery keeps stays in UTC.
        timezone=settings.timezone,
        beat_schedule=_daily_run(settings)
        | {
            "thermometer": {
                "task": "yz.thermometer",
                "schedule": crontab(hour=THERMOMETER_AT.hour, minute=THERMOMETER_AT.minute),
                "options": {"queue": "control"},
            },
            "sweep": {
                "task": "yz.sweep",
                "schedule": settings.sweep_every_s,
                # A sweep that waited is no use: the next one does the same.
                "options": {"queue": "control", "expires": settings.sweep_every_s},
            },
        },
    )
    return app


def _daily_run(settings: Settings) -> dict[str, dict[str, object]]:
    """The entry of the daily run. It comes too early, late, twice or never: the task itself looks what is due."""
    if settings.schedule is None:
        return {}
    at = settings.schedule.at
    return {
        "daily-run": {
            "task": "yz.daily_run",
            "schedule": crontab(hour=at.hour, minute=at.minute),
            "options": {"queue": "control"},
        }
    }


def _settings_or_end() -> Settings:
    """Read the settings and the models file they name; what is wrong ends in a sentence, not in Celery's traceback."""
    try:
        settings = load_settings()
        if settings.uses_data_dir:
            prepare_data_dir(settings)
        if settings.models_file is not None:
            read_fleet(settings.models_file)
        simulation.enter(settings)
    except YzIndexError as error:
        print(error, file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
    return settings


configure_logs()
_settings = _settings_or_end()
app = make_app(_settings)


@worker_ready.connect
@beat_init.connect
def _begin_heartbeat(**_: object) -> None:
    if _settings.heartbeat_file is not None:
        start_heartbeat(_settings.heartbeat_file)
