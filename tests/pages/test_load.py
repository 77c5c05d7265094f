"""The Load page: home, and data of one's own from dropped files or a folder to a run."""

import shutil
from contextlib import closing
from itertools import combinations

import numpy as np
import pytest

from cleaning.errors import InputError
from cleaning.keep import workspaces
from cleaning.keep.decisions import open_store
from cleaning.keep.workspaces import list_workspaces
from cleaning.suspect import pipeline
from pages.shared.load import arriving, intake
from pages.shared.load.remarks import Remarks
from tests import loading_files as loading
from tests.loading_files import COUNT, IDS, LABELS, NAMES, dropped, folder, from_server, score, view
from tests.pages.conftest import words


def left_in_uploads(root) -> list:
    return list((root / "uploads").iterdir()) if (root / "uploads").exists() else []


def folders_in_uploads(root) -> list:
    return [path for path in left_in_uploads(root) if path.is_dir()]


def test_home_shows_each_workspace_with_what_is_next(app, digits):
    test = app("load")
    assert "Demo: handwritten digits" in words(test) and "simulated experts" in words(test)
    labels = [b.label for b in test.button if str(b.key).startswith("review_")]
    assert len(labels) == 2 and all(label.startswith("Review: ") and "about" in label for label in labels)


def test_home_reads_each_dataset_once_for_all_visits(app, digits, questions, monkeypatch):
    read, real = [], workspaces.read_dataset
    monkeypatch.setattr(workspaces, "read_dataset", lambda folder, about: read.append(folder) or real(folder, about))
    app("load")
    assert len(read) == len(set(read)) == 2
    app("load")
    assert len(read) == 2


def test_open_goes_to_calibrate_with_the_workspace_in_the_url(app, digits):
    test = app("load")
    test.button(key=f"open_{digits.id}").click().run()
    assert test.query_params["workspace"] == digits.id
    assert test.query_params["run"] == digits.latest_run().id


def test_the_first_button_goes_on_with_the_review(app, digits):
    test = app("load")
    test.button(key=f"review_{digits.id}").click().run()
    assert test.query_params["workspace"] == digits.id


def test_a_folder_is_read_confirmed_and_scored(app, demo_root):
    folder(demo_root, {"labels.csv": loading.labels_csv()})
    np.save(demo_root / "mine" / "a.npy", loading.scores())
    test = from_server(app("load"), "mine")
    assert "90 images, 3 classes, 1 expert, 0 pictures found, 90 missing" in words(test)
    assert test.button(key="score_it").disabled  # the order of rows has to be confirmed first
    test.checkbox(key="by_position").check().run()
    score(test)
    assert len(test.query_params["run"]) == 12
    again = intake.look_at(arriving.on_server("mine")).reading  # with an added expert, for instance
    assert again.experts[0].known_fingerprint, "not read through again"


def test_dropped_files_are_read_scored_and_kept(app, demo_root):
    test = dropped(app("load"), {"labels.csv": loading.labels_csv(), "net.npz": loading.npz(loading.scores())})
    assert "labels and net" in words(test)
    test.text_input(key="dataset_name").set_value("my pets").run()
    score(test)
    made = next(w for w in list_workspaces(demo_root) if w.name == "my pets")
    assert made.latest_run().id == test.query_params["run"]
    assert made.reading_steps() and len(folders_in_uploads(demo_root)) == 1


def test_experts_that_are_added_stand_in_the_log(app, demo_root):
    labels = {"labels.csv": loading.labels_csv()}
    score(dropped(app("load", reviewer="ana"), labels | {"net.npz": loading.npz(loading.scores())}))
    both = {"net.npz": loading.npz(loading.scores()), "other.npz": loading.npz(loading.scores(1))}
    test = dropped(app("load", reviewer="bob"), labels | both)
    score(test)
    made = next(w for w in list_workspaces(demo_root) if w.id == test.query_params["workspace"])
    with closing(open_store(made.decisions_url, made.id)) as store:
        told = [(c.who, c.what, c.after) for c in store.changes()]
    assert [(who, what) for who, what, _ in told] == [("ana", "loaded"), ("bob", "experts_added")]
    assert set(told[-1][2]["experts"]) == {"net", "other"}


