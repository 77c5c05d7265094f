"""Malformed inputs, each with the sentence a person reads. Every one starts from a sound dataset folder."""

import gzip
import io
import json
import os
import pickle
import zipfile

import numpy as np
import pandas as pd
import pytest

from cleaning.command_line import main
from cleaning.errors import InputError
from data_adapters import read_folder, read_loose
from tests.data_adapters import tiny

CASES = {}


def case(sentence: str):
    """Registers a function that damages a sound folder, with part of the sentence it must end in."""

    def register(damage):
        CASES[damage.__name__] = (damage, sentence)
        return damage

    return register


def test_the_sound_folder_is_read(tmp_path):
    assert len(read_folder(tiny.dataset_folder(tmp_path / "set")).dataset) == 6


# ---- samples table


@case("'samples.csv' is empty (0 bytes).")
def empty_file(folder):
    (folder / "samples.csv").write_bytes(b"")


@case("'samples.csv' holds only blanks.")
def blank_file(folder):
    (folder / "samples.csv").write_text("\n \n")


@case("'samples.csv' has a header but no rows.")
def header_only(folder):
    tiny.write(folder / "samples.csv", "sample_id,label")


@case("2 rows with another number of columns than the header (2): row 3 has 3, row 5 has 1.")
def ragged_rows(folder):
    tiny.write(folder / "samples.csv", "sample_id,label", "s00,cat", "s01,dog,x", "s02,owl", "s03")


@case("'samples.csv' is not UTF-8 text: line 3 holds bytes of another encoding.")
def latin1(folder):
    (folder / "samples.csv").write_bytes("sample_id,label\ns00,Bär\n".encode() + b"s01,B\xe4r\n")


@case("'samples.csv' is no text table: it holds zero bytes.")
def binary_file(folder):
    (folder / "samples.csv").write_bytes(b"sample_id,label\ns0\x000,cat\n")


@case("'samples.csv' (column 'sample_id') has 1 sample id more than once: s01.")
def repeated_ids(folder):
    tiny.labels_csv(folder / "samples.csv", ids=("s00", "s01", "s01", "s03", "s04", "s05"))


@case("'samples.csv' has 1 row without a sample id in column 'sample_id': data rows 3.")
def missing_id(folder):
    tiny.labels_csv(folder / "samples.csv", ids=("s00", "s01", "", "s03", "s04", "s05"))


@case("1 given label not readable as a class name (cat, dog, owl) or a number from 0 to 2: 'cow' (s02).")
def unknown_label(folder):
    tiny.labels_csv(folder / "samples.csv", labels=("cat", "dog", "cow", "cat", "dog", "owl"))


@case("or a number from 0 to 2: '3' (s02), '3' (s05). They look 1-based: subtract 1.")
def one_based_labels(folder):
    tiny.labels_csv(folder / "samples.csv", labels=(1, 2, 3, 1, 2, 3))


@case("'samples.csv' has 2 columns that could hold the given labels: target or category.")
def two_label_columns(folder):
    tiny.write(folder / "samples.csv", "sample_id,target,category", "s00,cat,cat")


@case("'samples.csv' has no column known to hold the sample ids; its columns are alpha, label.")
def no_id_column(folder):
    tiny.labels_csv(folder / "samples.csv", header="alpha,label")


@case("'samples.csv' has 1 column name more than once: label.")
def repeated_columns(folder):
    tiny.write(folder / "samples.csv", "sample_id,label,label", "s00,cat,cat")


