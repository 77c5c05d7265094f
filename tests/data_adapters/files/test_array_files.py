"""Arrays with several experts, safetensors and PyTorch files."""

import io
import json
import pickle

import numpy as np
import pytest

from cleaning.errors import InputError
from data_adapters import read_folder
from tests.data_adapters import tiny


@pytest.fixture
def folder(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    (folder / "experts" / "net.npy").unlink()
    return folder


def logits_of(reading):
    return {expert.name: expert.logits(slice(None)) for expert in reading.experts}


def safetensors(path, tensors: dict, metadata: dict | None = None):
    """Written by the format's own library."""
    from safetensors.numpy import save_file

    save_file({name: np.ascontiguousarray(array) for name, array in tensors.items()}, path, metadata)


def test_npz_of_several_experts_with_ids_in_another_order(folder):
    order = [3, 1, 0, 5, 4, 2]
    ids = np.array(tiny.IDS)[order]
    np.savez(folder / "experts" / "all.npz", sample_ids=ids, vit=tiny.SCORES[order], resnet=-tiny.SCORES[order])
    read = logits_of(read_folder(folder))
    np.testing.assert_array_equal(read["vit"], tiny.SCORES)
    np.testing.assert_array_equal(read["resnet"], -tiny.SCORES)


def test_an_array_called_probabilities_says_its_kind(folder):
    np.savez(folder / "experts" / "net.npz", sample_ids=np.array(tiny.IDS), probabilities=tiny.probabilities())
    (expert,) = read_folder(folder).experts
    assert (expert.name, expert.score_kind) == ("net", "probabilities")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_safetensors_are_memory_mapped(folder, dtype):
    safetensors(folder / "experts" / "net.safetensors", {"scores": tiny.SCORES.astype(dtype)})
    reading = read_folder(folder)
    assert isinstance(reading.experts[0].scores, np.memmap) and reading.experts[0].scores.dtype == dtype
    np.testing.assert_array_equal(logits_of(reading)["net"], tiny.SCORES)
    assert reading.joined_by_position == ("net",)


def test_safetensors_of_several_experts_with_ids_in_the_metadata(folder):
    order = [5, 4, 3, 2, 1, 0]
    ids = json.dumps([tiny.IDS[i] for i in order])
    tensors = {"a": tiny.SCORES[order], "b": 2 * tiny.SCORES[order]}
    safetensors(folder / "experts" / "x.safetensors", tensors, {"sample_ids": ids})
    reading = read_folder(folder)
    np.testing.assert_array_equal(logits_of(reading)["b"], 2 * tiny.SCORES)
    assert reading.joined_by_position == ()


def test_torch_tensors_and_bfloat16(folder):
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    scores = torch.tensor(tiny.SCORES)
    torch.save({"sample_ids": list(tiny.IDS), "scores": scores}, folder / "experts" / "net.pt")
    torch.save(scores, folder / "experts" / "lone.pth")
    save_file({"scores": scores.to(torch.bfloat16)}, folder / "experts" / "half.safetensors")
    reading = read_folder(folder)
    assert reading.joined_by_position == ("half", "lone")
    for read in logits_of(reading).values():
        np.testing.assert_array_equal(read, tiny.SCORES)


class Harmful:
    def __reduce__(self):
        return (open, ("harm", "w"))


def harmful_torch_file() -> bytes:
    torch = pytest.importorskip("torch")
    file = io.BytesIO()
    torch.save({"scores": Harmful()}, file)
    return file.getvalue()


def header(content: object, data: bytes = b"") -> bytes:
    raw = json.dumps(content).encode()
    return len(raw).to_bytes(8, "little") + raw + data


def tensor(**about) -> bytes:
    return header({"scores": {"dtype": "F32", "shape": [6, 3], "data_offsets": [0, 72], **about}}, bytes(72))


MALFORMED = {
    "short": ("net.safetensors", b"\x01\x02", "its header declares"),
    "huge_header": ("net.safetensors", b"\xff" * 8 + b"{}", "its header declares"),
    "no_json": ("net.safetensors", (4).to_bytes(8, "little") + b"nope", "its header is no JSON"),
    "a_list": ("net.safetensors", header([1, 2]), "its header is no JSON object of tensors"),
    "no_tensor": ("net.safetensors", header({}), "holds no tensor"),
    "unknown_type": ("net.safetensors", tensor(dtype="F8_E4M3"), "a type, shape or place we do not read"),
    "offsets": ("net.safetensors", tensor(data_offsets=[0, 60]), "has shape (6, 3) for 60 bytes"),
    "negative": ("net.safetensors", tensor(data_offsets=[-72, 0]), "has shape (6, 3) for"),
    "truncated": ("net.safetensors", tensor()[:-1], "it ends before tensor 'scores' does"),
    "pickle_named_pt": ("net.pt", pickle.dumps([1.0]), "is a pickle of an old PyTorch"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_arrays_end_in_their_sentence(folder, name):
    file, content, sentence = MALFORMED[name]
    (folder / "experts" / file).write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_folder(folder)
    assert sentence in str(refused.value)


def test_a_torch_file_that_would_run_code_is_refused_and_runs_nothing(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (folder / "experts" / "net.pt").write_bytes(harmful_torch_file())
    with pytest.raises(InputError, match="no file of plain PyTorch tensors"):
        read_folder(folder)
    assert not (tmp_path / "harm").exists()


def test_torch_missing_is_said(folder, monkeypatch):
    torch = pytest.importorskip("torch")
    torch.save(torch.tensor(tiny.SCORES), folder / "experts" / "net.pt")
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(InputError, match="needs PyTorch to be read, which is not installed"):
        read_folder(folder)
