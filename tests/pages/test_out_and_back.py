"""Export asks for whom and shows what they will see; a file of decisions is shown before it is added."""

import json
import re

from cleaning.export import available_exports, write_export
from cleaning.keep.decisions import open_store
from pages.shared.export.for_whom import AUDIENCES
from tests.pages.conftest import words
from tests.pages.test_export import decide


def log_of(workspace):
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return store.decisions()
    finally:
        store.close()


def test_the_first_records_and_the_command_are_shown_for_whom_is_chosen(app, questions):
    top = questions.latest_run().scores.iloc[0]
    decide(questions, top.sample_id, "relabel", (int(top.suggested),))
    test = app("export", questions.id)
    test.radio(key="export_use").set_value("program").run()
    test.selectbox(key="export_for").set_value("lm-evaluation-harness").run()
    shown = test.dataframe[0].value
    assert len(shown) == 5 and {"sample_id", "question", "choices", "accepted"} <= set(shown)
    (command,) = [code.value for code in test.code if "lm_eval run --include_path" in code.value]
    assert "$" not in command and "TASK" not in command and command.endswith("pretrained=MODEL")
    told = words(test).replace("\\", "")
    assert "MODEL: any model, as lm_eval calls it" in told and "Unzip lm_eval_task.zip first" in told
    assert not test.exception


def test_label_studio_asks_whether_the_given_label_is_shown(app, digits):
    test = app("export", digits.id)
    test.radio(key="export_use").set_value("program").run()
    test.selectbox(key="export_for").set_value("Label Studio").run()
    assert "given_label" not in test.dataframe[0].value["data"].iloc[0]
    test.checkbox(key="export_show_given").check().run()
    test.text_input(key="export_image_prefix").set_value("https://pictures.example/").run()
    shown = test.dataframe[0].value["data"].iloc[0]  # a beginning; digests of the content stand last
    assert re.search(r'"given_label": "\w+", "image": "https://pictures\.example/[^"]+"', shown)


def test_argilla_asks_it_too(app, digits):
    test = app("export", digits.id)
    test.radio(key="export_use").set_value("program").run()
    test.selectbox(key="export_for").set_value("Argilla").run()
    assert len(test.dataframe[0].value) == 5, "flagged samples, though nobody has decided yet"
    assert "given_label" not in test.dataframe[0].value["fields"].iloc[0]
    test.checkbox(key="export_show_given").check().run()
    assert "given_label" in test.dataframe[0].value["fields"].iloc[0] and not test.exception


def test_hugging_face_may_have_the_pictures_themselves(app, digits):
    test = app("export", digits.id)
    test.radio(key="export_use").set_value("program").run()
    test.selectbox(key="export_for").set_value("Hugging Face datasets").run()
    test.checkbox(key="export_with_pictures").check().run()
    assert test.dataframe[0].value["image"].str.endswith(".png").all() and not test.exception


def test_questions_have_no_pictures_to_put_in(app, questions):
    test = app("export", questions.id)
    test.radio(key="export_use").set_value("program").run()
    test.selectbox(key="export_for").set_value("Hugging Face datasets").run()
    assert "export_with_pictures" not in {box.key for box in test.checkbox}


def test_the_command_that_takes_it_in_is_the_other_programs():
    commands = [kind.command for kind in available_exports() if kind.command]
    assert len(commands) > 12 and not [c for c in commands if "cleaning" in c or "second-opinion" in c]


def test_whom_we_name_is_offered_what_there_is():
    names = {kind.name for kind in available_exports()}
    assert {name for files in AUDIENCES.values() for name in files} <= names


def test_a_file_is_shown_before_it_is_added_and_added_once(app, digits):
    run = digits.latest_run()
    top = run.scores.iloc[0]
    decide(digits, top.sample_id, "relabel", (int(top.suggested),))
    tasks = json.loads(write_export("label_studio", digits, run, log_of(digits)))
    annotation = next(t["annotations"][0] for t in tasks if t["annotations"])
    verdict = next(r for r in annotation["result"] if r["from_name"] == "verdict")
    verdict["value"]["choices"] = ["none_fits"]
    annotation["result"] = [r for r in annotation["result"] if r["from_name"] != "label"]
    test = app("export", digits.id)
    test.file_uploader(key="import_file").set_value(
        ("tasks.json", json.dumps(tasks).encode(), "application/json")
    ).run()
    metrics = {m.label: m.value for m in test.metric}
    assert (metrics["New"], metrics["Changed"], metrics["Known already"]) == ("0", "1", "0")
    assert len(log_of(digits)) == 1
    test.button(key="import_add").click().run()
    assert [d.verdict for d in log_of(digits)] == ["relabel", "none_fits"]
    assert "There is nothing to add" in words(test) and not test.exception
