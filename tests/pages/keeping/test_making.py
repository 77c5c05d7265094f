"""Everything as ZIP of a large dataset: made in the background, with progress, and a button to stop it."""

import threading
import time
import zipfile

from cleaning.export import write_export
from pages.shared.export import everything
from pages.shared.export.making import Making


def test_a_large_one_is_made_first_and_then_taken(app, digits, monkeypatch):
    monkeypatch.setattr(everything, "MANY", 1)
    test = app("export", digits.id, reviewer="ann")
    test.button(key="make_everything").click().run()
    until = time.monotonic() + 60
    while "Download everything" not in labels(test) and time.monotonic() < until:
        test.run()
    assert "Download everything" in labels(test) and not test.error
    assert "Download everything" in labels(app("export", digits.id, reviewer="bob")), "made once for all"


def labels(test) -> str:
    return " ".join(one.proto.label for one in test.get("link_button"))


def test_the_work_says_how_far_it_is_and_can_be_stopped(app, digits, monkeypatch):
    monkeypatch.setattr(everything, "MANY", 1)
    reached, going_on = threading.Event(), threading.Event()

    def slowly(into, tell):
        tell(0.25, "patch.jsonl")
        reached.set()
        going_on.wait(60)
        tell(0.5, "card.html")

    monkeypatch.setattr(everything.Handout, "maker", lambda handout, settled: slowly)
    test = app("export", digits.id, reviewer="ann")
    test.button(key="make_everything").click().run()
    assert reached.wait(60)
    test.run()
    assert "Making patch.jsonl" in test.get("progress")[0].proto.text.replace("\\", "")
    going_on.set()
    test.button(key="stop_everything").click().run()
    assert [b.key for b in test.button if b.key == "make_everything"] and not test.get("progress")


def test_what_goes_wrong_is_a_sentence():
    def failing(into, tell):
        raise OSError("no room")

    making = Making(failing)
    making.wait()
    assert not making.running and making.failed.startswith("Something went wrong on our side")


def test_the_file_is_the_one_that_is_taken_at_once_elsewhere(digits):
    run = digits.latest_run()
    handout = everything.Handout(digits, run, [], None)
    told = []
    making = Making(
        lambda into, tell: handout.maker(everything.Policy())(into, lambda *said: (told.append(said), tell(*said)))
    )
    making.wait()
    assert making.failed == "" and making.path.read_bytes() == write_export("everything", digits, run, [])
    names = zipfile.ZipFile(making.path).namelist()
    assert [name for _, name in told] == names[:-1] and names[-1] == "manifest.json"
    assert [share for share, _ in told] == sorted(share for share, _ in told)
