"""A team at one desk: reviewers who take cards and decide them, by HTTP against one app and by processes of their own.

    python -m benchmarks team                          SQLite and PostgreSQL, 1, 8 and 32 reviewers, 200 cards each
    python -m benchmarks team -- --reviewers 8 --cards 50 --databases sqlite
    python -m benchmarks team -- --reviewers 8 --cards 50 --apart 1     at a person's pace: a card each second

Says for each: decisions lost or doubled, cards that went to two people though nobody asked for a second look, second
looks asked for (what is judged wrong below the threshold comes to somebody else once), median and 99th percentile of a
decision in milliseconds, and how much longer the slowest reviewer took than the fastest.
"""

import argparse
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.review_workspace import make_workspace
from cleaning.domain.card_kinds import CONFIRMATION
from cleaning.keep.decisions import open_store
from cleaning.keep.leases import LEASE_SECONDS
from cleaning.keep.workspaces import Workspace, open_workspace

REPOSITORY = Path(__file__).parents[1]
WINDOW = 20
PATIENCE = 300  # seconds for an answer, on a machine that is busy with other things
RENEWED = 60.0  # seconds after which a browser renews what it holds
APP = """
import socket, sys
from streamlit.web.cli import main
sys.argv = ["streamlit", "run", "app.py", "--server.port", sys.argv[1]]
main()
"""
BY_ITSELF = """
import json, sys
from pathlib import Path
from benchmarks.team import Pace, at_a_desk
root, workspace, name, cards, apart, begin = sys.argv[1:]
print(json.dumps(at_a_desk(Path(root), workspace, name, Pace(int(cards), float(apart)), float(begin))))
"""


class Pace(NamedTuple):
    """cards: that each reviewer decides. apart: seconds before each, on average."""

    cards: int
    apart: float

    def wait(self) -> None:
        time.sleep(random.uniform(0.5, 1.5) * self.apart)


