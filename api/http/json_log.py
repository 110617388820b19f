"""The log: one JSON object a line, without anything personal.

No query strings (addresses are personal), no bodies, no names, no client addresses; of a path
only the route's pattern, of an error its type and where it arose, not what it said.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

LOGGER = "wangge"
_ROOT = str(Path(__file__).resolve().parent.parent.parent) + "/"
_log = logging.getLogger(LOGGER)


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object; ``fields`` of the record stand beside its text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line |= error_fields(record.exc_info[1])
        return as_line(line)


def as_line(line: dict[str, Any]) -> str:
    """Return an object as JSON on one line, whatever stands in it: half a character too."""
    try:
        return orjson.dumps(line, default=str).decode()
    except TypeError:
        return json.dumps(line, default=str, ensure_ascii=True)


def error_fields(error: BaseException) -> dict[str, Any]:
    """Return what may be logged of an error: its types and places, not its words."""
    places = [
        f"{frame.filename.removeprefix(_ROOT).rpartition('site-packages/')[2]}:{frame.lineno} "
        f"{frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    cause = error.__cause__ or error.__context__
    return {
        "error": type(error).__name__,
        "at": places[-12:],
        **({"cause": type(cause).__name__} if cause else {}),
    }


def write_json_lines() -> None:
    """Let every logger of this process write JSON lines to the error stream."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    threading.excepthook = _log_of_a_thread
    sys.unraisablehook = _log_of_nobody


def _log_of_a_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None and ended.exc_type is not SystemExit:
        log_event("unexpected error", logging.ERROR, **error_fields(ended.exc_value))


def _log_of_nobody(lost: sys.UnraisableHookArgs) -> None:
    if lost.exc_value is not None:
        log_event("unexpected error", logging.ERROR, **error_fields(lost.exc_value))


def log_event(event: str, level: int = logging.INFO, **fields: Any) -> None:
    """Log something that happened."""
    _log.log(level, event, extra={"fields": fields})