def test_files_that_are_taken_away_leave_nothing(app, demo_root):
    test = dropped(app("load"), {"labels.csv": loading.labels_csv(), "net.npz": loading.npz(loading.scores())})
    assert len(folders_in_uploads(demo_root)) == 1
    test.file_uploader[0].set_value(None).run()
    assert left_in_uploads(demo_root) == []
    dropped(test, {"labels.csv": b"\xff\xfe broken"})
    assert len(test.error) == 1
    test.file_uploader[0].set_value(None).run()
    assert left_in_uploads(demo_root) == []


def test_what_fails_while_it_is_scored_leaves_nothing(app, demo_root, monkeypatch):
    before = {path.name for path in demo_root.iterdir()}
    test = dropped(app("load"), {"labels.csv": loading.labels_csv(), "net.npz": loading.npz(loading.scores())})

    def full(*args, **options):
        raise InputError("The disk is full.")

    monkeypatch.setattr(pipeline, "run", full)
    test.button(key="score_it").click().run()
    assert [error.value for error in test.error] == ["The disk is full\\."]
    test.file_uploader[0].set_value(None).run()
    assert {path.name for path in demo_root.iterdir()} - {"uploads"} == before and left_in_uploads(demo_root) == []


def kinds() -> dict[str, dict[str, bytes]]:
    sure = 0.5 + np.random.default_rng(0).random(COUNT) / 2
    return {
        "full": {"net.npz": loading.npz(loading.scores(1))},
        "top-1": {"one.csv": loading.csv("sample_id,predicted,confidence", IDS, loading.answers(2), sure)},
        "answers": {"said.csv": loading.csv("sample_id,prediction", IDS, loading.answers(3))},
    }


ALONE_AND_PAIRS = [(one,) for one in kinds()] + list(combinations(kinds(), 2))


@pytest.mark.parametrize("chosen", ALONE_AND_PAIRS, ids=" with ".join)
def test_every_kind_of_expert_alone_and_every_pair_is_read_and_scored(demo_root, monkeypatch, chosen):
    monkeypatch.setattr(intake.state, "update", lambda **changes: None)
    folder(
        demo_root, {"labels.csv": loading.labels_csv()} | {n: c for kind in chosen for n, c in kinds()[kind].items()}
    )
    looked = intake.look_at(arriving.on_server("mine"))
    assert looked.refusal == "" and not looked.has_error and len(looked.reading.experts) == len(chosen)
    made = intake.score(looked.to_score(False), lambda words, share: None)
    assert len(made.latest_run().scores) == COUNT and len(made.experts()) == len(chosen)


def one_table() -> bytes:
    named = NAMES[loading.answers(4)], NAMES[loading.answers(5)]
    return loading.csv("id,truth_by_hand,label,gpt,llama,minute", IDS, LABELS % 2, NAMES[LABELS], *named, LABELS * 7)


def test_the_role_of_each_column_stands_above_it_and_is_changed_there(app, demo_root):
    test = view(dropped(app("load"), {"one.csv": one_table()}), "Columns")
    shown = {box.key: box for box in test.selectbox if str(box.key).startswith("role one.csv ")}
    assert len(shown) == 6 and shown["role one.csv llama"].value == "prediction"
    assert "2 experts" in words(test)
    test.selectbox(key="role one.csv llama").set_value("metadata").run()
    assert "1 expert," in words(test)
    view(test, "How it was read")
    known = test.dataframe[0].value
    assert "you said so" not in known[known["what"] == "column 'gpt'"]["how it is known"].item()


