"""Forty decisions of two people through Label Studio's own server and back, where it is installed.

Its command is named in SECOND_OPINION_LABEL_STUDIO or found on the path; it keeps its data (SQLite) in a folder of the
test and listens on the loopback address alone. A server that runs already may be named instead, by its address there.
"""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid

import pytest

from cleaning.export.formats.label_studio import META
from cleaning.export.formats.label_studio_reading import read_tasks
from cleaning.export.handover import Handover
from cleaning.export.incoming import arrival_of
from cleaning.export.kinds import write_kind
from cleaning.settle.policy import DEFAULT_POLICY
from data_adapters.opinions import read_incoming
from tests.cleaning.export.making import a_dataset, a_workspace, decide, some_questions

LABEL_STUDIO = os.environ.get("SECOND_OPINION_LABEL_STUDIO") or shutil.which("label-studio")
TOKEN = "0123456789abcdef" * 2 + "01234567"
ENVIRONMENT = {
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "DJANGO_DB": "sqlite",
}
PATIENCE = 500  # seconds, for the server to make its tables


class Server:
    """The few calls of its interface that a loop needs."""

    def __init__(self, address: str) -> None:
        self.address = address

    def call(self, method: str, path: str, body: object = None) -> bytes:
        headers = {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.address + path, sent, headers, method=method)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.read()

    def is_up(self) -> bool:
        try:
            return bool(self.call("GET", "/api/projects"))
        except (urllib.error.URLError, OSError):
            return False


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if LABEL_STUDIO.startswith("http://"):
        yield Server(LABEL_STUDIO)
        return
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    home = tmp_path_factory.mktemp("label_studio")
    asked = (
        f"start --no-browser --internal-host 127.0.0.1 --port {port} --username a@example.org --password secret-pass-1"
    )
    kept = os.environ | ENVIRONMENT | {"LABEL_STUDIO_BASE_DATA_DIR": str(home)}
    with (home / "log").open("w") as log:
        running = subprocess.Popen(
            [LABEL_STUDIO, *asked.split(), "--user-token", TOKEN], env=kept, stdout=log, stderr=log
        )
    try:
        found, until = Server(f"http://127.0.0.1:{port}"), time.monotonic() + PATIENCE
        while not found.is_up():
            assert running.poll() is None and time.monotonic() < until, (home / "log").read_text()[-2000:]
            time.sleep(2)
        yield found
    finally:
        running.terminate()
        running.wait(30)


def forty(dataset):
    """Two people on the same twenty samples, a bit of everything."""
    verdicts = ["relabel", "keep", "several_fit", "none_fits"]
    found = []
    for number in range(40):
        row, who = number % 20, "ann" if number < 20 else "céline"
        given = int(dataset.given_labels[row])
        other = (given + 1) % 4
        verdict = verdicts[(row + number // 20) % 4]
        labels = {"relabel": [other], "keep": [given], "several_fit": sorted([given, other])}.get(verdict, [])
        note = 'said "so"\nand so' if number % 5 == 0 else ""
        found.append(decide(dataset.sample_ids[row], verdict, labels, who, number, note=note))
    return found


def said_otherwise(annotation, name):
    """As its page edits: the verdict clicked off, one label on, all else left where it was."""
    regions = [one for one in annotation["result"] if one["from_name"] not in ("label", "verdict")]
    to = regions[0]["to_name"]
    chosen = {
        "from_name": "label",
        "to_name": to,
        "type": "choices",
        "value": {"choices": [name]},
        "id": str(uuid.uuid4()),
    }
    return [*regions, chosen]


@pytest.mark.skipif(not LABEL_STUDIO, reason="label-studio is not installed; name it in SECOND_OPINION_LABEL_STUDIO")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("dataset", [a_dataset(30), some_questions(30)], ids=["pictures", "questions"])
def test_forty_decisions_go_there_and_back_and_five_are_changed(server, dataset, tmp_path):
    workspace, run = a_workspace(tmp_path / "ws", dataset)
    log = forty(dataset)
    handover = Handover(workspace, run, log, DEFAULT_POLICY)
    interface = write_kind("label_studio_interface", handover).decode()
    project = json.loads(server.call("POST", "/api/projects", {"title": "There and back", "label_config": interface}))[
        "id"
    ]
    server.call("POST", f"/api/projects/{project}/import", json.loads(write_kind("label_studio", handover)))
    export = f"/api/projects/{project}/export?exportType="
    tasks = json.loads(server.call("GET", export + "JSON"))
    assert arrival_of(read_tasks(json.dumps(tasks).encode(), dataset), log).words() == "40 decisions read, 0 new"
    annotations = [one for task in tasks for one in task["annotations"]][:5]
    before = [json.loads(r["value"]["text"][0]) for one in annotations for r in one["result"] if r["from_name"] == META]
    differ = sum(vote["labels"] != [3] for vote in before)
    for one in annotations:
        server.call("PATCH", f"/api/annotations/{one['id']}/", {"result": said_otherwise(one, dataset.class_names[3])})
    for kind, ending in (("JSON", "json"), ("JSON_MIN", "json"), ("CSV", "csv")):
        file = tmp_path / f"out.{ending}"
        file.write_bytes(server.call("GET", export + kind))
        arrival = arrival_of(read_incoming(file, dataset, workspace.id, run.id), log)
        assert len(arrival.changed) == differ > 2, kind
        assert not arrival.new and not arrival.left_out and len(arrival.known) + len(arrival.changed) == 40
        assert all(after.labels == (3,) and after.reviewer == before.reviewer for before, after in arrival.changed)
