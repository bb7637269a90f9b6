"""Structured logs: constant words plus fields, a JSON object a line, never personal data."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

import structlog

HOUSE = Path(__file__).parent.parent


def start(level: str) -> None:
    """Log to standard error from ``level`` upwards."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def trail(error: BaseException) -> list[str]:
    """Through which lines of this house ``error`` came, the last where it arose: of what it says
    itself nothing, for it may quote a buyer."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_ours(Path(frame.filename))]
    last = frames[-1:] if frames and frames[-1] not in ours[-1:] else []
    return [f"{_short(Path(frame.filename))}:{frame.lineno}" for frame in (*ours, *last)]


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(HOUSE) and "site-packages" not in path.parts


def _short(path: Path) -> str:
    return str(path.relative_to(HOUSE)) if _is_ours(path) else "/".join(path.parts[-2:])
