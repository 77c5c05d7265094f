import numpy as np
import pytest

from cleaning.errors import InputError
from pages.shared.load import intake
from tests.pages.conftest import words


def button(test, label):
    return next(b for b in test.button if b.label == label)


def test_both_demos_are_offered(app):
    shown = words(app("load"))
    assert "Demo: handwritten digits" in shown
    assert "simulated experts" in shown


def test_open_goes_to_calibrate_with_the_workspace_in_the_url(app, digits):
    test = app("load")
    test.button(key=f"open_{digits.id}").click().run()
    assert test.query_params["workspace"] == digits.id
    assert test.query_params["run"] == digits.latest_run().id


def test_a_folder_is_read_confirmed_and_scored(app, demo_root):
    (demo_root / "mine" / "experts").mkdir(parents=True)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 60)
    (demo_root / "mine" / "samples.csv").write_text(
        "sample_id,label\n" + "".join(f"s{i},{l}\n" for i, l in enumerate(labels))
    )
    np.save(demo_root / "mine" / "experts" / "a.npy", rng.normal(size=(60, 3)) + 3 * np.eye(3)[labels])
    test = app("load")
    test.selectbox[0].set_value("mine")
    button(test, "Read it").click().run()
    assert "60 images, 3 classes" in words(test)
    assert button(test, "Score it").disabled  # the order of rows has to be confirmed first
    test.checkbox(key="by_position").check().run()
    button(test, "Score it").click().run()
    assert not test.exception
    assert len(test.query_params["run"]) == 12
    again = intake.look_at(intake.read_on_server, "mine").reading  # with an added expert, for instance
    assert again.experts[0].known_fingerprint, "not read through again"


def test_many_experts_without_ids_are_confirmed_as_all(app, demo_root):
    (demo_root / "mine" / "experts").mkdir(parents=True)
    (demo_root / "mine" / "samples.csv").write_text("sample_id,label\n" + "".join(f"s{i},{i % 3}\n" for i in range(60)))
    for name in "abc":
        np.save(demo_root / "mine" / "experts" / f"{name}.npy", np.random.default_rng(0).normal(size=(60, 3)))
    test = app("load")
    test.selectbox[0].set_value("mine")
    button(test, "Read it").click().run()
    assert test.checkbox(key="by_position").label.startswith("The rows of all 3 experts are in the order of the labels")


def test_a_path_out_of_the_data_root_is_refused(app, demo_root):
    app("load")

    with pytest.raises(InputError, match="lies outside the data folder"):
        intake.read_on_server("../../etc")


def test_a_folder_that_is_no_dataset_is_told_without_options_of_the_command_line(app, demo_root):
    (demo_root / "notes").mkdir()
    (demo_root / "notes" / "readme.txt").write_text("x")
    looked = intake.look_at(intake.read_on_server, "notes")
    assert looked.refusal.endswith("It holds readme.txt.") and "--" not in looked.refusal


def test_bad_input_is_one_sentence(app, demo_root):
    (demo_root / "bad" / "experts").mkdir(parents=True)
    (demo_root / "bad" / "samples.csv").write_text("sample_id,label\na,0\na,1\n")
    test = app("load")
    test.selectbox[0].set_value("bad")
    button(test, "Read it").click().run()
    assert len(test.error) == 1
    assert not test.exception
