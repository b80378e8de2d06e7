"""Where the scripts write: Resolve's console and a log file."""

from __future__ import annotations

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rushes.errors import RushesError

__all__ = ["open_log", "without_secrets"]

_NAMES = ("rushes.resolve", "resolve_scripts")
_SECRET = re.compile(
    r"(?i)(authorization\W{1,4}bearer|token|authorization|bearer|password|secret)(\W{1,4})([\w.~+/=-]{6,})"
)


def without_secrets(text: str) -> str:
    """The text with what looks like a token taken out."""
    return _SECRET.sub(r"\1\2***", text)


class _NoSecrets(logging.Formatter):
    """Takes out of every line, traces included, what looks like a token."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class _Console(logging.Handler):
    """Resolve's console is whatever sys.stdout is when a line comes; it may be None, or lack letters."""

    def emit(self, record: logging.LogRecord) -> None:
        stream = sys.stdout
        if stream is None:
            return
        line = self.format(record)
        try:
            stream.write(line + "\n")
        except UnicodeEncodeError:
            stream.write(line.encode("ascii", "backslashreplace").decode("ascii") + "\n")
        except (OSError, ValueError):
            return  # a console that was closed
        if hasattr(stream, "flush"):
            stream.flush()


def open_log(path: Path) -> None:
    """Send what our modules log to the console and to a file of at most 1 MB, with one old one beside it."""
    for name in _NAMES:
        logger = logging.getLogger(name)
        for old in list(logger.handlers):
            logger.removeHandler(old)
            old.close()
        logger.setLevel(logging.INFO)
        logger.propagate = False
    console = _Console()
    console.setFormatter(logging.Formatter("Rushes: %(message)s"))
    console.addFilter(lambda record: record.exc_info is None and not getattr(record, "quiet", False))
    handlers: list[logging.Handler] = [console]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(path, maxBytes=1 << 20, backupCount=1, encoding="utf-8", delay=True)
    except (OSError, RushesError):
        pass  # a home that cannot be written to is told by what needs it
    else:
        file.setFormatter(_NoSecrets("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handlers.append(file)
    for name in _NAMES:
        for handler in handlers:
            logging.getLogger(name).addHandler(handler)
