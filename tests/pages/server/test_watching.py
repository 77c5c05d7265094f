"""Health reads the log, and figures count."""

import uuid

from starlette.applications import Starlette
from starlette.testclient import TestClient

from cleaning.review import View
from pages.shared.server import watching
from pages.shared.server.desks import open_desk
from pages.shared.server.watching import Figures, watching_routes


def test_health_reads_the_log_and_tells_strangers_nothing_of_the_inside(demo_root, digits, caplog):
    client = TestClient(Starlette(routes=watching_routes(lambda: demo_root)))
    assert client.get("/api/health").json() == {"log": "readable"}
    digits.folder.joinpath("decisions.sqlite").unlink(missing_ok=True)
    newest = watching.list_workspaces(demo_root)[0]
    (newest.folder / "workspace.json").write_text("{")
    told = client.get("/api/health")
    assert told.status_code == 503 and told.json()["log"] == watching.UNREADABLE
    assert "damaged" in caplog.text and str(demo_root) not in told.text


def test_figures_count_what_was_saved_and_how_long_it_took():
    figures = Figures()
    figures.decided(2, 1, 0.02)
    figures.decided(1, 0, 9.0)
    figures.unsaved()
    text = "\n".join(figures.lines())
    assert 'decisions_total{outcome="saved"} 3' in text and "unsaved_batches_total 1" in text
    assert 'le="0.01"} 0' in text and 'le="0.025"} 1' in text and 'le="+Inf"} 2' in text
    assert "decision_seconds_count 2" in text


def test_the_queue_and_what_waits_to_be_written_are_told_and_no_name(demo_root, digits):
    desk = open_desk(demo_root, digits.id, digits.run_ids()[-1])
    client = TestClient(Starlette(routes=watching_routes(lambda: demo_root)))
    line = f'second_opinion_open_cards{{workspace="{digits.id}",run="{desk.run.id}"}} '

    def left() -> int:
        told = client.get("/api/metrics").text.splitlines()
        assert "second_opinion_waiting_writes 0" in told and "ann" not in " ".join(told)
        return int(next(one for one in told if one.startswith(line)).removeprefix(line))

    before, view = left(), View("ann")
    card = desk.window(view, [], 1)["cards"][0]
    item = {
        "uuid": str(uuid.uuid4()),
        "sample_id": card["sample_id"],
        "verdict": "none_fits",
        "at": 0.0,
        "seconds": 1.0,
    }
    assert desk.record(view, [item | {"ticket": card["ticket"]}], 0.0).saved
    assert left() == before - 1 > 0
