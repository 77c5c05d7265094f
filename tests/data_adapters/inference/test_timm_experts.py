"""Experts from images: tiny models with random weights on tiny pictures."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cleaning.command_line import main
from cleaning.errors import InputError
from data_adapters import read_folder, read_loose
from data_adapters.inference import Asking, ModelChoice, ask_models, find_sources, model_choice
from data_adapters.inference import inference as inference_module
from data_adapters.inference.linear_probe import out_of_sample_logits
from tests.conftest import REPOSITORY
from tests.data_adapters import tiny

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")

NAMES = ("cat", "dog", "owl")
SMALL = Asking(batch=3, device="cpu", dtype="float32", workers=2, shard_rows=4)


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """A tiny residual network with three outputs and random weights, as .safetensors and as a checkpoint."""
    import torch
    from safetensors.torch import save_file

    from data_adapters.inference.importing import import_timm

    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    state = import_timm().create_model("test_resnet", pretrained=False, num_classes=3).state_dict()
    save_file(state, folder / "tiny.safetensors")
    torch.save({"epoch": 3, "state_dict": {f"module.{k}": v for k, v in state.items()}}, folder / "tiny.pth")
    tiny.write(folder / "classes.txt", "Owl", "cat", "dog")
    return folder


@pytest.fixture
def pets(tmp_path):
    """Eleven pictures in folders of three classes."""
    rng = np.random.default_rng(0)
    for number in range(11):
        place = tmp_path / "pets" / NAMES[number % 3] / f"p{number:02d}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        colour = 90 * (np.arange(3) == number % 3) + rng.integers(0, 60, (40, 50, 3))
        Image.fromarray(colour.astype(np.uint8)).save(place)
    return tmp_path / "pets"


def choice(weights, name="tiny", file="tiny.safetensors") -> ModelChoice:
    return ModelChoice(name, "test_resnet", weights / file, weights / "classes.txt")


def by_hand(weights, pictures) -> np.ndarray:
    """(N, 3) logits in the order of the model's outputs, one picture at a time, without anything of ours."""
    import torch
    from safetensors.torch import load_file

    from data_adapters.inference.importing import import_timm

    timm = import_timm()
    model = timm.create_model("test_resnet", pretrained=False, num_classes=3).eval()
    model.load_state_dict(load_file(weights / "tiny.safetensors"))
    config = timm.data.resolve_model_data_config(model)
    transform = timm.data.create_transform(**config, is_training=False)
    with torch.inference_mode():
        rows = [model(transform(Image.open(p).convert("RGB"))[None])[0].numpy() for p in pictures.paths]
    return np.stack(rows)


def test_logits_are_the_models_in_the_datasets_class_order(weights, pets, tmp_path):
    pictures = find_sources(pets)
    (asked,) = ask_models([choice(weights)], pictures, tmp_path / "out", SMALL)
    kept = np.load(asked.path, allow_pickle=False)
    assert kept["sample_ids"].tolist() == list(pictures.ids) and kept["scores"].dtype == np.float32
    assert np.allclose(kept["scores"], by_hand(weights, pictures)[:, [1, 2, 0]], atol=1e-4)  # cat, dog, owl
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["tiny.npz"]
    reading = read_loose(pets, {"tiny": asked.path})
    assert len(reading.dataset) == 11 and reading.joined_by_position == ()


def test_several_models_a_checkpoint_and_half_precision(weights, pets, tmp_path):
    asking = Asking(batch=4, device="cpu", workers=2, form="npy")
    choices = [choice(weights, "one"), choice(weights, "two", "tiny.pth")]
    one, two = ask_models(choices, find_sources(pets), tmp_path / "out", asking)
    scores = np.load(one.path, mmap_mode="r", allow_pickle=False)
    assert scores.dtype == np.float16 and np.array_equal(scores, np.load(two.path, allow_pickle=False))
    ids = (tmp_path / "out" / "one.sample_ids.txt").read_text().split()
    assert ids == list(find_sources(pets).ids)