@case("'samples.parquet' cannot be read as Parquet")
def truncated_parquet(folder):
    (folder / "samples.csv").unlink()
    pd.DataFrame({"sample_id": tiny.IDS, "label": tiny.LABELS}).to_parquet(folder / "samples.parquet")
    content = (folder / "samples.parquet").read_bytes()
    (folder / "samples.parquet").write_bytes(content[: len(content) // 2])


@case("'set' holds samples.csv or labels.csv; keep one table of samples.")
def two_sample_tables(folder):
    tiny.labels_csv(folder / "labels.csv")


@case("'set' holds no samples.csv or samples.parquet (or labels.csv); it holds class_names.txt, experts.")
def no_sample_table(folder):
    (folder / "samples.csv").unlink()


@case("1 question with no readable list of options in column 'choices': q2.")
def unreadable_options(folder):
    tiny.write(folder / "samples.csv", "sample_id,label,choices", 'q1,0,"[1, 2]"', "q2,1,__import__('os')")


@case("1 question with fewer than two options in column 'choices': q1.")
def one_option(folder):
    tiny.write(folder / "samples.csv", "sample_id,label,choices", 'q1,0,"[1]"', 'q2,1,"[1, 2]"')


@case("1 question with more than 26 options")
def too_many_options(folder):
    tiny.write(folder / "samples.csv", "sample_id,label,choices", f'q1,0,"{list(range(27))}"')


@case("1 given label not readable as the letter or 0-based number of an option: '5' (q1).")
def label_beyond_the_options(folder):
    tiny.write(folder / "samples.csv", "sample_id,label,choices", 'q1,5,"[1, 2]"', 'q2,2,"[1, 2, 3]"')


# ---- class names and settings


@case("'class_names.txt' names 1 class; at least two are needed.")
def one_class(folder):
    tiny.write(folder / "class_names.txt", "cat")


@case("'set' holds class_names.txt and class_names.csv; keep one of them.")
def two_class_name_files(folder):
    tiny.write(folder / "class_names.csv", "label,name", "0,cat")


@case("Expert 'net' has 3 columns for 4 classes. Expected one column per class, in class order.")
def too_many_class_names(folder):
    tiny.write(folder / "class_names.txt", "cat", "dog", "owl", "cow")


@case("dataset.json is no sound JSON")
def broken_json(folder):
    tiny.write(folder / "dataset.json", '{"name": ')


@case("dataset.json has format 7; this version reads format 1.")
def future_format(folder):
    tiny.write(folder / "dataset.json", '{"format": 7}')


@case("dataset.json: 'kind' must be image or question, not 'video'.")
def unknown_kind(folder):
    tiny.write(folder / "dataset.json", '{"kind": "video"}')


@case("dataset.json describes experts without a file in 'experts': ghost.")
def expert_without_file(folder):
    tiny.write(folder / "dataset.json", json.dumps({"experts": {"ghost": {}}}))


@case("dataset.json, expert 'net': 'cost' must be a number of 0 or more, not -1.")
def negative_cost(folder):
    tiny.write(folder / "dataset.json", json.dumps({"experts": {"net": {"cost": -1}}}))


@case("'samples.csv' has no column 'batch', named with --group-column. Its columns are sample_id, label.")
def unknown_group_column(folder):
    tiny.write(folder / "dataset.json", '{"group_column": "batch"}')


# ---- arrays


def replace_net(folder, array):
    tiny.save(folder / "experts" / "net.npy", array)


@case("Expert 'net' has 5 rows without ids for 6 samples;")
def too_few_rows(folder):
    replace_net(folder, tiny.SCORES[:5])


@case("Expert 'net' looks transposed: shape (3, 6) for 6 samples and 3 classes.")
def transposed(folder):
    replace_net(folder, tiny.SCORES.T)


@case("Expert 'net' has scores that are NaN or infinite for 2 of 6 samples: s01, s04.")
def not_finite(folder):
    bad = tiny.SCORES.copy()
    bad[1, 0], bad[4, 2] = np.nan, np.inf
    replace_net(folder, bad)


@case("Expert 'net' has one column for 3 classes.")
def three_dimensions(folder):
    replace_net(folder, tiny.SCORES[:, :, None])


@case("'net.npy' holds no values (shape (0, 3)).")
def no_rows(folder):
    replace_net(folder, tiny.SCORES[:0])


@case("Expert 'net' holds percentages (every row sums to 100). Divide the scores by 100.")
def percentages(folder):
    replace_net(folder, tiny.probabilities() * 100)


@case("Expert 'net' has probabilities outside 0 to 1 for 6 of 6 samples")
def declared_probabilities_that_are_logits(folder):
    tiny.write(folder / "dataset.json", '{"experts": {"net": {"score_kind": "probabilities"}}}')
    replace_net(folder, tiny.SCORES * 3 + 1)


@case("'net.npy' is a pickled array, which can run code when read.")
def pickled_array(folder):
    np.save(folder / "experts" / "net.npy", np.array([{"a": 1}], object), allow_pickle=True)


@case("'net.npy' is a pickle, which can run code when read.")
def pickle_named_npy(folder):
    (folder / "experts" / "net.npy").write_bytes(pickle.dumps([1, 2]))


@case("Expert 'net' (net.pkl) is a pickle, which can run code when read.")
def pickle_file(folder):
    (folder / "experts" / "net.npy").rename(folder / "experts" / "net.pkl")


@case("'net.npy' is no NumPy array file")
def text_named_npy(folder):
    (folder / "experts" / "net.npy").write_text("1,2,3\n" * 10)


@case("'net.npy' ends too early")
def truncated_npy(folder):
    content = (folder / "experts" / "net.npy").read_bytes()
    (folder / "experts" / "net.npy").write_bytes(content[:-8])


@case("'net.npy' has a header of 4,294,967,295 bytes")
def huge_header(folder):
    (folder / "experts" / "net.npy").write_bytes(b"\x93NUMPY\x02\x00\xff\xff\xff\xff{'descr'")


@case("'net.npy' is a damaged NumPy file")
def header_cut_in_its_first_bytes(folder):
    content = (folder / "experts" / "net.npy").read_bytes()
    (folder / "experts" / "net.npy").write_bytes(content[:13])


@case("'net.npy' ends too early")
def absurd_shape(folder):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (10**9, 10**6)})
    (folder / "experts" / "net.npy").write_bytes(header.getvalue() + b"0" * 64)


