"""How processes log: one JSON line an event, or coloured lines for a person; configured once, by what runs them."""

import json
import logging
from typing import Any, TextIO

import structlog
from pydantic_core import to_json

# Without the values of variables, among which are people's data and tokens.
_AS_DATA = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
_FOR_A_PERSON = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def configure_logs(stream: TextIO, *, level: int = logging.INFO) -> None:
    """Send all logs to a stream, as JSON unless a person is watching it."""
    person = stream.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _FOR_A_PERSON if person else _AS_DATA,
            *([] if person else [structlog.processors.JSONRenderer(_as_json)]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def _as_json(event: dict[str, Any], **_: Any) -> str:
    try:
        return to_json(event, fallback=repr).decode()
    except ValueError:  # text or bytes that are not Unicode: the slower writer escapes them
        return json.dumps(event, default=repr)
