"""How a server is watched: a health check that reads the log, and figures for Prometheus.

None of it tells a reviewer's name, a sample or a label.
"""

import logging
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cleaning.errors import InputError
from cleaning.keep.decisions import shared_store
from cleaning.keep.workspaces import list_workspaces
from cleaning.keep.writer import Writer
from cleaning.review import ReviewDesk, View
from pages.shared.server.asking import prefix_of
from pages.shared.server.desks import opened_desks

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)  # seconds
UNREADABLE = "The newest workspace or its log cannot be read. The server's own log says why."
_PLAIN = "text/plain; version=0.0.4; charset=utf-8"

_log = logging.getLogger("second_opinion")


class Figures:
    """Counts of this process. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.saved = self.refused = self.failed = 0
        self.seconds, self.by_bucket = 0.0, [0] * (len(BUCKETS) + 1)

    def decided(self, saved: int, refused: int, seconds: float) -> None:
        """One batch of decisions that was answered."""
        with self._lock:
            self.saved += saved
            self.refused += refused
            self.seconds += seconds
            self.by_bucket[bisect_left(BUCKETS, seconds)] += 1

    def unsaved(self) -> None:
        """A batch that could not be saved now; browsers send it again."""
        with self._lock:
            self.failed += 1

    def lines(self) -> list[str]:
        """As Prometheus reads them."""
        with self._lock:
            counts = {"saved": self.saved, "refused": self.refused}
            below, lines = 0, ["# TYPE second_opinion_decisions_total counter"]
            lines += [f'second_opinion_decisions_total{{outcome="{k}"}} {n}' for k, n in counts.items()]
            lines += ["# TYPE second_opinion_unsaved_batches_total counter"]
            lines += [f"second_opinion_unsaved_batches_total {self.failed}"]
            lines += ["# TYPE second_opinion_decision_seconds histogram"]
            for bound, count in zip((*map(str, BUCKETS), "+Inf"), self.by_bucket):
                below += count
                lines.append(f'second_opinion_decision_seconds_bucket{{le="{bound}"}} {below}')
            return [
                *lines,
                f"second_opinion_decision_seconds_sum {self.seconds:.6f}",
                f"second_opinion_decision_seconds_count {below}",
            ]


def queue_lines(desks: Iterable[ReviewDesk]) -> list[str]:
    """How many cards are open to anybody in each run that is looked at, and how much waits to be written."""
    lines = ["# TYPE second_opinion_waiting_writes gauge", f"second_opinion_waiting_writes {Writer.waiting()}"]
    lines += ["# TYPE second_opinion_open_cards gauge"]
    for desk in desks:
        with suppress(InputError, OSError):  # health tells of a log that cannot be read
            left = len(desk.open_cards(View(reviewer="")))
            lines.append(f'second_opinion_open_cards{{workspace="{desk.workspace.id}",run="{desk.run.id}"}} {left}')
    return lines


figures = Figures()


def watching_routes(root: Callable[[], Path], base_path: str = "") -> list[Route]:
    """``api/health`` and ``api/metrics``."""
    prefix = prefix_of(base_path)

    async def health(_request: Request) -> Response:
        problem = await run_in_threadpool(trouble, root())
        if problem:  # whoever asks is told that, and only the server's own log where and why
            _log.warning("the newest workspace or its log cannot be read: %s", problem)
        told = UNREADABLE if problem else "readable"
        return JSONResponse({"log": told}, 503 if problem else 200, {"Cache-Control": "no-store"})

    async def metrics(_request: Request) -> Response:
        lines = figures.lines() + await run_in_threadpool(lambda: queue_lines(opened_desks(root())))
        return PlainTextResponse("\n".join([*lines, ""]), media_type=_PLAIN, headers={"Cache-Control": "no-store"})

    return [Route(f"{prefix}/api/health", health), Route(f"{prefix}/api/metrics", metrics)]


def trouble(root: Path) -> str:
    """Why the newest workspace's log cannot be read; "" where it can, or where there is none yet."""
    try:
        for workspace in list_workspaces(root)[:1]:
            shared_store(workspace.decisions_url, workspace.id).version()
    except (InputError, OSError) as error:
        return str(error)
    return ""