@case("'net.npy' is a damaged NumPy file")
def damaged_header(folder):
    content = (folder / "experts" / "net.npy").read_bytes()
    (folder / "experts" / "net.npy").write_bytes(content.replace(b"'descr'", b"'desXX'"))


def as_npz(folder, **arrays):
    (folder / "experts" / "net.npy").unlink()
    np.savez(folder / "experts" / "net.npz", **arrays)


@case("'net.npz' must hold 'sample_ids' and one array 'scores', or one array per expert; it holds scores, logits.")
def npz_with_two_arrays_of_one_expert(folder):
    as_npz(folder, scores=tiny.SCORES, logits=tiny.SCORES)


@case("'net.npz': 'sample_ids' has shape (5,)")
def npz_with_too_few_ids(folder):
    as_npz(folder, sample_ids=np.array(tiny.IDS[:5]), scores=tiny.SCORES)


@case("Expert 'net' has 1 sample id more than once: s00.")
def npz_with_repeated_ids(folder):
    as_npz(folder, sample_ids=np.array(["s00", *tiny.IDS[:5]]), scores=tiny.SCORES)


@case("'net.npz' cannot be read as .npz")
def npz_that_is_no_zip(folder):
    (folder / "experts" / "net.npy").rename(folder / "experts" / "net.npz")


@case("'net.npz: scores.npy' is a pickled array")
def npz_with_pickle(folder):
    as_npz(folder, scores=np.array([[None]], object))


