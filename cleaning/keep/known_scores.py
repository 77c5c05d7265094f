"""Score files that a workspace holds already: what was looked through and hashed once is not read for that again.

A file is the same while its place, size and time of change are; workspaces trust no less when they are opened.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from cleaning.domain.experts import Expert, FullExpert
from cleaning.scores.rows import place_of, whole_file

ARRAYS = ("scores", "rows", "option_counts", "predicted", "confidence", "outside")


def seen(path: Path) -> list[int]:
    """Size and time of change of a file that stays where it is, so that a replaced one is noticed."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def known_scores(root: Path) -> Callable[[Expert], str]:
    """Gives the fingerprint of an expert whose scores a workspace below ``root`` holds by their file, else ""."""
    known = {}
    for path in root.glob("*/experts/*.json"):
        with suppress(OSError, ValueError):
            about = json.loads(path.read_text(encoding="utf-8"))
            if "scores_seen" in about and _whole(about):
                place = (path.parent / about["scores"]).resolve()
                known[place, about["score_kind"]] = about["scores_seen"], about["fingerprint"]

    def fingerprint(expert: Expert) -> str:
        if not (isinstance(expert, FullExpert) and _whole(expert.arrays()) and whole_file(expert.scores)):
            return ""
        place = place_of(expert.scores).resolve()
        as_seen, kept = known.get((place, expert.score_kind), (None, ""))
        return kept if as_seen == seen(place) else ""

    return fingerprint


def _whole(about: Mapping[str, object]) -> bool:
    """Whether an expert is all of one file of scores, row by row: nothing else has a say in what was checked."""
    return [name for name in ARRAYS if name in about] == ["scores"]
