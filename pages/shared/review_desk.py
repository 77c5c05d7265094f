"""The review of one run: which cards come, what they show, and what happens to decisions. No Streamlit, no HTTP."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning import review_queue, run_store
from cleaning.errors import InputError, WorkspaceError
from cleaning.review_queue import Filters, Queue
from cleaning.review_store import CurrentDecisions, Decision, shared_store
from cleaning.run_store import Run, Workspace
from cleaning.verdicts import BY_NAME, LATER, UNDO, check_labels, verdict_for_picked
from pages.shared import pictures, tokens
from pages.shared.choices import chosen_threshold
from pages.shared.question_text import blocks
from pages.shared.review_deck import EXAMPLES, Candidates, agreed_examples

AUDIT_SHARE, OPEN_SHARE = 0.2, 0.1
PICKED = "picked"  # what a browser sends for "these classes fit": the verdict follows from the given label
MODES = ("blind", "open")
LONGEST_NOTE, LONGEST_LOOK = 2_000, 1_800.0
MOST_CARDS, MOST_DECISIONS = 60, 500

_NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGITS = {word: str(digit) for digit, word in enumerate(_NUMBER_WORDS)}


@dataclass(frozen=True)
class View:
    """How one reviewer goes through the run. mode: "blind" or "open"; open_share: part of the cards shown open."""

    reviewer: str
    mode: str = "blind"
    open_share: float = OPEN_SHARE
    order: str = "suspicion"
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True)
class Outcome:
    """What became of a batch. saved: uuids now durable. refused: (uuid, sentence). reveals: by uuid."""

    saved: list[str]
    refused: list[tuple[str, str]]
    reveals: dict[str, dict]


class ReviewDesk:
    """One run under review; shared by all sessions and requests of the process."""

    def __init__(self, workspace: Workspace, run: Run, root: Path) -> None:
        self.workspace, self.run, self.root = workspace, run, root
        self.dataset = workspace.dataset()
        self.store = shared_store(workspace.decisions_url, workspace.id)
        self._current = CurrentDecisions()
        self._queues: OrderedDict[tuple, Queue] = OrderedDict()
        self._lock = threading.RLock()

    # -- what is known of every sample -------------------------------------------------------------------------

    @cached_property
    def row_of(self) -> pd.Index:
        return pd.Index(self.dataset.sample_ids)

    @cached_property
    def suggested(self) -> np.ndarray:
        return self._by_row("suggested", np.int32)

    @cached_property
    def suspicion(self) -> np.ndarray:
        return self._by_row("suspicion", np.float64)

    def _by_row(self, column: str, kind: type) -> np.ndarray:
        values = np.empty(len(self.dataset), kind)
        values[self.run.scores["row"].to_numpy()] = self.run.scores[column].to_numpy()
        return values

    @cached_property
    def disagreement(self) -> np.ndarray:
        """(N,) how many experts vote another class than the given one."""
        predicted = self.run.predicted
        return ((predicted >= 0) & (predicted != self.dataset.given_labels[:, None])).sum(axis=1)

    @cached_property
    def showable(self) -> np.ndarray:
        """(N,) whether there is anything to look at; where no sample has a picture, all count."""
        if self.dataset.kind == "question" or "image" not in self.dataset.samples:
            return np.ones(len(self.dataset), bool)
        named = self.dataset.samples["image"].map(lambda v: isinstance(v, str) and v != "").to_numpy(bool)
        return named if named.any() else np.ones(len(self.dataset), bool)

    @cached_property
    def candidates(self) -> Candidates:
        return Candidates(self.dataset.given_labels, self.suggested, self.run.predicted, self.dataset.class_count)

    @cached_property
    def examples(self) -> dict[int, list[int]]:
        if self.dataset.kind == "question" or "image" not in self.dataset.samples:
            return {}
        return agreed_examples(self.run.scores, self.run.predicted, self.showable)

    @cached_property
    def keys(self) -> str:
        """The keys of candidates one to ten; classes named 0 to 9 or zero to nine are found at their own digit."""
        digits = [_DIGITS.get(name.strip().lower(), name) for name in self.dataset.class_names]
        if len(digits) <= 10 and all(len(d) == 1 and d.isascii() and d.isdigit() for d in digits):
            return "".join(digits)
        return "1234567890"

    # -- the queue -----------------------------------------------------------------------------------------------

    def threshold(self) -> float:
        return chosen_threshold(self.store, self.run)

    def current(self) -> CurrentDecisions:
        """What stands of the log right now."""
        with self._lock:
            self._current.update(self.store.decisions(since_seq=self._current.last_seq))
            return self._current

    def queue(self, view: View) -> Queue:
        """All cards of a view in order, decided or not."""
        share = float(self.store.choice(self.run.id, "audit_share", AUDIT_SHARE))
        key = (self.threshold(), share, view.order, view.filters)
        with self._lock:
            if key not in self._queues:
                self._queues[key] = self._build(*key)
                while len(self._queues) > 12:
                    self._queues.popitem(last=False)
            return self._queues[key]

    def _build(self, threshold: float, share: float, order: str, filters: Filters) -> Queue:
        queue = review_queue.build_queue(
            self.run.scores,
            self.run.audit,
            threshold=threshold,
            audit_share=share,
            order=order,  # type: ignore[arg-type]
            filters=filters,
            group=self.dataset.group,
            disagreement=self.disagreement if filters.least_disagreement else None,
        )
        return review_queue.remaining(queue, ~self.showable)

    def open_cards(self, view: View) -> Queue:
        """What the reviewer has still to decide; put-off cards last, in the order they were put off."""
        mine = self.current().of(view.reviewer)
        gone = np.zeros(len(self.dataset), bool)
        gone[self._rows([s for s, d in mine.items() if d.verdict != LATER])] = True
        later = self._rows([s for s, d in mine.items() if d.verdict == LATER])
        return review_queue.remaining(self.queue(view), gone, later)

    def _rows(self, sample_ids: Sequence[str]) -> np.ndarray:
        rows = self.row_of.get_indexer(sample_ids) if sample_ids else np.empty(0, np.int64)
        return rows[rows >= 0]

    def window(self, view: View, held: Sequence[str], count: int) -> dict:
        """The next cards after those the browser holds or has decided, with the state of the queue."""
        todo = self.open_cards(view)
        known = set(self._rows(list(held)).tolist())
        rows = [int(r) for r in todo.rows[: len(known) + count] if int(r) not in known][:count]
        return {"cards": [self.card(row, view) for row in rows], "progress": self._progress(view, todo)}

    def _progress(self, view: View, todo: Queue) -> dict:
        return {"total": len(self.queue(view)), "left": len(todo)}

    def history(self, view: View, count: int, before: int | None = None) -> list[dict]:
        """The reviewer's own standing decisions, latest first."""
        found = [d for d in self.current().history(view.reviewer) if before is None or d.seq < before]
        return [self._told(d) for d in found[:count]]

    def _told(self, decision: Decision) -> dict:
        rows = self._rows([decision.sample_id])
        return {
            "uuid": decision.uuid,
            "sample_id": decision.sample_id,
            "verdict": decision.verdict,
            "labels": [self._class(int(rows[0]), c) for c in decision.labels] if len(rows) else [],
            "note": decision.note,
            "seq": decision.seq,
            "at": decision.decided_at,
            "thumb": self._picture_url(int(rows[0]), "thumb") if len(rows) else None,
        }

    def cards_of(self, view: View, sample_ids: Sequence[str]) -> list[dict]:
        """Cards by sample id, for going back."""
        return [self.card(int(row), view) for row in self._rows(list(sample_ids))]

    # -- a card --------------------------------------------------------------------------------------------------

    def mode(self, row: int, view: View) -> str:
        """Blind or open: by setting, save a share drawn from the sample's id and the run, alike after every reload."""
        if view.mode == "open" or not view.open_share:
            return view.mode
        import hashlib

        digest = hashlib.sha256(f"{self.run.id}|{self.dataset.sample_ids[row]}".encode()).digest()
        return "open" if int.from_bytes(digest[:6], "big") / 2**48 < view.open_share else "blind"

    def card(self, row: int, view: View) -> dict:
        """All a browser needs to show a sample. On a blind card nothing tells the given label or the suggestion."""
        mode = self.mode(row, view)
        card = {
            "sample_id": str(self.dataset.sample_ids[row]),
            "mode": mode,
            "kind": self.dataset.kind,
            "candidates": self._offered(row),
            "metadata": self._metadata(row),
        }
        card |= self._question(row) if self.dataset.kind == "question" else self._picture(row)
        if mode == "open":
            card["open"] = self.reveal(row)
        return card

    def _offered(self, row: int) -> list[dict]:
        choices = self._choices(row)
        offered = []
        for code in self.candidates.of(row, int(self.dataset.options_of()[row])):
            one = self._class(row, code)
            if choices is not None and code < len(choices):
                one["text"] = blocks(str(choices[code]))
            near = [r for r in self.examples.get(code, []) if r != row][:EXAMPLES]
            offered.append(one | {"examples": [self._picture_url(r, "thumb") for r in near]})
        return offered

    def choices_of(self, sample_id: str) -> list | None:
        """The options of a question as they were read."""
        return self._choices(int(self.row_of.get_loc(sample_id)))

    def _choices(self, row: int) -> list | None:
        if "choices" not in self.dataset.samples:
            return None
        value = self.dataset.samples["choices"].iloc[row]
        return list(value) if isinstance(value, list | tuple | np.ndarray) else None

    def _class(self, row: int, code: int) -> dict:
        return {"code": int(code), "name": self.dataset.class_names[code]}

    def _question(self, row: int) -> dict:
        text = self.dataset.samples["question"].iloc[row] if "question" in self.dataset.samples else ""
        return {"stem": blocks(str(text))}

    def _picture(self, row: int) -> dict:
        try:
            picture = pictures.find_picture(self.dataset, row)
        except pictures.PictureError as problem:
            return {"picture": {"problem": str(problem)}}
        urls = {size: self._picture_url(row, size) for size in pictures.SIZES}
        return {"picture": urls | {"width": picture.width, "height": picture.height}}

    def _picture_url(self, row: int, size: str) -> str | None:
        """Below the app's address; carries a signature and the file's version, so it may be kept for ever."""
        if self.dataset.kind == "question":
            return None
        try:
            version = pictures.find_picture(self.dataset, row).version
        except pictures.PictureError:
            return None
        return f"api/media/{self.workspace.id}/{row}/{size}?v={version}&s={self._signature}"

    @cached_property
    def _signature(self) -> str:
        return tokens.picture_signature(self.root, self.workspace.id)

    def _metadata(self, row: int) -> list[list[str]]:
        shown = {"sample_id": self.dataset.sample_ids[row]}
        for column, value in self.dataset.samples.iloc[row].items():
            if column not in ("question", "choices", "sample_id") and not _empty(value):
                shown[str(column)] = value
        if self.dataset.group is not None:
            shown.setdefault(self.dataset.group_name or "group", self.dataset.group[row])
        return [[name[:80], str(value)[:300]] for name, value in list(shown.items())[:24]]

    def reveal(self, row: int) -> dict:
        """What was hidden: given and suggested label, suspicion, and each expert's vote and calibrated confidence."""
        votes = [
            {"expert": name, "confidence": float(confidence)} | self._class(row, int(label))
            for name, label, confidence in zip(self.run.expert_names, self.run.predicted[row], self.run.confidence[row])
            if label >= 0
        ]
        return {
            "given": self._class(row, int(self.dataset.given_labels[row])),
            "suggested": self._class(row, int(self.suggested[row])),
            "suspicion": float(self.suspicion[row]),
            "votes": sorted(votes, key=lambda v: (v["code"], -v["confidence"])),
            "abstained": int((self.run.predicted[row] < 0).sum()),
        }

    # -- decisions -----------------------------------------------------------------------------------------------

    def record(self, view: View, items: Sequence[dict], sent_at: float) -> Outcome:
        """Checks a batch, makes it durable, and reveals the cards it decided.

        items: dicts as the browser sends them, in the order they were made, with ``at`` and ``sent_at`` in
        milliseconds of the browser's clock (only their difference counts). One bad item does not hold up the others.
        """
        good: list[Decision] = []
        refused: list[tuple[str, str]] = []
        audit = self._audit_rows
        for item in items[:MOST_DECISIONS]:
            try:
                good.append(self._decision(view, item, sent_at, audit))
            except InputError as problem:
                refused.append((str(item.get("uuid", ""))[:36], str(problem)))
        saved = self._append(good, refused)
        reveals = {d.uuid: self._revealed(d) for d in good if d.uuid in saved and d.verdict != UNDO}
        return Outcome(list(saved), refused, reveals)

    def _append(self, good: list[Decision], refused: list[tuple[str, str]]) -> dict[str, None]:
        try:
            return dict.fromkeys(self.store.append(good))
        except WorkspaceError:
            raise
        except InputError:
            saved: dict[str, None] = {}
            for decision in good:
                try:
                    saved |= dict.fromkeys(self.store.append([decision]))
                except WorkspaceError:
                    raise
                except InputError as problem:
                    refused.append((decision.uuid, str(problem)))
            return saved

    @cached_property
    def _audit_rows(self) -> frozenset[int]:
        return frozenset(review_queue.audit_rows(self.run.scores, self.run.audit).tolist())

    def _decision(self, view: View, item: dict, sent_at: float, audit: frozenset[int]) -> Decision:
        rows = self._rows([_string(item, "sample_id", 1_000)])
        if not len(rows):
            raise InputError("This sample is not in the dataset.")
        row = int(rows[0])
        verdict, labels = self._verdict(row, _string(item, "verdict", 20), item.get("labels") or [])
        card = "audit" if row in audit else "suspicious"
        return Decision(
            uuid=_uuid(item.get("uuid")),
            run_id=self.run.id,
            sample_id=str(self.dataset.sample_ids[row]),
            reviewer=view.reviewer,
            verdict=verdict,
            labels=tuple(labels),
            note=_string(item, "note", LONGEST_NOTE, ""),
            seconds=round(min(max(_number(item, "seconds"), 0.0), LONGEST_LOOK), 3),
            mode=item["mode"] if item.get("mode") in MODES else "blind",
            card="grid" if item.get("card") == "grid" else card,
            decided_at=_moment(sent_at - _number(item, "at")),
            undoes=_uuid(item.get("undoes")) if verdict == UNDO else None,
        )

    def _verdict(self, row: int, verdict: str, labels: list) -> tuple[str, list[int]]:
        """A pick becomes keep, relabel or several fit; a verdict that was named is checked."""
        if not isinstance(labels, list) or not all(type(c) is int for c in labels):
            raise InputError("Classes must be whole numbers.")
        given = int(self.dataset.given_labels[row])
        picked = sorted(set(labels))
        if verdict == PICKED and picked:
            verdict = verdict_for_picked(picked, given)
        check_labels(verdict, picked, given, int(self.dataset.options_of()[row]))
        return verdict, picked

    def _revealed(self, decision: Decision) -> dict:
        row = int(self._rows([decision.sample_id])[0])
        reveal = self.reveal(row) | {"verdict": decision.verdict, "sample_id": decision.sample_id}
        others = [
            {"verdict": d.verdict, "labels": [self._class(row, c) for c in d.labels]} for d in self._others(decision)
        ]
        return reveal | {"picked": [self._class(row, c) for c in decision.labels], "colleagues": others}

    def _others(self, decision: Decision) -> list[Decision]:
        return [
            d
            for d in self.current().on(decision.sample_id)
            if d.reviewer != decision.reviewer and BY_NAME[d.verdict].judges
        ]