@case("which no scores do.")
def zip_bomb(folder):
    (folder / "experts" / "net.npy").unlink()
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (2**18, 100)})
    with zipfile.ZipFile(folder / "experts" / "net.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("scores.npy", header.getvalue() + bytes(2**18 * 400))


@case("'net.npz: scores.npy' declares 4.0 KB in its header but 4.5 KB in the archive")
def npz_with_lying_header(folder):
    (folder / "experts" / "net.npy").unlink()
    good = io.BytesIO()
    np.save(good, np.zeros((10, 97), np.float32))
    with zipfile.ZipFile(folder / "experts" / "net.npz", "w") as archive:
        archive.writestr("scores.npy", good.getvalue() + bytes(500))


# ---- expert tables


def expert_csv(folder, *lines):
    (folder / "experts" / "net.npy").unlink()
    tiny.write(folder / "experts" / "net.csv", *lines)


@case("Expert 'net' has no id in common with the samples: its ids are x1, x2; the samples' are s00, s01,")
def nothing_in_common(folder):
    expert_csv(folder, "sample_id,answer", "x1,cat", "x2,dog")


@case("They meet when file endings are left aside.")
def ids_with_endings(folder):
    expert_csv(folder, "sample_id,answer", *(f"{i}.jpg,cat" for i in tiny.IDS))


@case("They meet when upper and lower case are left aside.")
def ids_in_capitals(folder):
    expert_csv(folder, "sample_id,answer", *(f"{i.upper()},cat" for i in tiny.IDS))


@case("Expert 'net' has 1 sample id more than once: s00.")
def expert_with_repeated_ids(folder):
    expert_csv(folder, "sample_id,answer", "s00,cat", "s00,dog")


@case("2 of 3 answers are no class: 'lion', 'bear'. Classes are cat, dog, owl, or numbers from 0.")
def mostly_unreadable(folder):
    expert_csv(folder, "sample_id,answer", "s00,lion", "s01,bear", "s02,cat")


@case("Expert 'net' (net.csv) has no answer for any sample.")
def no_answers(folder):
    expert_csv(folder, "sample_id,answer", "s00,", "s01,")


@case("class numbers outside 0 to 2 for 1 sample: s02 ('3'). They look 1-based: subtract 1.")
def one_based_predictions(folder):
    expert_csv(folder, "sample_id,predicted_class", "s00,1", "s01,2", "s02,3", "s03,1")


@case("2 confidences outside 0 to 1 in column 'confidence' (up to 99.5): s00, s01. They look like percentages")
def confidence_in_percent(folder):
    expert_csv(folder, "sample_id,answer,confidence", "s00,cat,99.5", "s01,dog,42", "s02,owl,0.5")


@case("Expert 'net' has 1 confidence outside 0 to 1 in column 'confidence' (up to 0.4): s00.")
def negative_confidence(folder):
    expert_csv(folder, "sample_id,answer,confidence", "s00,cat,-0.2", "s01,dog,0.4")


@case("'net.csv': column 'confidence' has 1 value not readable as numbers: high.")
def confidence_in_words(folder):
    expert_csv(folder, "sample_id,answer,confidence", "s00,cat,high", "s01,dog,0.4")


@case("Expert 'net' (net.csv): it is unclear which of its columns holds the answers: first, second.")
def unclear_columns(folder):
    expert_csv(folder, "sample_id,first,second", "s00,cat,dog")


@case("Expert 'net' (net.csv) has 4 number columns for 3 classes, and none for owl.")
def score_column_of_another_class(folder):
    expert_csv(folder, "sample_id,cat,dog,cow,pig", *(f"{i},1.5,2,3,4" for i in tiny.IDS))


@case("Expert 'net' (net.csv) has a header but no rows.")
def expert_without_rows(folder):
    expert_csv(folder, "sample_id,answer")


@case("More than one expert is called net.")
def two_files_of_one_expert(folder):
    tiny.top1_csv(folder / "experts" / "net.csv")


@case("'set/experts' holds no expert.")
def no_experts(folder):
    (folder / "experts" / "net.npy").unlink()


@case("'set' holds the given labels, and no expert was found in it.")
def no_expert_folder(folder):
    no_experts(folder)
    (folder / "experts").rmdir()


# ---- pictures


def with_picture_paths(folder, *paths):
    (folder / "images").mkdir()
    rows = (f"{i},{k},{path}" for i, k, path in zip(tiny.IDS, tiny.LABELS, paths))
    tiny.write(folder / "samples.csv", "sample_id,label,image", *rows)


@case("2 picture paths leading out of the folder of pictures: ../../etc/passwd, a/../../b.jpg.")
def picture_paths_with_dots(folder):
    with_picture_paths(folder, "a.jpg", "../../etc/passwd", "a/../../b.jpg", "", "", "")


@case("2 picture paths leading out of the folder of pictures: /etc/passwd, C:\\x.jpg.")
def absolute_picture_paths(folder):
    with_picture_paths(folder, "/etc/passwd", "C:\\x.jpg", "", "", "", "")


@case("1 link in 'images' leading out of the folder: s00.jpg. Copy the pictures into the folder.")
def picture_link_out(folder):
    (folder / "images").mkdir()
    (folder.parent / "secret.jpg").write_bytes(b"x")
    (folder / "images" / "s00.jpg").symlink_to(folder.parent / "secret.jpg")


# ---- files that are not what they are called, and what people's tools do to tables


@case("'samples.csv' is a ZIP or Excel file, not text.")
def excel_called_csv(folder):
    (folder / "samples.csv").write_bytes(b"PK\x03\x04" + bytes(range(1, 256)) * 9)


@case("'samples.csv' is packed by gzip, not text.")
def gzip_called_csv(folder):
    (folder / "samples.csv").write_bytes(gzip.compress((folder / "samples.csv").read_bytes()))


@case("'samples.csv' is a Git LFS pointer; its content is not here.")
def git_lfs_pointer(folder):
    tiny.write(folder / "samples.csv", "version https://git-lfs.github.com/spec/v1", "oid sha256:4d7a", "size 12345")


@case("'net.npy' is a Git LFS pointer; its content is not here.")
def git_lfs_pointer_of_an_array(folder):
    tiny.write(folder / "experts" / "net.npy", "version https://git-lfs.github.com/spec/v1", "oid sha256:4d7a")


@case("'samples.csv' is not UTF-8 text: line 3 holds bytes of another encoding.")
def latin1_and_ragged(folder):
    (folder / "samples.csv").write_bytes("sample_id,label\ns00,Bär\n".encode() + b"s01,B\xe4r,x\n")


def test_rows_of_another_encoding_are_told_without_noise(tmp_path, monkeypatch):
    noise = []
    monkeypatch.setattr("sys.unraisablehook", noise.append)
    folder = tiny.dataset_folder(tmp_path / "set")
    latin1_and_ragged(folder)
    with pytest.raises(InputError):
        read_folder(folder)
    assert not noise


@case("row 6 has 2, ... Leave out what stands above the header line.")
def title_above_the_header(folder):
    table = (folder / "samples.csv").read_text()
    (folder / "samples.csv").write_text("Labels of spring\n" + table)


@case("'net.csv' has 100,102 columns; up to 100,100 are read.")
def too_many_columns(folder):
    (folder / "experts" / "net.npy").unlink()
    tiny.write(
        folder / "experts" / "net.csv", "sample_id," + ",".join(f"a_long_name_of_class_{k}" for k in range(100_101))
    )


@case("has 1 sample id with line breaks or other control characters: 's\\n00'.")
def id_with_a_line_break(folder):
    tiny.labels_csv(folder / "samples.csv", ids=('"s\n00"', *tiny.IDS[1:]))


@case("has 2 sample ids with line breaks or other control characters: 's\\x1b[31m', 's\\x7f'.")
def ids_that_steer_a_terminal(folder):
    tiny.labels_csv(folder / "samples.csv", ids=("s\x1b[31m", "s\x7f", *tiny.IDS[2:]))


@case("'class_names.txt' has class names that cannot be told apart: café. Rename them.")
def class_names_alike_but_for_the_accent(folder):
    tiny.write(folder / "class_names.txt", "caf\u00e9", "cafe\u0301", "owl")


def json_lines(folder, *lines):
    (folder / "samples.csv").unlink()
    tiny.write(folder / "samples.jsonl", *lines)


@case("'samples.jsonl', line 2, is no sound JSON.")
def one_broken_json_line(folder):
    json_lines(folder, '{"sample_id": "s00", "label": "cat"}', '{"sample_id": "s01", "label":', '{"sample_id": "s02"}')


@case("'samples.jsonl', line 1, is nested too deeply to be read.")
def deeply_nested_json_line(folder):
    json_lines(folder, '{"sample_id": "s00", "label": "cat", "x": ' + "[" * 100_000 + "]" * 100_000 + "}")


@case("'samples.jsonl': 'sample_id' is text in line 1 and a list in line 3.")
def json_lines_of_two_kinds(folder):
    json_lines(folder, *(json.dumps({"sample_id": i, "label": "cat"}) for i in ("s00", "s01", ["s02"])))


@case("'samples.jsonl', line 1, is no JSON object. Expected one object per line.")
def json_list_called_json_lines(folder):
    json_lines(folder, '[{"sample_id": "s00", "label": "cat"}]')


@case("'net.npz' cannot be read as .npz (Error -3 while decompressing data")
def npz_with_damaged_bytes(folder):
    (folder / "experts" / "net.npy").unlink()
    path = folder / "experts" / "net.npz"
    np.savez_compressed(path, scores=tiny.SCORES)
    content = bytearray(path.read_bytes())
    packed = content.index(b"scores.npy") + len("scores.npy") + 20
    content[packed : packed + 20] = b"\xff" * 20
    path.write_bytes(content)


@case("'net.npy' is a damaged NumPy file (negative dimensions are not allowed).")
def npy_with_a_negative_length(folder):
    text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 3), }".ljust(117) + b"\n"
    header = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text
    (folder / "experts" / "net.npy").write_bytes(header + tiny.SCORES.tobytes())


