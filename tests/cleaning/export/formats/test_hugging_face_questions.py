"""Questions read from Hugging Face files go out as they came: keys as the source writes them, references in words too."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaning.export.handover import Handover
from cleaning.keep.workspaces import create_workspace
from cleaning.settle.policy import DEFAULT_POLICY
from cleaning.suspect import pipeline
from data_adapters import read_loose
from data_adapters.reading import read
from tests.cleaning.export.formats.hugging_face_made import opened, written
from tests.cleaning.export.making import decide
from tests.data_adapters import tiny

LETTERS = "ABCD"
IDS = [f"q{i}" for i in range(12)]
PLACES = {"names": list(LETTERS), "_type": "ClassLabel"}


def saved_questions(folder, columns: dict, features: dict, dev: int = 3):
    """Two splits as Parquet; the second has the first rows of the other."""
    table = pa.table(columns).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    folder.mkdir(parents=True)
    pq.write_table(table, folder / "test-00000-of-00001.parquet")
    pq.write_table(table.slice(0, dev), folder / "dev-00000-of-00001.parquet")
    return table


def exported(reading, tmp_path, decisions):
    workspace = create_workspace(tmp_path / "ws", reading.dataset, reading.experts)
    run = workspace.save_run(pipeline.run(reading.dataset, reading.experts), reading.experts)
    return written(Handover(workspace, run, decisions, DEFAULT_POLICY), tmp_path / "out")


@pytest.mark.parametrize(
    ("key", "feature", "corrected"),
    [
        (pa.array([i % 4 for i in range(12)]), PLACES, 3),
        (pa.array([LETTERS[i % 3] for i in range(12)]), None, "D"),
        (pa.array([f"option {i % 4} of {i}" for i in range(12)]), None, "option 3 of 0"),
        (pa.array([str(i % 3) for i in range(12)]), None, "3"),
    ],
)
def test_a_key_is_corrected_as_the_source_writes_its_keys(tmp_path, key, feature, corrected):
    columns = {
        "id": IDS,
        "question": [f"What is {i}?" for i in range(12)],
        "year": pa.array(range(12), pa.int16()),
        "choices": [[f"option {k} of {i}" for k in range(4)] for i in range(12)],
        "answer": key,
    }
    before = saved_questions(tmp_path / "quiz", columns, {"answer": feature} if feature else {})
    votes = tiny.write(
        tmp_path / "v.csv", "sample_id,answer", *(f"{one},{LETTERS[i % 4]}" for i, one in enumerate(IDS))
    )
    reading = read_loose(tmp_path / "quiz", {"v": votes}, split="test")
    out = exported(reading, tmp_path, [decide("q0", "relabel", [3]), decide("q5", "none_fits", [], number=1)])
    table, stay = opened(out / "test"), [i for i in range(12) if i != 5]
    assert table["answer"].to_pylist() == [corrected, *(key[i].as_py() for i in stay[1:])]
    assert table.select(["id", "question", "year", "choices"]).equals(before.select([0, 1, 2, 3]).take(pa.array(stay)))
    assert table["final_labels"][0].as_py() == ["D"] and table["answer_given"][0].as_py() == "A"
    assert opened(out / "dev").equals(before.slice(0, 3))


def test_a_reference_in_words_is_corrected_behind_the_way_to_it(tmp_path):
    columns = {
        "id": IDS,
        "question": [f"What is {i} and {i}?" for i in range(12)],
        "reference": [f"Twice {i}.\n#### {2 * i}" for i in range(12)],
        "level": pa.array(range(12), pa.uint8()),
    }
    before = saved_questions(tmp_path / "sums", columns, {})
    answers = [f"{one},{2 * i + (i == 4)}" for i, one in enumerate(IDS)]
    votes = tiny.write(tmp_path / "v.csv", "id,answer", *answers)
    reading = read_loose(tmp_path / "sums", {"v": votes}, split="test")
    assert reading.dataset.open_answers
    wrong = reading.dataset.samples["choices"][4]
    out = exported(reading, tmp_path, [decide("q4", "relabel", [list(wrong).index("9")])])
    table = opened(out / "test")
    assert table["reference"].to_pylist() == [
        "Twice 4.\n#### 9" if i == 4 else one for i, one in enumerate(before["reference"].to_pylist())
    ]
    assert (table["reference_given"][4].as_py(), table["final_labels"][4].as_py()) == ("8", ["9"])
    assert table["level"].type == pa.uint8() and opened(out / "dev").equals(before.slice(0, 3))


def test_files_that_nobody_named_go_out_as_they_came_too(tmp_path):
    columns = {"id": IDS, "label": ["cat", "dog"] * 6, "n": pa.array(range(12), pa.int8())}
    table = pa.table(columns).replace_schema_metadata({"huggingface": '{"info": {"features": {}}}'})
    (tmp_path / "all").mkdir()
    pq.write_table(table, tmp_path / "all" / "labels.parquet")
    tiny.write(tmp_path / "all" / "m.csv", "id,prediction", *(f"{one},cat" for one in IDS))
    out = exported(read(tmp_path / "all"), tmp_path, [decide("q0", "relabel", [1])])
    assert opened(out)["label"].to_pylist() == ["dog", *(["cat", "dog"] * 6)[1:]]
    assert opened(out)["n"].type == pa.int8()