Told = dict[str, list]  # uuids told as saved, seconds of each decision, [begun, ended], [longest time without renewing]


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks team --")
    parser.add_argument("--reviewers", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--cards", type=int, default=200)
    parser.add_argument("--apart", type=float, default=0.0, help="seconds that a reviewer looks at each card")
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--ways", nargs="+", choices=("http", "processes"), default=["http", "processes"])
    asked = parser.parse_args(list(arguments))
    print(
        "| database | way | reviewers | lost | doubled | to two people | second looks | median ms | 99 % ms "
        "| slowest / fastest |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for database in asked.databases:
        for way in asked.ways:
            for reviewers in asked.reviewers:
                print(_line(database, way, reviewers, Pace(asked.cards, asked.apart)), flush=True)


def _line(database: str, way: str, reviewers: int, pace: Pace) -> str:
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(database_of(database))
        workspace = make_workspace(root, samples=max(4_000, 12 * reviewers * pace.cards), distinct_pictures=40)
        names = [f"reviewer{n:02d}" for n in range(reviewers)]
        store = open_store(workspace.decisions_url, workspace.id)
        told = (_by_http if way == "http" else _by_processes)(root, workspace, names, pace)
        log = store.decisions()
        store.close()
    saved = [one for reviewer in told for one in reviewer["saved"]]
    times = Counter(d.uuid for d in log)
    people: dict[str, set[str]] = {}
    for decision in log:
        if decision.card != CONFIRMATION:  # a second look at what was judged wrong is meant for somebody else
            people.setdefault(decision.sample_id, set()).add(decision.reviewer)
    seconds = np.array([s for reviewer in told for s in reviewer["seconds"]]) * 1_000
    lasted = [ended - begun for begun, ended in (reviewer["at"] for reviewer in told)]
    found = (
        len(set(saved) - set(times)),
        sum(n > 1 for n in times.values()) + len(saved) - len(set(saved)),
        sum(len(who) > 1 for who in people.values()),
        sum(decision.card == CONFIRMATION for decision in log),
        f"{np.median(seconds):.0f}",
        f"{np.quantile(seconds, 0.99):.0f}",
        f"{max(lasted) / min(lasted):.2f}",
    )
    longest = max((reviewer["longest"][0] for reviewer in told if "longest" in reviewer), default=0.0)
    if longest > LEASE_SECONDS:
        print(f"A reviewer held cards for {longest:.0f} s without renewing: leases end after {LEASE_SECONDS:.0f} s.")
    return f"| {database} | {way} | {reviewers} | {' | '.join(map(str, found))} |"


@contextmanager
def database_of(kind: str):
    """The environment names the database, if it is not each workspace's own."""
    os.environ.pop("SECOND_OPINION_DATABASE_URL", None)
    if kind == "sqlite":
        yield
        return
    from tests.postgresql_server import binaries, serving

    programs = binaries()
    if programs is None:
        raise SystemExit("PostgreSQL (initdb and pg_ctl) is not installed.")
    with serving(programs) as url:
        os.environ["SECOND_OPINION_DATABASE_URL"] = url
        try:
            yield
        finally:
            del os.environ["SECOND_OPINION_DATABASE_URL"]


# -- by HTTP, against one app ----------------------------------------------------------------------------------------


def _by_http(root: Path, workspace: Workspace, names: list[str], pace: Pace) -> list[Told]:
    with serving_app(root) as port:
        run_id = workspace.run_ids()[-1]
        told: list[Told] = [{} for _ in names]
        gate = threading.Barrier(len(names))

        def review(place: int) -> None:
            client = _Browser(port, root, workspace.id, run_id, names[place])
            try:
                client.cards([])
            except BaseException:
                gate.abort()  # nobody waits for one who does not come
                raise
            gate.wait()
            client.connection.close()  # servers end a connection that is idle for long; the next request opens another
            told[place] = client.review(pace)

        threads = [threading.Thread(target=review, args=(place,)) for place in range(len(names))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if not all(told):
            raise SystemExit("A reviewer got no answer; nothing was measured.")
        return told


@contextmanager
def serving_app(root: Path) -> Iterator[int]:
    """The port of an app of its own over these workspaces."""
    from tests.postgresql_server import free_port

    port = free_port()
    surroundings = os.environ | {"SECOND_OPINION_WORKSPACES": str(root)}
    app = subprocess.Popen(
        [sys.executable, "-c", APP, str(port)], cwd=REPOSITORY, env=surroundings,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield port
    finally:
        app.terminate()
        app.wait()


def _wait_for(address: str) -> None:
    for _ in range(600):
        try:
            return urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The app did not start.")


class _Browser:
    """One reviewer's browser, as far as the app's own routes go."""

    def __init__(self, port: int, root: Path, workspace_id: str, run_id: str, reviewer: str) -> None:
        from pages.shared.server import tokens

        claims = {"workspace": workspace_id, "run": run_id, "reviewer": reviewer, "mode": "blind", "open_share": 0}
        self.connection, self.port = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE), port
        self.token, self.tab = tokens.sign(root, claims), str(uuid.uuid4())

    def post(self, route: str, body: dict) -> dict:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        self.connection.request("POST", f"/api/review/{route}", json.dumps(body | {"tab": self.tab}), headers)
        answer = self.connection.getresponse()
        told = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(told)
        return told

    def cards(self, held: list[str]) -> list[dict]:
        return self.post("cards", {"held": held, "count": WINDOW})["cards"]

    def review(self, pace: Pace) -> Told:
        """Decides the cards; each is asked for ahead, as the deck does."""
        saved, seconds, deck, begun = [], [], self.cards([]), time.time()
        renewed, longest = begun, 0.0
        for _ in range(pace.cards):
            pace.wait()
            if len(deck) < WINDOW // 2 or time.time() > renewed + RENEWED:
                longest, asked = max(longest, time.time() - renewed), time.time()
                deck += self.cards([card["sample_id"] for card in deck])
                renewed = asked
            card = deck.pop(0)
            item = {"uuid": str(uuid.uuid4()), "sample_id": card["sample_id"], "verdict": "none_fits", "at": 0.0}
            item |= {"seconds": 1.0, "ticket": card["ticket"]}
            sent = time.perf_counter()
            told = self.post("decisions", {"decisions": [item], "sent_at": 0.0})
            seconds.append(time.perf_counter() - sent)
            saved += told["saved"]
        return {"saved": saved, "seconds": seconds, "at": [begun, time.time()], "longest": [longest]}


# -- by processes, each with a desk of its own -----------------------------------------------------------------------


def _by_processes(root: Path, workspace: Workspace, names: list[str], pace: Pace) -> list[Told]:
    begin = time.time() + 10 + 2.0 * len(names)  # all have read the workspace by then
    command = [sys.executable, "-c", BY_ITSELF, str(root), workspace.id]
    started = [
        subprocess.Popen(
            [*command, name, str(pace.cards), str(pace.apart), str(begin)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    return [json.loads(one.communicate()[0]) for one in started]


def at_a_desk(root: Path, workspace_id: str, reviewer: str, pace: Pace, begin: float) -> Told:
    """One reviewer in this process, from a moment on."""
    from cleaning.review import ReviewDesk, View
    from pages.shared.server.routes import REVEAL_SECONDS
    from tests.cleaning.review.reviewing import BareCards

    workspace = open_workspace(root, workspace_id)
    desk, view = (
        ReviewDesk(workspace, workspace.run(workspace.run_ids()[-1]), BareCards),
        View(reviewer, open_share=0.0),
    )
    desk.open_cards(view)
    time.sleep(max(0.0, begin - time.time()))
    saved, seconds, begun = [], [], time.time()
    deck = desk.window(view, [], WINDOW)["cards"]
    for _ in range(pace.cards):
        pace.wait()
        if len(deck) < WINDOW // 2:
            deck += desk.window(view, [card["sample_id"] for card in deck], WINDOW)["cards"]
        card = deck.pop(0)
        item = {"uuid": str(uuid.uuid4()), "sample_id": card["sample_id"], "verdict": "none_fits", "labels": []}
        sent = time.perf_counter()
        item |= {"at": 0.0, "seconds": 1.0, "ticket": card["ticket"]}
        told = desk.record(view, [item], 0.0, REVEAL_SECONDS)  # type: ignore[list-item]
        seconds.append(time.perf_counter() - sent)
        saved += told.saved
    return {"saved": saved, "seconds": seconds, "at": [begun, time.time()]}


if __name__ == "__main__":
    main(sys.argv[1:])