@case("'net.npy' has shape (6,) and type [('cat', '<f4'), ('dog', '<f4')].")
def npy_of_records(folder):
    tiny.save(folder / "experts" / "net.npy", np.zeros(6, [("cat", "<f4"), ("dog", "<f4")]))


@case("'set' holds no samples.csv")
def no_file_but_a_folder(folder):
    (folder / "samples.csv").unlink()
    (folder / "samples.csv").mkdir()


@case("'set' holds no samples.csv")
def no_file_but_a_pipe(folder):
    (folder / "samples.csv").unlink()
    os.mkfifo(folder / "samples.csv")


@pytest.mark.parametrize("name", CASES)
def test_malformed_folder_ends_in_its_sentence(tmp_path, name):
    damage, sentence = CASES[name]
    folder = tiny.dataset_folder(tmp_path / "set")
    damage(folder)
    with pytest.raises(InputError) as refused:
        read_folder(folder)
    assert sentence in str(refused.value)
    assert len(str(refused.value)) < 500 and "\n" not in str(refused.value)


@pytest.mark.parametrize("name", CASES)
def test_the_command_ends_with_2_and_leaves_no_trace(tmp_path, name, capsys):
    damage, sentence = CASES[name]
    folder, workspaces, out = tiny.dataset_folder(tmp_path / "set"), tmp_path / "workspaces", tmp_path / "out.csv"
    damage(folder)
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    assert main(["score", str(folder), f"--workspaces={workspaces}", f"--out={out}"]) == 2
    no_table = ("no_sample_table", "no_file_but_a_folder", "no_file_but_a_pipe")
    own = dict.fromkeys(no_table, "Loose files are given with --labels and --expert.")  # what only a command can advise
    assert own.get(name, sentence) in capsys.readouterr().err
    assert not out.exists() and not list(workspaces.rglob("*"))
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before


