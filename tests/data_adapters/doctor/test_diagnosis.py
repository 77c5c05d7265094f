"""The import doctor: each planted fault is found with its sentence, its fix heals it, and sound sets are left alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cleaning.domain.experts import Expert, FullExpert, Top1Expert
from cleaning.errors import InputError
from data_adapters import Reading, ReadingOptions, read_folder, read_loose
from data_adapters.demo import write_demo
from data_adapters.doctor import apply_fixes, diagnose, examine, read_fixed
from data_adapters.doctor.class_order import find_order
from data_adapters.doctor.evidence import Evidence, agreement, chance_agreement, opinion_on
from data_adapters.doctor.near_misses import matched_ids, plain_id
from tests.data_adapters import tiny
from tests.factories import planted_dataset, tiny_dataset, voter


def reading_of(planted, experts=None, by_position=()) -> Reading:
    experts = tuple(planted.experts if experts is None else experts)
    return Reading(planted.dataset, experts, (), Path("planted"), tuple(by_position))


def found(reading: Reading, severity=("error", "warning")) -> dict:
    return {finding.name: finding for finding in examine(reading) if finding.severity in severity}


def share(expert: Expert, reading: Reading) -> float:
    places = np.arange(len(reading.dataset))
    return agreement(opinion_on(expert, places).predicted, reading.dataset.given_labels)


def softmax(scores: np.ndarray) -> np.ndarray:
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


# ---- sound sets


@pytest.mark.parametrize("kind", ["image", "question"])
@pytest.mark.parametrize("classes", [2, 6, 40])
def test_a_sound_set_raises_no_alarm(kind, classes):
    classes = min(classes, 26) if kind == "question" else classes
    assert found(reading_of(planted_dataset(n=1500, classes=classes, kind=kind, seed=4))) == {}


def test_the_demos_raise_no_alarm(tmp_path):
    write_demo(tmp_path)
    for name in ("digits", "questions"):
        diagnosis = diagnose(lambda plan, name=name: read_folder(tmp_path / name, plan))
        assert [f.name for f in diagnosis.findings if f.severity != "note"] == []
        assert any(f.check == "score_kind" for f in diagnosis.findings)


@pytest.mark.real_data
def test_the_real_sets_raise_no_alarm(real_data):
    imagenet = real_data / "imagenet_val"
    predictions = {p.stem: p for p in sorted((imagenet / "predictions").glob("*.csv"))}
    mmlu = real_data / "mmlu_redux"
    columns = (mmlu / "questions.csv").open(encoding="utf-8").readline().strip().split(",")[5:]
    readings = [
        read_folder(real_data / "cifar10n_aggregate"),
        read_loose(imagenet / "labels.csv", predictions, class_names=imagenet / "class_names.csv"),
        read_loose(
            mmlu / "questions.csv",
            {"qwen": mmlu / "qwen3-32b.csv"},
            id_column="question_id",
            label_column="groundtruth_answer",
            answers=mmlu / "questions.csv",
            answer_columns=columns,
            choices_column="choices",
        ),
    ]
    assert [name for reading in readings for name in found(reading)] == []


# ---- kind of score


def test_a_second_softmax_is_found_and_undone():
    planted = planted_dataset(n=400, kinds=("logits", "top1"), experts=2)
    once = softmax(planted.experts[0].scores.astype(np.float64))
    twice = FullExpert("twice", scores=softmax(once).astype(np.float32), score_kind="probabilities")
    reading = reading_of(planted, [twice, planted.experts[1]])
    assert list(found(reading)) == ["softmaxed_twice:twice"]
    fixed = apply_fixes(reading, ["softmaxed_twice:twice"])
    assert np.allclose(fixed.experts[0].scores, once, atol=1e-4)
    assert found(fixed) == {}


def test_soft_probabilities_are_not_taken_for_a_second_softmax():
    planted = planted_dataset(n=400, kinds=("logits",), experts=1)
    for temperature in (1.0, 5.0, 30.0):
        soft = softmax(planted.experts[0].scores / temperature)
        assert found(reading_of(planted, [FullExpert("soft", scores=soft, score_kind="probabilities")])) == {}


def test_probabilities_declared_as_logits_are_said_and_read_as_they_are():
    planted = planted_dataset(n=200, kinds=("probabilities",), experts=1)
    reading = reading_of(planted, [replace(planted.experts[0], score_kind="logits", name="net")])
    finding = found(reading)["score_kind:net"]
    assert "is read as logits, but its scores look like probabilities" in finding.sentence
    assert apply_fixes(reading, ["score_kind"]).experts[0].score_kind == "probabilities"


def test_sigmoid_scores_constant_columns_and_float16_are_said():
    planted = planted_dataset(n=300, kinds=("logits",), experts=1)
    sigmoid = 1 / (1 + np.exp(-planted.experts[0].scores))
    assert list(found(reading_of(planted, [FullExpert("s", scores=sigmoid)]))) == ["sigmoid_scores:s"]
    constant = planted.experts[0].scores.copy()
    constant[:, 2] = -50
    finding = found(reading_of(planted, [FullExpert("c", scores=constant)]))["constant_columns:c"]
    assert (finding.count, finding.first) == (1, ("class 2",))
    rounded = softmax(planted.experts[0].scores.astype(float) * 9).astype(np.float16)
    notes = found(reading_of(planted, [FullExpert("h", scores=rounded, score_kind="probabilities")]), ("note",))
    assert notes["float16_rounding:h"].count == int((rounded.max(axis=1) >= 1).sum()) > 0


# ---- order of classes and rows


@pytest.mark.parametrize("kind", ["logits", "top1", "votes"])
@pytest.mark.parametrize("order", [[1, 0, 2, 3, 4, 5], [5, 3, 1, 0, 2, 4]])
def test_another_class_order_is_found_and_put_right(kind, order):
    planted = planted_dataset(n=900, kinds=(kind,), experts=1)
    sound, order = planted.experts[0], np.array(order)
    if kind == "logits":
        wrong = replace(sound, scores=sound.scores[:, order], name="net")
    else:
        back = np.argsort(order)
        moved = np.where(sound.predicted >= 0, back[np.maximum(sound.predicted, 0)], -1).astype(np.int32)
        wrong = replace(sound, predicted=moved, name="net")
    reading = reading_of(planted, [wrong])
    finding = found(reading)["class_order:net"]
    assert (finding.severity, finding.count, finding.safe_fix) == ("error", int((order != range(6)).sum()), True)
    fixed = apply_fixes(reading, ["class_order:net"])
    field = "scores" if kind == "logits" else "predicted"
    assert np.array_equal(getattr(fixed.experts[0], field), getattr(sound, field))
    assert np.array_equal(getattr(reading.experts[0], field), getattr(wrong, field))  # the reading is not changed


def test_alphabetical_class_order_is_named():
    planted = planted_dataset(n=900, classes=3, kinds=("votes",), experts=1)
    dataset = replace(planted.dataset, class_names=("owl", "cat", "dog"))
    answers = np.array([2, 0, 1])[planted.experts[0].predicted]  # cat, dog, owl
    answers[planted.experts[0].predicted < 0] = -1
    reading = Reading(dataset, (voter("net", answers),), (), Path("x"))
    assert "the alphabetical order of the class names" in found(reading)["class_order:net"].sentence


def test_random_and_small_evidence_gives_no_class_order():
    rng = np.random.default_rng(0)
    for n, k in ((60, 3), (400, 10), (3000, 200)):
        assert find_order(rng.integers(0, k, n), rng.integers(0, k, n), k) is None
    assert find_order(np.array([1, 0] * 5), np.array([0, 1] * 5), 2) is None


ROWS = {
    "reversed": lambda ids: np.arange(len(ids))[::-1],
    "sorted": lambda ids: np.argsort(ids, kind="stable"),
    "shifted": lambda ids: np.roll(np.arange(len(ids)), 1),
}


@pytest.mark.parametrize("kind", ["logits", "top1"])
@pytest.mark.parametrize("how", ROWS)
def test_another_row_order_is_found_and_put_right(kind, how):
    planted = planted_dataset(n=600, kinds=(kind,), experts=1)
    shuffled = np.random.default_rng(3).permutation(600)
    ids = planted.dataset.sample_ids[shuffled]
    dataset = replace(
        planted.dataset,
        sample_ids=ids,
        given_labels=planted.dataset.given_labels[shuffled],
        samples=planted.dataset.samples.iloc[shuffled].reset_index(drop=True),
    )
    sound = planted.experts[0]
    taken = shuffled[ROWS[how](ids)]
    fields = {field: array[taken] for field, array in sound.arrays().items()}
    reading = Reading(dataset, (replace(sound, name="net", **fields),), (), Path("x"), ("net",))
    finding = found(reading)["row_order:net"]
    assert finding.severity == "error" and finding.safe_fix
    fixed = apply_fixes(reading, ["row_order"])
    assert share(fixed.experts[0], fixed) == pytest.approx(share(sound, reading_of(planted)))


def test_rows_that_no_order_mends_are_said_without_a_fix():
    planted = planted_dataset(n=600, kinds=("top1",), experts=1)
    mixed = np.random.default_rng(1).permutation(600)
    e = planted.experts[0]
    reading = reading_of(
        planted, [replace(e, name="net", predicted=e.predicted[mixed], confidence=e.confidence[mixed])], ["net"]
    )
    finding = found(reading)["row_order:net"]
    assert (finding.severity, finding.safe_fix) == ("warning", False)
    with pytest.raises(InputError, match="There is nothing to fix safely"):
        apply_fixes(reading, ["row_order:net"])


def test_an_order_by_class_is_named_but_not_offered():
    planted = planted_dataset(n=600, kinds=("votes",), experts=1)
    by_class = np.argsort(planted.dataset.given_labels, kind="stable")
    reading = reading_of(planted, [voter("net", planted.experts[0].predicted[by_class])], ["net"])
    finding = found(reading)["row_order:net"]
    assert "sorted by class" in finding.sentence and not finding.safe_fix


def test_chance_agreement_by_hand():
    # answers half 0, half 1; labels three quarters 0: 0.5 * 0.75 + 0.5 * 0.25
    assert chance_agreement(np.array([0, 1, 0, 1]), np.array([0, 0, 0, 1]), 2) == pytest.approx(0.5)
    assert agreement(np.array([0, 1, -1, 1]), np.array([0, 0, 0, 1])) == pytest.approx(2 / 3)


# ---- experts


def test_an_expert_that_saw_the_labels_is_found_and_left_out():
    planted = planted_dataset(n=500)
    given = planted.dataset.given_labels
    saw = Top1Expert("memory", predicted=given.copy(), confidence=np.full(500, 0.999, np.float32))
    reading = reading_of(planted, [*planted.experts, saw])
    assert list(found(reading)) == ["saw_labels:memory"]
    assert found(reading)["saw_labels:memory"].fix.startswith("Leave 'memory' out")  # what its tick does
    fixed = apply_fixes(reading, ["saw_labels"])
    assert [e.name for e in fixed.experts] == [e.name for e in planted.experts]
    assert found(reading_of(planted, [replace(saw, confidence=np.full(500, 0.7, np.float32)), *planted.experts])) == {}


def test_ids_that_do_not_meet_are_findings_with_their_count_and_are_said_once(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv")
    table = tiny.write(tmp_path / "v.csv", "sample_id,answer", "s01,dog", "zz,cat", "s00,owl", "s02,owl", "s03,dog")
    reading = read_loose(labels, {"v": table})
    told = {f.name: (f.severity, f.count, f.first) for f in examine(reading) if f.check.endswith("_ids")}
    assert told == {
        "unknown_ids:v": ("note", 1, ("zz",)),
        "missing_ids:v": ("note", 2, ("s04", "s05")),
    }
    assert not any("zz" in note or "no row" in note for note in reading.plain_notes)
    whole = tiny.write(tmp_path / "w.csv", "sample_id,answer", *(f"{i},cat" for i in tiny.IDS))
    assert not [f for f in examine(read_loose(labels, {"w": whole})) if f.check.endswith("_ids")]
    few = tiny.write(tmp_path / "few.csv", "sample_id,answer", "s01,dog")
    assert list(found(read_loose(labels, {"few": few}), ("warning",))) == ["missing_ids:few"]


def test_the_same_expert_under_two_names_is_found():
    planted = planted_dataset(n=500)
    twin = replace(planted.experts[0], name="twin", scores=planted.experts[0].scores.astype(np.float64))
    reading = reading_of(planted, [*planted.experts, twin])
    assert list(found(reading)) == ["identical_experts:twin"]
    assert len(apply_fixes(reading, ["identical_experts"]).experts) == 5


def test_voters_that_are_both_always_right_are_not_the_same():
    dataset = tiny_dataset([0, 1] * 50, 2)
    right = dataset.given_labels
    reading = Reading(dataset, (voter("a", right), voter("b", right)), (), Path("x"))
    assert "identical_experts:b" not in found(reading)


# ---- classes


def test_classes_without_samples_are_named():
    reading = Reading(tiny_dataset([0, 2] * 20, 4), (voter("a", [0, 2] * 20),), (), Path("x"))
    finding = found(reading)["absent_classes"]
    assert (finding.count, finding.first) == (2, ("c1", "c3"))


def test_class_numbers_from_one_without_names_lose_their_class_zero(tmp_path):
    numbers = [1 + i % 3 for i in range(60)]
    ids = [f"s{i}" for i in range(60)]
    labels = tiny.labels_csv(tmp_path / "labels.csv", ids, numbers)
    votes = tiny.labels_csv(tmp_path / "a.csv", ids, numbers, "sample_id,answer")
    reading = read_loose(labels, {"a": votes})
    assert found(reading)["label_base"].safe_fix
    fixed = apply_fixes(reading, ["label_base"])
    assert fixed.dataset.class_names == ("1", "2", "3")
    assert fixed.dataset.given_labels.tolist() == fixed.experts[0].predicted.tolist() == [i % 3 for i in range(60)]


# ---- samples


def test_the_same_question_with_different_answers_is_found():
    planted = planted_dataset(n=60, classes=3, kind="question")
    samples = planted.dataset.samples.copy()
    samples["choices"] = samples["choices"].tolist()
    samples.at[7, "question"], samples.at[7, "choices"] = (
        samples.at[3, "question"] + " ",
        samples.at[3, "choices"][::-1],
    )
    samples.at[9, "question"], samples.at[9, "choices"] = samples.at[3, "question"], samples.at[3, "choices"]
    counts = planted.dataset.option_counts.copy()
    counts[[7, 9]] = counts[3]
    given = planted.dataset.given_labels.copy()
    given[3], given[7], given[9] = 0, 0, 1  # 7 names another text than 3, 9 another than 3
    dataset = replace(planted.dataset, samples=samples, given_labels=given, option_counts=counts)
    finding = found(Reading(dataset, (), (), Path("x")))["different_labels"]
    assert finding.count == 3 and finding.first[0].startswith("s00003 (answer 0 of 3) = s00007")


@pytest.fixture
def pictures(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    for i, name in enumerate(tiny.IDS):
        (folder / "images").mkdir(exist_ok=True)
        Image.new("RGB", (8, 8), (40 * i, 0, 0)).save(folder / "images" / f"{name}.png")
    return folder


def test_the_same_picture_with_different_labels_is_found(pictures):
    same = (pictures / "images" / "s00.png").read_bytes()
    (pictures / "images" / "s01.png").write_bytes(same)
    findings = found(read_folder(pictures))
    assert findings["different_labels"].first == ("s00 (cat) = s01 (dog)",)
    (pictures / "images" / "s03.png").write_bytes((pictures / "images" / "s04.png").read_bytes() + b"x")
    assert found(read_folder(pictures))["different_labels"].count == 2


def test_pictures_that_cannot_be_opened_are_named(pictures):
    (pictures / "images" / "s02.png").write_bytes(b"no picture")
    noise = np.random.default_rng(0).integers(0, 255, (90, 90, 3), dtype=np.uint8)
    Image.fromarray(noise).save(pictures / "images" / "s05.png")
    whole = (pictures / "images" / "s05.png").read_bytes()
    (pictures / "images" / "s05.png").write_bytes(whole[: len(whole) // 2])  # its size can be read, its content cannot
    finding = found(read_folder(pictures))["unreadable_pictures"]
    assert finding.first == ("s02.png", "s05.png")


# ---- what the readers refuse


def healed(folder: Path, name: str):
    """The refusal offers the fix by name, and with it the folder reads."""
    diagnosis = diagnose(lambda plan: read_folder(folder, plan))
    assert diagnosis.reading is None and diagnosis.findings[0].name == "refused"
    assert name in [f.name for f in diagnosis.findings if f.safe_fix]
    with pytest.raises(InputError, match=f"--fix {name}"):
        read_fixed(lambda plan: read_folder(folder, plan))
    reading = read_fixed(lambda plan: read_folder(folder, plan), ReadingOptions((name,)))
    assert any(f"Fix '{name}' accepted" in note for note in reading.dataset.notes)
    return reading


def test_near_miss_ids_are_joined(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    (folder / "experts" / "net.npy").unlink()
    tiny.wide_csv(folder / "experts" / "net.csv", ids=[f"val/S{i}.JPG" for i in range(6)])
    assert share((reading := healed(folder, "near_miss_ids:net")).experts[0], reading) == pytest.approx(5 / 6)


def test_near_misses_of_a_voter_are_a_warning(tmp_path):
    labels = tiny.labels_csv(tmp_path / "labels.csv")
    votes = tiny.top1_csv(tmp_path / "a.csv", ids=["s00.jpg", *tiny.IDS[1:]])
    diagnosis = diagnose(lambda plan: read_loose(labels, {"a": votes}, plan=plan))
    finding = next(f for f in diagnosis.findings if f.name == "near_miss_ids:a")
    assert (finding.severity, finding.first) == ("warning", ("'s00.jpg' for 's00'",))
    assert diagnosis.reading.experts[0].predicted[0] == -1
    assert (
        read_fixed(lambda plan: read_loose(labels, {"a": votes}, plan=plan), ReadingOptions(("near_miss_ids",)))
        .experts[0]
        .predicted[0]
        == 0
    )


def test_transposed_scores_are_turned_over(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    tiny.save(folder / "experts" / "net.npy", np.ascontiguousarray(tiny.SCORES.T))
    assert np.array_equal(healed(folder, "transposed:net").experts[0].scores, tiny.SCORES)


def test_percentages_are_divided(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    tiny.save(folder / "experts" / "net.npy", 100 * tiny.probabilities())
    expert = healed(folder, "percentages:net").experts[0]
    assert expert.score_kind == "probabilities" and np.allclose(expert.scores, tiny.probabilities(), atol=1e-6)


def test_percentages_in_a_table_are_divided(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    (folder / "experts" / "net.npy").unlink()
    rows = [f"{i},cat,{50 + k}" for k, i in enumerate(tiny.IDS)]
    tiny.write(folder / "experts" / "net.csv", "sample_id,predicted_class,confidence", *rows)
    assert np.allclose(healed(folder, "percentages:net").experts[0].confidence, [0.50, 0.51, 0.52, 0.53, 0.54, 0.55])


def test_labels_and_answers_from_one_lose_one(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    tiny.labels_csv(folder / "samples.csv", labels=(1, 2, 3, 1, 2, 3))
    assert healed(folder, "label_base").dataset.given_labels.tolist() == [0, 1, 2, 0, 1, 2]
    tiny.labels_csv(folder / "samples.csv", labels=(0, 1, 2, 0, 1, 2))
    tiny.save(folder / "experts" / "net.npy", np.array([1, 2, 3, 2, 2, 3]))
    assert healed(folder, "label_base:net").experts[0].predicted.tolist() == [0, 1, 2, 1, 1, 2]


def test_plain_ids():
    assert plain_id("Images\\IMG_007.JPG") == plain_id(" img_7") == "img_7"
    assert plain_id("v1.5") == "v1.5"
    assert plain_id("cafe\u0301") == plain_id("caf\u00e9")
    ids = np.array(["a1", "a01", "b1", "c"], object)
    assert matched_ids(ids, np.array(["A1", "B01.png", "c"], object)) == {1: "b1"}  # a1 could be two samples


def test_a_fix_that_is_not_offered_is_refused_with_those_that_are(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    with pytest.raises(InputError, match="No finding has a safe fix called class_order:other"):
        read_fixed(lambda plan: read_folder(folder, plan), ReadingOptions(("class_order:other",)))


def test_nothing_is_looked_at_outside_of_the_doctor(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    tiny.labels_csv(folder / "samples.csv", labels=(1, 2, 3, 1, 2, 3))
    diagnose(lambda plan: read_folder(folder, plan), ReadingOptions(("label_base",)))
    with pytest.raises(InputError, match="They look 1-based: subtract 1"):
        read_folder(folder)


def test_large_sets_are_looked_at_in_part(monkeypatch):
    monkeypatch.setattr("data_adapters.doctor.evidence.MOST_SAMPLES", 100)
    planted = planted_dataset(n=500)
    evidence = Evidence(reading_of(planted))
    assert len(evidence.places) == len(set(evidence.places)) == 100
    assert all(len(opinion.predicted) == 100 for opinion in evidence.opinions)


def test_unsure_probabilities_of_many_classes_are_not_taken_for_a_second_softmax():
    rng = np.random.default_rng(0)
    logits = np.tile(np.linspace(-0.1, 0.1, 10), (400, 1))  # spread as 0.2 probability is over ten classes
    soft = softmax(rng.permuted(logits, axis=1))
    dataset = tiny_dataset(soft.argmax(axis=1), 10)
    reading = Reading(dataset, (FullExpert("soft", scores=soft, score_kind="probabilities"),), (), Path("x"))
    assert "softmaxed_twice:soft" not in found(reading)


def test_experts_that_are_all_nearly_always_right_have_not_seen_the_labels():
    labels, sure = np.arange(400) % 4, np.full(400, 0.999, np.float32)
    said = [np.where(np.arange(400) % 50 == slip, (labels + 1) % 4, labels).astype(np.int32) for slip in range(3)]
    experts = [Top1Expert(name, predicted=one, confidence=sure) for name, one in zip("abc", said)]
    assert found(Reading(tiny_dataset(labels, 4), tuple(experts), (), Path("x"))) == {}