def test_unreadable_pictures_are_reported_and_left_out(weights, pets, tmp_path):
    (pets / "dog" / "p04.png").write_bytes(b"no picture")
    pictures = find_sources(pets)
    (asked,) = ask_models([choice(weights)], pictures, tmp_path / "out", SMALL)
    assert [sample for sample, _ in asked.unreadable] == ["p04.png"]
    assert str(tmp_path) not in asked.unreadable[0][1]  # a picture is named, not where it lies
    kept = np.load(asked.path, allow_pickle=False)
    rest = [i for i in pictures.ids if i != "p04.png"]
    assert kept["sample_ids"].tolist() == rest
    sound = [p for p in pictures.paths if p.name != "p04.png"]
    expected = by_hand(weights, type(pictures)(tuple(rest), tuple(sound)))
    assert np.allclose(kept["scores"], expected[:, [1, 2, 0]], atol=1e-4)


class Crash(Exception):
    pass


def test_a_crashed_run_goes_on_at_its_last_shard(weights, pets, tmp_path, monkeypatch):
    pictures, out = find_sources(pets), tmp_path / "out"
    sound = inference_module.model_outputs
    asked_for = []

    def crashing(loaded, paths, *rest):
        asked_for.append(len(paths))
        if len(asked_for) == 3:
            raise Crash
        return sound(loaded, paths, *rest)

    monkeypatch.setattr(inference_module, "model_outputs", crashing)
    with pytest.raises(Crash):
        ask_models([choice(weights)], pictures, out, SMALL)
    assert not (out / "tiny.npz").exists()
    (asked,) = ask_models([choice(weights)], pictures, out, SMALL)
    assert asked_for == [4, 4, 3, 3] and asked.resumed == 8
    whole = ask_models([choice(weights)], pictures, tmp_path / "other", SMALL)[0].path
    assert np.array_equal(np.load(asked.path)["scores"], np.load(whole)["scores"])


def test_shards_of_other_pictures_or_damaged_ones_are_not_taken(weights, pets, tmp_path, monkeypatch):
    out, sound = tmp_path / "out", inference_module.join_shards
    monkeypatch.setattr(inference_module, "join_shards", lambda *a: (_ for _ in ()).throw(Crash()))
    with pytest.raises(Crash):
        ask_models([choice(weights)], find_sources(pets), out, SMALL)
    (out / ".tiny.making" / "000001.npy").write_bytes(b"\x93NUMPY half")
    monkeypatch.setattr(inference_module, "join_shards", sound)
    assert ask_models([choice(weights)], find_sources(pets), out, SMALL)[0].resumed == 7
    (out / "tiny.npz").unlink()
    (out / ".tiny.making").mkdir()
    (out / ".tiny.making" / "run.json").write_text(json.dumps({"model": "another"}))
    assert ask_models([choice(weights)], find_sources(pets), out, SMALL)[0].resumed == 0


