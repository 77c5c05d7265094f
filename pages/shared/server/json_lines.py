"""Logs as lines of JSON: the product's own, Streamlit's, uvicorn's and Python's warnings, without personal data.

What others log may hold whatever a browser sent. Of their messages the numbers are kept and all other values left out; of
an error its kind and place are told, as its own words may quote data.
"""

import json
import logging
import os
import re
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import streamlit.logger

OURS = "second_opinion"
LEFT_OUT = "…"
_PERSONAL = re.compile(
    r"""\?[^\s"']*=[^\s"']*"""  # the query of an address, with who reviews what
    r"""|[^\s"'<>(),:;=/]+@[^\s"'<>(),:;=/]+"""  # an e-mail address
    r"""|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"""  # a machine's
    r"""|(?<![\w:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7}(?![\w:])"""
    r"""|(?<=/home/)[^/\s]+|(?<=/Users/)[^/\s]+"""
)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and where an error arose."""

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        told: dict[str, object] = {"time": f"{at}.{int(record.msecs):03d}Z", "level": record.levelname}
        told |= {"logger": record.name, "message": _message(record)}
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
            told["trace"] = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in _frames(record.exc_info[2])]
        return json.dumps(told, ensure_ascii=False)


def _frames(trace: TracebackType | None) -> list[traceback.FrameSummary]:
    """Places alone: an error's own words may quote data."""
    return list(traceback.extract_tb(trace))


def _message(record: logging.LogRecord) -> str:
    if record.name.split(".")[0] == OURS:
        words = record.getMessage()
    elif record.name == "py.warnings":
        place, kind = [*record.getMessage().split(": ", 2), ""][:2]
        words = f"{Path(place).name} {kind}"
    else:
        words = str(record.msg)
        with suppress(TypeError, ValueError, KeyError):  # words that do not fit their values are told without them
            words = words % _numbers(record.args) if record.args else words
        words = words.split("\n")[0]  # what follows describes an error
    return _PERSONAL.sub(LEFT_OUT, words)


def _numbers(values: object) -> object:
    if isinstance(values, dict):
        return {name: _numbers(value) for name, value in values.items()}
    if isinstance(values, tuple):
        return tuple(map(_numbers, values))
    return values if isinstance(values, int | float) else LEFT_OUT


def asked() -> bool:
    """Whether the log is to be lines of JSON: SECOND_OPINION_LOG=json."""
    return os.environ.get("SECOND_OPINION_LOG") == "json"


def log_as_asked() -> None:
    """As lines of JSON on stderr where they are asked for."""
    if asked():
        log_as_lines()


def log_as_lines() -> None:
    """Everything that is logged from now on, and whatever would be printed of an error nobody caught."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.getLogger().handlers = [handler]
    streamlit.logger.setup_formatter = _left_to_the_root
    for log in list(logging.getLogger().manager.loggerDict.values()):
        if isinstance(log, logging.Logger) and (log.handlers or log.name != "uvicorn.access"):  # that is left silent
            log.handlers.clear()
            log.propagate = True
    logging.captureWarnings(True)
    ours = logging.getLogger(OURS)
    sys.excepthook = lambda *error: ours.critical("the program ended by an error", exc_info=error)
    threading.excepthook = lambda told: ours.error(
        "a thread ended by an error", exc_info=told.exc_value or told.exc_type()
    )
    sys.unraisablehook = lambda told: ours.error(
        "an error came where nothing can catch it", exc_info=told.exc_value or told.exc_type()
    )


def _left_to_the_root(logger: logging.Logger) -> None:
    """Streamlit gives each of its loggers a handler of its own when it is first asked for."""
    logger.propagate = True