_desks: OrderedDict[tuple[str, str, str], ReviewDesk] = OrderedDict()
_desks_lock = threading.Lock()


def known_workspace(root: Path, workspace_id: str) -> Workspace:
    """A workspace under review, without reading it again; else opened."""
    with _desks_lock:
        for (place, known, _), desk in _desks.items():
            if known == workspace_id and place == str(root.resolve()):
                return desk.workspace
    return _opened(str(root.resolve()), workspace_id)


@lru_cache(maxsize=4)
def _opened(root: str, workspace_id: str) -> Workspace:
    return run_store.open_workspace(Path(root), workspace_id)


def open_desk(
    root: Path, workspace_id: str, run_id: str, opener: Callable[[Path, str], Workspace] | None = None
) -> ReviewDesk:
    """The desk of a run, kept for the process. Raises WorkspaceError when workspace or run is not there."""
    key = (str(root.resolve()), workspace_id, run_id)
    with _desks_lock:
        if key not in _desks:
            workspace = (opener or run_store.open_workspace)(root, workspace_id)
            _desks[key] = ReviewDesk(workspace, workspace.run(run_id), root)
            while len(_desks) > 6:
                _desks.popitem(last=False)
        _desks.move_to_end(key)
        return _desks[key]


def _empty(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))


def _string(item: dict, key: str, longest: int, default: str | None = None) -> str:
    value = item.get(key, default)
    if not isinstance(value, str) or len(value) > longest:
        raise InputError(f"'{key}' must be text of at most {longest:,} characters.")
    return value


def _number(item: dict, key: str) -> float:
    value = item.get(key, 0)
    if not isinstance(value, int | float) or not np.isfinite(value):
        raise InputError(f"'{key}' must be a number.")
    return float(value)


def _uuid(value: object) -> str:
    import re

    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
        raise InputError("Every decision needs an id of its own (a UUID).")
    return value


def _moment(milliseconds_ago: float) -> str:
    ago = timedelta(milliseconds=min(max(milliseconds_ago, 0.0), 30 * 24 * 3600_000.0))
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")
