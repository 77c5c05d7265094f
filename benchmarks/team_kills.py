"""Kill -9 at random moments: over decisions, scoring, import, settling and backup; what was told as saved is there.

    python -m benchmarks team_kills                    200 kills, half of them on PostgreSQL
    python -m benchmarks team_kills -- --kills 20 --databases sqlite

Each kind of work goes on in a process of its own, which tells each id once it was told that it is saved.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import uuid
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.review_workspace import make_workspace
from benchmarks.team import database_of
from cleaning.files import ASIDE
from cleaning.keep.backups import back_up
from cleaning.keep.decisions import Decision, open_store
from cleaning.keep.upkeep import workspace_care
from cleaning.keep.verifying import verify
from cleaning.keep.whole_scoring import Job, score_whole
from cleaning.keep.workspaces import Workspace, list_workspaces, open_workspace

LONGEST_SECONDS = 1.2  # until the kill
AT_ONCE = 200  # decisions of one import
Tell = Callable[[str], None]


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks team_kills --")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(list(arguments))
    print("| database | kills | told as saved | lost | doubled | half-made | faults found |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for database in asked.databases:
        print(_line(database, asked.kills // len(asked.databases), random.Random(asked.seed)), flush=True)


def _line(database: str, kills: int, rng: random.Random) -> str:
    with tempfile.TemporaryDirectory() as folder, database_of(database):
        root = Path(folder)
        workspace = make_workspace(root, samples=2_000, distinct_pictures=4)
        told: list[str] = []
        half = 0
        for n in range(kills):
            kind = list(WORK)[n % len(WORK)]
            told += _killed(WORK[kind], root, workspace, rng.uniform(0.02, LONGEST_SECONDS))
            half += _half_made(root)
        with closing(open_store(workspace.decisions_url, workspace.id)) as store:
            times = Counter(d.uuid for d in store.decisions())
            faults = verify(workspace, store).faults
    lost, doubled = len(set(told) - set(times)), sum(n > 1 for n in times.values())
    return f"| {database} | {kills} | {len(told):,} | {lost} | {doubled} | {half} | {len(faults)} |"


def _killed(work: Callable[[Path, Workspace, Tell], None], root: Path, workspace: Workspace, after: float) -> list[str]:
    """What a process was told as saved until it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            os.write(writing, b"begun\n")
            work(root, open_workspace(root, workspace.id), lambda one: _put(writing, one))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        told.readline()
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return told.read().split()


def _put(pipe: int, words: str) -> None:
    os.write(pipe, f"{words}\n".encode())


def _half_made(root: Path) -> int:
    """Workspaces and backups that are there and not whole."""
    broken = 0
    for workspace in list_workspaces(root):
        try:
            workspace.dataset()
            for run_id in workspace.run_ids():
                workspace.run(run_id).scores  # noqa: B018 - read for its errors
        except Exception:
            broken += 1
    for backup in root.glob("*.zip"):
        if not backup.name.startswith(ASIDE):  # what a crash leaves aside is swept at the next start
            broken += not _whole_archive(backup)
            backup.unlink()
    return broken


def _whole_archive(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except zipfile.BadZipFile:
        return False


# -- kinds of work; each goes on until it is killed --------------------------------------------------------------------


AT = "2026-01-01T00:00:00.000Z"


def _made(workspace: Workspace) -> Iterator[Decision]:
    ids, run_id = workspace.dataset().sample_ids, workspace.run_ids()[-1]
    while True:
        sample = str(ids[random.randrange(len(ids))])
        yield Decision(str(uuid.uuid4()), run_id, sample, f"r{os.getpid()}", "unsure", decided_at=AT)


def deciding(root: Path, workspace: Workspace, tell: Tell) -> None:
    store = open_store(workspace.decisions_url, workspace.id)
    for decision in _made(workspace):
        tell(store.append([decision])[0])


def importing(root: Path, workspace: Workspace, tell: Tell) -> None:
    store, made = open_store(workspace.decisions_url, workspace.id), _made(workspace)
    while True:
        for one in store.append([next(made) for _ in range(AT_ONCE)]):
            tell(one)


def settling(root: Path, workspace: Workspace, tell: Tell) -> None:
    from cleaning.review import ReviewDesk, View
    from cleaning.review.team.settling import SettleDesk
    from tests.cleaning.review.reviewing import BareCards

    desk = ReviewDesk(workspace, workspace.run(workspace.run_ids()[-1]), BareCards)
    settle, ids = SettleDesk(desk, View(f"r{os.getpid()}")), workspace.dataset().sample_ids
    while True:
        settle.decide(str(ids[random.randrange(len(ids))]), "none_fits", [])
        tell(settle.settled()[0].uuid)


def scoring(root: Path, workspace: Workspace, tell: Tell) -> None:
    from cleaning.domain.settings import Settings
    from tests.factories import planted_dataset

    while True:
        planted = planted_dataset(n=400, classes=4, experts=3, seed=random.randrange(2**31))
        made, _ = score_whole(root, Job(planted.dataset, planted.experts, Settings(), lambda words, share: None))
        workspace_care.delete(made)


def backing_up(root: Path, workspace: Workspace, tell: Tell) -> None:
    while True:
        back_up(workspace, root / f"{uuid.uuid4().hex}.zip")


WORK = {"decisions": deciding, "scoring": scoring, "import": importing, "settle": settling, "backup": backing_up}

if __name__ == "__main__":
    main(sys.argv[1:])
