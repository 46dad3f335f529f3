"""How logs look, everywhere: a fixed lower-case phrase and facts as key-values. Never prompts, replies or keys."""

import structlog


def configure_logs() -> None:
    """Set up logging for a process; call once at an entry point."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        cache_logger_on_first_use=True,
    )