LOOSE = {
    "labels_missing": (dict(labels="none.csv"), "There is no file"),
    "labels_a_folder": (
        dict(labels="."),
        "is a folder with neither one subfolder of pictures per class nor a Hugging Face dataset",
    ),
    "labels_other_ending": (dict(labels="net.docx"), "'net.docx' is no table we read"),
    "labels_full_array": (dict(labels="net.npy"), "Expected one class number per sample."),
    "expert_missing": (dict(experts={"x": "none.npy"}), "There is no file"),
    "expert_other_ending": (dict(experts={"x": "net.docx"}), "'x' (net.docx) has an ending we do not read."),
    "no_expert": (dict(experts={}), "No expert was given."),
    "id_column": (dict(id_column="uid"), "'labels.csv' has no column 'uid', named with --id-column. Its columns are"),
    "label_column": (dict(label_column="y"), "'labels.csv' has no column 'y', named with --label-column."),
    "answer_columns_alone": (dict(answer_columns=["a"]), "--answer-columns needs --answers"),
    "answers_alone": (dict(answers="labels.csv"), "--answers needs --answer-columns"),
    "images": (dict(images="nowhere"), "There is no folder of pictures"),
    "class_names": (dict(class_names="none.txt"), "There is no file"),
}


@pytest.mark.parametrize("name", LOOSE)
def test_malformed_loose_files_end_in_their_sentence(tmp_path, name):
    tiny.labels_csv(tmp_path / "labels.csv")
    tiny.save(tmp_path / "net.npy", tiny.SCORES)
    (tmp_path / "net.docx").write_bytes(b"PK")
    given, sentence = LOOSE[name]
    given = {"labels": "labels.csv", "experts": {"net": "net.npy"}} | given
    for key in ("labels", "answers", "images", "class_names"):
        if key in given:
            given[key] = tmp_path / given[key]
    given["experts"] = {who: tmp_path / file for who, file in given["experts"].items()}
    with pytest.raises(InputError) as refused:
        read_loose(given.pop("labels"), given.pop("experts"), **given)
    assert sentence in str(refused.value)


def test_number_labels_with_an_absurd_class_count_are_refused(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv", labels=(0, 1, 2, 0, 1, 99_999_999))
    votes = tiny.write(tmp_path / "v.csv", "sample_id,answer", "s00,1")
    with pytest.raises(InputError, match="largest class number is 99,999,999; up to 100,000 classes"):
        read_loose(labels, {"v": votes})


def test_experts_of_unequal_width_are_named(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv", labels=(0, 1, 2, 0, 1, 2))
    experts = {
        "a": tiny.save(tmp_path / "a.npy", tiny.SCORES),
        "b": tiny.save(tmp_path / "b.npy", np.ones((6, 4), np.float32)),
    }
    with pytest.raises(InputError, match=r"unequal numbers of columns: 'a' 3, 'b' 4\."):
        read_loose(labels, experts)