@pytest.mark.parametrize("name", ["write", "replace"])
def test_a_full_disk_leaves_no_expert_behind(weights, pets, tmp_path, monkeypatch, name):
    from data_adapters.inference import output_shards as shards

    def full(*rest, **named):
        raise OSError(28, "No space left on device")

    if name == "write":
        monkeypatch.setattr(shards.np, "savez", full)
    else:
        monkeypatch.setattr(shards.np, "save", full)
    with pytest.raises(InputError, match="could not be written: No space left"):
        ask_models([choice(weights)], find_sources(pets), tmp_path / "out", SMALL)
    assert list((tmp_path / "out").glob("*.np*")) == []
    assert [p for p in (tmp_path / "out").rglob(".making-*")] == []


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("no_such_net", "timm has no model 'no_such_net'"),
        ("a=b=c=d", "is not of the form NAME"),
        ("test_resnet=nowhere.safetensors", "There is no file 'nowhere.safetensors'"),
    ],
)
def test_models_that_cannot_be_are_sentences(pets, tmp_path, model, sentence, capsys):
    assert main(["experts", str(pets), "--model", model, "--out", str(tmp_path / "out")]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_weights_that_could_run_code_or_do_not_fit_are_refused(weights, pets, tmp_path):
    import torch

    (tmp_path / "code.pth").write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(InputError, match="nothing that could run code is loaded"):
        ask_models([ModelChoice("x", "test_resnet", tmp_path / "code.pth")], find_sources(pets), tmp_path / "o")
    torch.save({"other": torch.zeros(2)}, tmp_path / "other.pth")
    with pytest.raises(InputError, match=r"'other\.pth' does not fit the model 'test_resnet'"):
        ask_models([ModelChoice("x", "test_resnet", tmp_path / "other.pth")], find_sources(pets), tmp_path / "o")


def test_classes_the_model_lacks_are_named(weights, pets, tmp_path):
    tiny.write(tmp_path / "names.txt", "cat", "cow", "owl")
    pictures = find_sources(pets, class_names=tmp_path / "names.txt")
    with pytest.raises(InputError, match="has no output for 1 class: cow"):
        ask_models([choice(weights)], pictures, tmp_path / "out", SMALL)
    unknown = ModelChoice("x", "test_resnet", weights / "tiny.safetensors")
    with pytest.raises(InputError, match="The classes of model 'x' are unknown"):
        ask_models([unknown], find_sources(pets), tmp_path / "out", SMALL)


def test_imagenet_names_of_pretrained_models_are_known():
    from types import SimpleNamespace

    from data_adapters.inference.importing import import_timm
    from data_adapters.inference.models import _own_classes, columns_for

    timm = import_timm()
    model = timm.create_model("test_resnet", pretrained=False)
    local = _own_classes(timm, ModelChoice("a", "resnet18", Path("w.safetensors"), Path("imagenet-1k")), model)
    names = _own_classes(
        timm, ModelChoice("a", "resnet18"), SimpleNamespace(pretrained_cfg={"num_classes": 1000}, num_classes=1000)
    )
    assert model.num_classes == len(names) == 1000 and local == names
    with pytest.raises(InputError, match="timm has no class list 'imagenet-9'"):
        _own_classes(timm, ModelChoice("a", "resnet18", Path("w.safetensors"), Path("imagenet-9")), model)
    loaded = SimpleNamespace(class_names=names, model=SimpleNamespace(num_classes=1000), choice=ModelChoice("a", "b"))
    assert columns_for(loaded, ("Goldfish", "n01440764", "tiger_shark"), "name") == [1, 0, 3]
    with pytest.raises(InputError, match="several outputs called crane"):
        columns_for(loaded, ("crane", "tench"), "name")


def test_a_model_name_makes_the_experts_name():
    assert model_choice("resnet50.a1_in1k").name == "resnet50.a1_in1k"
    assert model_choice("hf-hub:timm/x").name == "hf-hub_timm_x"
    assert model_choice("mine=resnet18=w/a.pth").name == "mine"
    assert model_choice("resnet18=w/a.pth").name == "a"


# ---- sources


def test_a_table_and_a_flat_folder_give_ids(pets, tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    for path in pets.rglob("*.png"):
        path.rename(flat / path.name)
    assert find_sources(flat).ids[:2] == ("p00", "p01") and find_sources(flat).labels is None
    table = tiny.write(tmp_path / "l.csv", "sample_id,label", "p03,owl", "p01,cat")
    pictures = find_sources(flat, table)
    assert pictures.ids == ("p03", "p01") and pictures.labels.tolist() == [1, 0]
    tiny.write(tmp_path / "l.csv", "sample_id,label", "p03,owl", "p99,cat")
    with pytest.raises(InputError, match="1 sample of 2 without a picture in 'flat': p99"):
        find_sources(flat, table)


# ---- the linear probe


def test_the_probe_learns_and_no_sample_sees_its_own_label():
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 3
    features = (rng.normal(size=(300, 8)) + 2 * np.eye(8)[labels]).astype(np.float32)
    logits = out_of_sample_logits(features, labels, 4)
    assert logits.shape == (300, 4) and (logits.argmax(axis=1) == labels).mean() > 0.85
    assert np.allclose(np.exp(logits).sum(axis=1), 1, atol=1e-3)
    assert (logits[:, 3] == -30).all()
    noise = out_of_sample_logits(rng.normal(size=(300, 200)).astype(np.float32), rng.integers(0, 3, 300), 3)
    assert np.exp(noise).max(axis=1).mean() > 0.5  # sure, and yet
    assert (
        abs((out_of_sample_logits(rng.normal(size=(300, 200)), labels, 3).argmax(axis=1) == labels).mean() - 1 / 3)
        < 0.1
    )


def test_the_probe_needs_labels_of_two_classes():
    with pytest.raises(InputError, match="needs at least 10 samples of two classes; there are 6 of 2 classes"):
        out_of_sample_logits(np.zeros((6, 2)), np.arange(6) % 2, 2)
    with pytest.raises(InputError, match=r"1 class with a single sample \(class numbers 1\)"):
        out_of_sample_logits(np.zeros((20, 2)), (np.arange(20) == 7).astype(int), 2)


def test_a_dataset_without_a_model_is_given_an_expert_and_scored(weights, pets, tmp_path, capsys):
    rows = [f"{p.stem},{p.parent.name},{p.relative_to(pets)}" for p in sorted(pets.rglob("*.png"))]
    home = tmp_path / "set"
    home.mkdir()
    pets.rename(home / "images")
    tiny.write(home / "samples.csv", "sample_id,label,image", *rows)
    local = f"net=test_resnet={weights / 'tiny.safetensors'}"
    command = ["experts", str(home), "--model", local, "--out", str(home / "experts"), "--device", "cpu"]
    assert main([*command, "--probe", "--folds", "3"]) == 0
    assert "net_probe.npz: 11 pictures" in capsys.readouterr().out
    reading = read_folder(home)
    assert [e.name for e in reading.experts] == ["net_probe"] and reading.joined_by_position == ()
    assert main([*command, "--map", "index"]) == 0
    assert [e.name for e in read_folder(home).experts] == ["net", "net_probe"]
    assert main([*command, "--map", "index"]) == 2
    assert "already holds an expert net" in capsys.readouterr().err


# ---- without torch and timm

BLOCKED = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "torchvision", "timm"):
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
sys.meta_path.insert(0, Blocker())
"""


def blocked(code: str, *arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", BLOCKED + code, *map(str, arguments)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=200, check=False)


def test_scoring_works_where_torch_and_timm_cannot_be_imported(planted_folder, pets, tmp_path):
    run = "from cleaning.command_line import main\nsys.exit(main(sys.argv[1:]))"
    done = blocked(run, "score", planted_folder, "--out", tmp_path / "s.csv")
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "s.csv").read_text().splitlines()) == 301
    done = blocked(run, "experts", pets, "--model", "resnet18", "--out", tmp_path / "e")
    assert done.returncode == 2 and "need torch and timm, which are not installed" in done.stderr


PAGE = """
from streamlit.testing.v1 import AppTest
test = AppTest.from_file("app.py", default_timeout=60).run()
assert not test.exception, test.exception
print([shown.value for shown in (*test.title, *test.header, *test.subheader, *test.markdown)])
"""


def test_the_load_page_opens_where_torch_and_timm_cannot_be_imported(tmp_path, monkeypatch):
    monkeypatch.setenv("SECOND_OPINION_WORKSPACES", str(tmp_path / "spaces"))
    monkeypatch.setenv("SECOND_OPINION_DATA_ROOT", str(tmp_path))
    done = blocked(PAGE)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Your own data" in done.stdout
