"""How processes log: one JSON line an event, or coloured lines for a person; configured once, by what runs them."""

import logging
from typing import TextIO

import structlog


def configure_logs(stream: TextIO, *, level: int = logging.INFO) -> None:
    """Send all logs to a stream, as JSON unless a person is watching it."""
    person = stream.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if person else structlog.processors.dict_tracebacks,
            *([] if person else [structlog.processors.JSONRenderer(ensure_ascii=False)]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
