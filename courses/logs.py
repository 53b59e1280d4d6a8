"""Structured logs: one JSON object a line, with the request's id and without personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

NEVER = frozenset({"email", "name", "full_name", "password", "phone", "snils", "address", "token", "secret"})
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
SNILS = re.compile(r"\b\d{3}-\d{3}-\d{3}[ -]\d{2}\b")


def without_personal_data(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Blank the fields that are personal by name, and addresses and numbers wherever they stand."""
    for key, value in event.items():
        if key in NEVER:
            event[key] = "[hidden]"
        elif isinstance(value, str):
            event[key] = SNILS.sub("[hidden]", ADDRESS.sub("[hidden]", value))
    return event


def configure(level: str) -> None:
    """Send our own and the libraries' log lines through one chain of processors."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_personal_data,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        processor=structlog.processors.JSONRenderer(ensure_ascii=False), foreign_pre_chain=shared
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
