"""Bytes that are not as they should be, each with the sentence it ends in: never a traceback, never a signal."""

import json
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from cleaning.errors import InputError
from cleaning.scores.npy_files import open_npy
from cleaning.scores.shards import listed_shards
from data_adapters import read_lm_eval, read_loose
from data_adapters.files import array_files, torch_files
from data_adapters.files.array_files import read_arrays
from data_adapters.files.arrow_files import arrow_table
from data_adapters.files.tables import read_table
from data_adapters.inference.output_shards import Shards
from tests.conftest import REPOSITORY
from tests.data_adapters import tiny
from tests.data_adapters.layouts.test_question_logs import chat, lines, lm_eval_records


def refused(action, *given, **named) -> str:
    with pytest.raises(InputError) as error:
        action(*given, **named)
    return str(error.value)


# ---- text in another encoding


def test_a_damaged_letter_of_utf_8_is_no_other_encoding(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_bytes("sample_id,label,Größe\ns00,cät,1\ns01,cat,1\n".encode().replace(b"s01", b"s\xff1"))
    assert "'labels.csv' is not UTF-8 text: line 3 holds bytes of another encoding." in refused(read_table, path)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("name", ["labels.csv", "labels.tsv", "labels.json"])
def test_tables_in_other_encodings_are_read_and_it_is_said(tmp_path, name, encoding):
    path = tmp_path / name
    written = [["sample_id", "label", "Größe"], ["s00", "Bär", "1"], ["s01", "été", "2"]]
    text = "\n".join(("\t" if path.suffix == ".tsv" else ",").join(row) for row in written)
    records = [dict(zip(written[0], row)) for row in written[1:]]
    told = json.dumps(records, ensure_ascii=False) if path.suffix == ".json" else text
    path.write_bytes(told.encode(encoding))
    table = read_table(path)
    assert table.columns == ("sample_id", "label", "Größe") and table.text("label").tolist() == ["Bär", "été"]
    assert encoding == "utf-16" or path.suffix == ".json" or "is not UTF-8; it is read as" in table.notes[-1]


def test_bytes_that_are_no_letters_are_refused(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_bytes(b"sample_id,label\ns00,c\xf7t\ns01,d\xd7\x81g\n")
    assert "'labels.csv' is not UTF-8 text: line 2 holds bytes of another encoding." in refused(read_table, path)


def test_a_letter_that_ends_the_part_looked_at_first_is_no_mistake(tmp_path, monkeypatch):
    monkeypatch.setattr("data_adapters.files.text_tables.SAMPLE_BYTES", 21)  # in the middle of the letter
    path = tiny.write(tmp_path / "labels.csv", "sample_id,label", "s00,ü", "s01,dog")
    assert read_table(path).text("label").tolist() == ["ü", "dog"]


@pytest.mark.parametrize("written", ['"Größe": "1"', '"about": {"Größe": "1"}', '"about": [{"a": {"Größe": 1}}]'])
def test_a_jsonl_key_in_latin_1(tmp_path, written):
    path = tmp_path / "labels.jsonl"
    path.write_bytes(f'{{"sample_id": "s00", {written}}}\n'.encode("latin-1"))
    table = read_table(path)
    assert table.text("sample_id").tolist() == ["s00"] and "Größe" in json.dumps(
        str(table.data.schema), ensure_ascii=False
    )
    assert table.encoding == "Windows-1252 (Latin-1)"


def test_half_an_emoji_in_an_id_is_shown_as_a_missing_character(tmp_path):
    questions = tiny.questions_csv(tmp_path / "questions.csv")
    records = [chat("B", {"B": -0.1}, sample_id=name) for name in ("q1", "q2", "q3", "q4", "x\ud83d")]
    reading = read_loose(questions, {"gpt": lines(tmp_path / "gpt.jsonl", records)})
    assert any("x\ufffd" in note for note in reading.notes)


def test_a_whole_emoji_stays(tmp_path):
    questions = tiny.write(tmp_path / "q.csv", "question_id,answer,choices", '😀,A,"[1, 2]"', 'q2,B,"[1, 2]"')
    records = [chat("B", {"B": -0.1}, sample_id=name) for name in ("😀", "q2")]
    reading = read_loose(questions, {"gpt": lines(tmp_path / "gpt.jsonl", records)})
    assert reading.dataset.sample_ids.tolist() == ["😀", "q2"] and reading.experts[0].predicted.tolist() == [1, 1]


# ---- numbers where lists belong


def test_a_harness_log_with_a_number_for_the_filtered_answers_is_read_by_the_others(tmp_path):
    path = lines(tmp_path / "m" / "samples_quiz.jsonl", lm_eval_records(filtered_resps=7))
    assert read_lm_eval(path).experts[0].kind == "full"


def test_a_harness_log_with_a_number_for_every_list(tmp_path):
    path = lines(tmp_path / "m" / "samples_quiz.jsonl", lm_eval_records(filtered_resps=7, resps=7))
    assert "Expert 'm' (m) has no answer for any sample." in refused(read_lm_eval, path)


# ---- arrays


def test_an_npz_that_lacks_bytes(tmp_path):
    path = tmp_path / "net.npz"
    np.savez(path, scores=tiny.SCORES, sample_ids=np.array(tiny.IDS))
    content = path.read_bytes()
    path.write_bytes(content[:40] + content[140:])
    assert "'net.npz'" in refused(read_arrays, "net", path)


def test_answers_of_a_file_that_is_cut_once_opened_are_those_that_were_opened(tmp_path):
    path = tiny.save(tmp_path / "net.npy", np.arange(100_000))
    (found,) = read_arrays("net", path)
    os.truncate(path, 200)
    assert int(found.array.max()) == 99_999


def test_scores_of_a_file_that_is_cut_once_opened_end_in_a_sentence(tmp_path, monkeypatch):
    def cut(path):
        array = map_npy(path)
        os.truncate(path, 130)
        return array

    map_npy = array_files.map_npy
    monkeypatch.setattr(array_files, "map_npy", cut)
    net, labels = tiny.save(tmp_path / "net.npy", tiny.SCORES), tiny.labels_csv(tmp_path / "labels.csv")
    assert "'net.npy' became shorter while it was read." in refused(read_loose, labels, {"net": net})


@pytest.mark.parametrize(("read_up_to", "kind"), [(1 << 20, np.ndarray), (0, np.memmap)])
def test_an_array_is_in_memory_up_to_a_bound_and_mapped_above(tmp_path, read_up_to, kind):
    path = tiny.save(tmp_path / "predicted.npy", tiny.SCORES)
    array = open_npy(path, read_up_to)
    assert type(array) is kind and not array.flags.writeable
    np.testing.assert_array_equal(array, tiny.SCORES)


@pytest.mark.parametrize("kept", [0, 5, 14, 100, 128, 150])
def test_an_array_that_lacks_its_end(tmp_path, kept):
    path = tiny.save(tmp_path / "predicted.npy", tiny.SCORES)
    os.truncate(path, kept)
    assert refused(open_npy, path).startswith("'predicted.npy' ")


# ---- what is packed


@pytest.mark.parametrize("kind", ["gz", "bz2", "zst"])
def test_a_packed_table_that_lacks_its_end_is_never_a_shorter_table(tmp_path, kind):
    path = tmp_path / f"labels.csv.{kind}"
    with pa.output_stream(str(path), compression={"zst": "zstd", "gz": "gzip"}.get(kind, kind)) as packed:
        packed.write(b"sample_id,label\n" + b"".join(b"s%05d,cat\n" % i for i in range(5000)))
    whole = path.read_bytes()
    for kept in (len(whole) - 1, len(whole) - 9, len(whole) // 2, 12):
        path.write_bytes(whole[:kept])
        assert "'labels.csv" in refused(read_table, path)


def test_a_packed_table_that_unpacks_to_far_more_than_tables_do(tmp_path, monkeypatch):
    monkeypatch.setattr("data_adapters.files.packed.FREE_UNPACKED_BYTES", 10**6)
    with pa.output_stream(str(tmp_path / "labels.csv.gz"), compression="gzip") as packed:
        packed.write(b"sample_id,label\n" + b"0" * 5 * 10**6)
    assert "unpacks to more than 1.0 MB, more than is read." in refused(read_table, tmp_path / "labels.csv.gz")


# ---- shards


def test_a_list_of_shards_with_a_zero_byte(tmp_path):
    (tmp_path / "net.shards").write_bytes(b"a\x00b.npy\n")
    assert "'net.shards' names a file that cannot be: 'a\\x00b.npy'." in refused(listed_shards, tmp_path / "net.shards")


def test_a_parquet_shard_with_damaged_pages(tmp_path):
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table(dict(zip(tiny.NAMES, tiny.SCORES.T))), path, compression=None)
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\xff" * 40 + content[44:])
    (tmp_path / "net.shards").write_text("a.parquet\n")
    assert "a.parquet' is damaged from row 1 on" in refused(lambda: listed_shards(tmp_path / "net.shards")[0:6])


# ---- Arrow: what leads out of its memory


def damaged_offsets(path, write) -> None:
    """A file of texts whose second offset leads far out of it."""
    write(pa.table({"sample_id": ["a" * 37, "b" * 41], "label": ["cat", "dog"]}), path)
    content, offsets = path.read_bytes(), np.array([0, 37, 78], np.int32).tobytes()
    assert content.count(offsets) == 1
    path.write_bytes(content.replace(offsets, np.array([0, 2**30, 78], np.int32).tobytes()))


def write_stream(table, path):
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)


def test_offsets_that_lead_out_of_a_feather_file(tmp_path):
    damaged_offsets(tmp_path / "labels.feather", lambda t, p: feather.write_feather(t, p, compression="uncompressed"))
    assert "'labels.feather' cannot be read as Feather" in refused(read_table, tmp_path / "labels.feather")


def test_offsets_that_lead_out_of_an_arrow_file(tmp_path):
    damaged_offsets(tmp_path / "data.arrow", write_stream)
    assert "'data.arrow' cannot be read as Arrow" in refused(arrow_table, tmp_path / "data.arrow", ["sample_id"])


def test_columns_left_out_do_not_stay_in_memory(tmp_path):
    table = pa.table({"label": [1, 2], "image": [b"x" * 10**6, b"y" * 10**6]})
    write_stream(table, tmp_path / "data.arrow")
    assert arrow_table(tmp_path / "data.arrow", ["label"]).get_total_buffer_size() < 1000


# ---- many of them


@pytest.mark.parametrize(("only", "mutants"), [("", 50), ("Hugging Face save_to_disk", 30)])
def test_damaged_files_end_in_a_sentence_or_a_result(only, mutants):
    """A part of ``python -m benchmarks fuzz``, which says how each of thousands ends."""
    words = ["fuzz", "--", f"--mutants={mutants}", "--seed=7", f"--only={only}"]
    done = subprocess.run([sys.executable, "-m", "benchmarks", *words], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"| all {mutants} mutants (seed 7) |" in done.stdout
    assert json.loads(done.stdout.split(f"| all {mutants} mutants (seed 7) |")[1].split("|")[0]) > 10


CUT_TORCH = """
import os, sys
from pathlib import Path
import numpy as np
from cleaning.errors import InputError
from cleaning.scores.rows import read_rows
from data_adapters.files import torch_files
torch_files.READ_BYTES = 0
found = torch_files.load_torch(Path(sys.argv[1]))
os.truncate(sys.argv[1], 200)
print(int(np.asarray(found["labels"]).sum()))
for name in ("scores", "turned"):
    try:
        read_rows(found[name], slice(0, 9_000))
    except InputError as error:
        print(error)
"""


def test_a_large_torch_file_that_is_cut_once_opened_does_not_end_the_process(tmp_path):
    torch = pytest.importorskip("torch")
    scores, labels = torch.zeros(9_000, 4), torch.ones(9_000, dtype=torch.int64)
    torch.save({"labels": labels, "scores": scores, "turned": torch.zeros(4, 9_000).T}, tmp_path / "net.pt")
    command = [sys.executable, "-c", CUT_TORCH, tmp_path / "net.pt"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\n") == ["9000", *["'net.pt' became shorter while it was read."] * 2, ""]


def test_tensors_of_a_large_torch_file_are_those_of_a_small_one(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    scores = torch.randn(300, 7)
    kinds = (torch.float16, torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.uint8, torch.bool)
    saved = {str(kind): (scores * 9).to(kind) for kind in kinds} | {
        "turned": scores.T.contiguous().T, "part": scores[20:90], "every other": scores[::2], "none": scores[:0],
        "line": scores[:, 3].clone(), "runs": torch.randn(3, 300, 7), "sample_ids": ["a", "b"], "again": scores,
    }  # fmt: skip
    torch.save(saved, tmp_path / "net.pt")
    small = torch_files.load_torch(tmp_path / "net.pt")
    monkeypatch.setattr(torch_files, "READ_BYTES", 0)
    large = torch_files.load_torch(tmp_path / "net.pt")
    assert list(large) == list(small)
    for name, array in small.items():
        np.testing.assert_array_equal(large[name], array, strict=True)


def test_a_shard_of_an_inference_is_read_and_not_mapped(tmp_path):
    shards = Shards(tmp_path, 8, 3, np.dtype(np.float32), 4)
    shards.write(4, np.ones((4, 3)))
    block = shards.read(4)
    assert not isinstance(block, np.memmap)
    os.truncate(shards.path(4), 128)
    np.testing.assert_array_equal(block, np.ones((4, 3), np.float32))