def test_a_refusal_is_one_sentence_in_the_page_s_words_and_columns_can_be_said(app, demo_root):
    table = loading.csv("nr,what,gpt", IDS, NAMES[LABELS], NAMES[loading.answers()])
    test = dropped(app("load"), {"one.csv": table})
    assert len(test.error) == 1 and not test.exception
    said = words(test)
    assert "above its column, as the sample id" in said and "--" not in said and str(demo_root) not in said
    test.selectbox(key="role one.csv nr").set_value("id").run()
    assert "above its column, as the given label" in words(test)
    test.selectbox(key="role one.csv what").set_value("given label").run()
    assert not test.error and "90 images, 3 classes, 1 expert" in words(test)


def test_words_about_classes_are_taken_at_once(app, demo_root):
    test = dropped(app("load"), {"labels.csv": loading.labels_csv(1), "net.npz": loading.npz(loading.scores())})
    assert len(test.error) == 1
    view(test, "More settings")
    test.segmented_control(key="class_base").set_value("from 1").run()
    test.text_area(key="class_list").set_value("cat\ndog\nowl").run()
    assert not test.error and "90 images, 3 classes" in words(test)


def test_a_path_out_of_the_data_root_is_refused(app, demo_root):
    app("load")

    with pytest.raises(InputError, match="lies outside the data folder"):
        arriving.on_server("../../etc")


def test_folders_with_something_to_read_are_found_by_themselves(demo_root):
    for name in ("a", "deep/er/b"):
        folder(demo_root, {"labels.csv": loading.labels_csv(), "net.npz": loading.npz(loading.scores())}, name)
    folder(demo_root, {"notes.txt": b"x"}, "nothing")
    found = arriving.folders_on_server()
    assert {"a", "deep/er/b"} <= set(found) and "nothing" not in found
    assert not {w.id for w in list_workspaces(demo_root)} & set(found)


def test_a_folder_that_is_no_dataset_is_told_without_options_of_the_command_line(app, demo_root):
    folder(demo_root, {"readme.txt": b"x"}, "notes")
    looked = intake.look_at(arriving.on_server("notes"))
    assert looked.refusal.endswith("It holds readme.txt.") and "--" not in looked.refusal


def test_what_is_taken_back_is_not_read_again(demo_root, monkeypatch):
    kept = {}
    monkeypatch.setattr(intake.state, "recall", lambda name, default=None: kept.get(name, default))
    monkeypatch.setattr(intake.state, "remember", kept.__setitem__)
    folder(demo_root, {"labels.csv": loading.labels_csv(), "net.npz": loading.npz(loading.scores())})
    brought, first, second = arriving.on_server("mine"), Remarks(), Remarks(base=0)
    for said in (first, second):
        intake.keep_look(brought, said, intake.look_at(brought, said))
    assert intake.kept_look(brought, first) and intake.kept_look(brought, second)
    assert intake.kept_look(brought, Remarks(base=1)) is None


def test_a_home_without_workspaces_offers_the_demo_by_a_button(app, demo_root):
    for workspace in list_workspaces(demo_root):
        shutil.rmtree(workspace.folder)
    test = app("load")
    assert [b.label for b in test.button if str(b.key).startswith("demo_")] == ["Handwritten digits", "Exam questions"]
    test.button(key="demo_digits").click().run(timeout=90)
    assert not test.exception and not test.error
    made = {workspace.kind: workspace for workspace in list_workspaces(demo_root)}
    assert list(made) == ["image"] and test.query_params["workspace"] == made["image"].id
    assert test.query_params["run"] == made["image"].latest_run().id


def test_a_home_with_workspaces_offers_no_demo(app, digits):
    assert not [b for b in app("load").button if str(b.key).startswith("demo_")]


def test_a_tile_of_questions_shows_the_beginnings_of_several(app, questions):
    samples, run = questions.dataset().samples, questions.latest_run()
    asked = [" ".join(str(samples["question"].iloc[row]).split())[:20] for row in run.scores["row"][:2]]
    told = words(app("load"))
    assert [one for one in asked if one not in told] == []
