"""The doctor on real sets and both demos: no false alarm, and the right finding first on damaged copies of them."""

import csv
import shutil

import numpy as np
import pytest

from data_adapters import read_folder, read_loose
from data_adapters.doctor import diagnose
from tests.data_adapters.layouts.test_real_sets import DATA
from tests.data_adapters.layouts.test_real_sets import pytestmark as real
from tests.demo_workspaces import demo_template

__all__ = ["demo_template"]


def imagenet(predictions=None, labels=None, plan=None):
    home = DATA / "imagenet_val"
    files = sorted((predictions or home / "predictions").glob("*.csv"))
    experts = {path.stem: path for path in files}
    return read_loose(labels or home / "labels.csv", experts, class_names=home / "class_names.csv", plan=plan)


def mmlu(questions=None, plan=None):
    home = DATA / "mmlu_redux"
    questions = questions or home / "questions.csv"
    with questions.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    return read_loose(
        questions, {"qwen3-32b": home / "qwen3-32b.csv"}, label_column="groundtruth_answer", answers=questions,
        answer_columns=columns[5:], choices_column="choices", group_column="subject",
        plan=plan,
    )  # fmt: skip


def alarms(read) -> list[str]:
    return [f"{one.name}: {one.sentence}" for one in diagnose(read).findings if one.severity != "note"]


@pytest.mark.parametrize("kind", ["image", "question"])
def test_no_alarm_on_a_bundled_demo(demo_template, kind):
    from cleaning.keep.workspaces import list_workspaces

    folders = {path.parent for path in (demo_template / "demo").rglob("samples.*")}
    readings = [read_folder(folder) for folder in folders]
    assert {workspace.kind for workspace in list_workspaces(demo_template)} == {"image", "question"}
    (reading,) = [reading for reading in readings if reading.dataset.kind == kind]
    assert alarms(lambda plan: reading) == []


class TestRealSets:
    pytestmark = real

    def test_no_alarm_on_what_is_sound(self):
        assert alarms(lambda plan: read_folder(DATA / "cifar10n_aggregate", plan)) == []
        assert alarms(lambda plan: imagenet(plan=plan)) == []
        assert alarms(lambda plan: mmlu(plan=plan)) == []


@pytest.fixture
def cifar(tmp_path):
    """A copy without pictures, whose files may be spoiled."""
    shutil.copytree(DATA / "cifar10n_aggregate", tmp_path / "c", ignore=shutil.ignore_patterns("images", "truth*"))
    return tmp_path / "c"


def respoil(folder, change, name="resnet50d"):
    path = folder / "experts" / f"{name}.npy"
    scores = np.load(path)
    np.save(path, change(scores.astype(np.float32)))


def softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def relabelled(folder):
    table = (folder / "labels.csv").read_text().splitlines()
    names = (folder / "class_names.txt").read_text().split()
    head, rows = table[0].split(","), [line.split(",") for line in table[1:]]
    place = head.index("label")
    for row in rows:
        row[place] = str((names.index(row[place]) if row[place] in names else int(row[place])) + 1)
    (folder / "labels.csv").write_text("\n".join(",".join(row) for row in [head, *rows]))


DAMAGE = {
    "class_order:resnet50d": lambda f: respoil(f, lambda s: s[:, [1, 0, *range(2, 10)]]),
    "row_order:resnet50d": lambda f: respoil(f, lambda s: s[np.random.default_rng(0).permutation(len(s))]),
    "softmaxed_twice:resnet50d": lambda f: respoil(f, softmax),
    "percentages:resnet50d": lambda f: respoil(f, lambda s: 100 * s),
    "transposed:resnet50d": lambda f: respoil(f, lambda s: np.ascontiguousarray(s.T)),
    "identical_experts:twins_pcpvt_base": lambda f: shutil.copy(
        f / "experts" / "resnet50d.npy", f / "experts" / "twins_pcpvt_base.npy"
    ),
    "constant_columns:resnet50d": lambda f: respoil(f, lambda s: s * (np.arange(10) != 3)),
    "label_base": relabelled,
}


@pytest.mark.parametrize("name", DAMAGE)
class TestDamaged:
    pytestmark = real

    def test_the_finding_is_named(self, cifar, name):
        DAMAGE[name](cifar)
        found = diagnose(lambda plan: read_folder(cifar, plan)).findings
        grave = [one.name for one in found if one.severity != "note" and one.name != "refused"]
        assert name in grave
        assert {one.partition(":")[2] for one in grave} <= {name.partition(":")[2], "resnet50d", ""}


def each(change):
    return lambda rows: [",".join(change(row.split(","))) for row in rows]


def shuffled(rows):
    turned = np.random.default_rng(0).permutation(rows)
    return [",".join([one.split(",")[0], *other.split(",")[1:]]) for one, other in zip(rows, turned)]


TABLE_DAMAGE = {
    "label_base": each(lambda row: [row[0], str(int(row[1]) + 1), row[2]]),
    "near_miss_ids": each(lambda row: [row[0].rsplit(".", 1)[0], *row[1:]]),
    "percentages": each(lambda row: [*row[:2], str(100 * float(row[2]))]),
    "row_order": shuffled,
    "refused": lambda rows: [*rows, *rows[:7]],
}


@pytest.mark.parametrize("check", TABLE_DAMAGE)
class TestDamagedTables:
    pytestmark = real

    def test_the_finding_is_named(self, tmp_path, check):
        files = sorted((DATA / "imagenet_val" / "predictions").glob("*.csv"))[:3]
        for number, file in enumerate(files):
            head, *rows = file.read_text().splitlines()
            (tmp_path / file.name).write_text("\n".join([head, *(TABLE_DAMAGE[check](rows) if number == 1 else rows)]))
        found = diagnose(lambda plan: imagenet(tmp_path, plan=plan)).findings
        grave = [one.name for one in found if one.severity != "note"]
        spoiled = check if check == "refused" else f"{check}:{files[1].stem}"
        assert [one for one in grave if one != "refused"] == ([spoiled] if check != "refused" else [])
        assert check != "refused" or "7 sample ids more than once" in found[0].sentence
