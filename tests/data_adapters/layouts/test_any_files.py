"""Files in no layout: the labels, the experts and the rest are told apart by what they hold."""

import numpy as np
import pytest

from cleaning.domain.experts import FullExpert, Top1Expert, VotesExpert
from cleaning.errors import InputError
from data_adapters import ReadingOptions, ReadingPlan, read
from data_adapters.reading import NoDataset
from tests.data_adapters import tiny

rng = np.random.default_rng(0)
COUNT = 60
KEY = rng.integers(0, 4, COUNT)
ANSWERS = {name: np.where(rng.random(COUNT) < 0.8, KEY, rng.integers(0, 4, COUNT)) for name in ("gpt", "llama")}


def questions(path, options=None, answers=ANSWERS, key="groundtruth_answer"):
    """A table of questions with their keys and every model's letters, as MMLU-Redux has it."""
    header = ",".join(["question_id", "subject", "question", *(options or ["choices"]), key, *answers])
    rows = []
    for i in range(COUNT):
        given = ["one", "two", "three", "four"] if options else ["\"['1', '2', '3', '4']\""]
        rows.append(
            ",".join(
                [f"q{i}", "algebra", f"what is {i}?", *given, str(KEY[i]), *("ABCD"[a[i]] for a in answers.values())]
            )
        )
    return tiny.write(path, header, *rows)


def kinds(reading):
    return {expert.name: type(expert) for expert in reading.experts}


def test_one_table_of_questions_and_answers_is_read(tmp_path):
    reading = read(questions(tmp_path / "questions.csv"))
    assert kinds(reading) == {"gpt": VotesExpert, "llama": VotesExpert}
    assert (reading.dataset.given_labels == KEY).all() and reading.dataset.kind == "question"
    assert (reading.experts[0].predicted == ANSWERS["gpt"]).all()
    assert "subject" in reading.dataset.samples
    steps = {(step.part, step.meaning): step.source for step in reading.plan.decisions}
    assert steps["column 'gpt'", "prediction"] == "inferred"


@pytest.mark.parametrize("names", [["A", "B", "C", "D"], ["option_a", "option_b", "option_c", "option_d"]])
def test_options_in_columns_of_their_own_are_read(tmp_path, names):
    reading = read(questions(tmp_path / "q.csv", options=names))
    assert list(reading.dataset.samples["choices"][0]) == ["one", "two", "three", "four"]
    assert kinds(reading) == {"gpt": VotesExpert, "llama": VotesExpert}


def test_labels_with_one_model_s_answer_and_confidence_are_one_table(tmp_path):
    names = np.array(["cat", "dog", "owl", "fox"])
    sure = rng.random(COUNT) * 0.5 + 0.5
    rows = [f"p{i}.jpg,{names[KEY[i]]},{names[ANSWERS['gpt'][i]]},{sure[i]:.3f}" for i in range(COUNT)]
    reading = read(tiny.write(tmp_path / "resnet.csv", "file_name,label,predicted,confidence", *rows))
    assert kinds(reading) == {"resnet": Top1Expert}
    assert np.allclose(reading.experts[0].confidence, sure, atol=1e-3)
    assert reading.dataset.class_names == ("cat", "dog", "fox", "owl")


def test_labels_with_scores_of_every_class_are_one_table(tmp_path):
    rows = [f"p{i},{KEY[i]}," + ",".join(f"{v:.3f}" for v in row) for i, row in enumerate(scores())]
    reading = read(tiny.write(tmp_path / "net.csv", "id,label,prob_0,prob_1,prob_2,prob_3", *rows))
    assert kinds(reading) == {"net": FullExpert}


def scores():
    raw = rng.random((COUNT, 4)) + 2 * np.eye(4)[ANSWERS["gpt"]]
    return raw / raw.sum(axis=1, keepdims=True)


def test_a_folder_of_pictures_and_one_array_is_read(tmp_path):
    for i, label in enumerate(sorted(KEY)):
        tiny.write(tmp_path / "photos" / f"class_{label}" / f"p{i:02d}.jpg", "x")
    np.save(tmp_path / "vit.npy", scores())
    reading = read(tmp_path)
    assert kinds(reading) == {"vit": FullExpert} and reading.dataset.class_count == 4
    assert reading.joined_by_position == ("vit",)
    assert (reading.dataset.samples["image"] != "").all()


def test_pictures_beside_a_table_are_found_wherever_they_lie(tmp_path):
    tiny.labels_csv(tmp_path / "labels.csv")
    tiny.save(tmp_path / "net.npy", tiny.SCORES)
    for sample_id in tiny.IDS:
        tiny.write(tmp_path / "all" / "photos" / f"{sample_id}.jpg", "x")
    reading = read(tmp_path)
    assert reading.dataset.samples["image"].tolist() == [f"{i}.jpg" for i in tiny.IDS]
    assert reading.dataset.image_root == tmp_path / "all" / "photos"
    with pytest.raises(InputError, match="outside of what is read"):
        read(tmp_path, ReadingPlan(ReadingOptions(pictures="../elsewhere")))


def test_models_in_folders_of_their_own_are_called_by_these(tmp_path):
    tiny.labels_csv(tmp_path / "labels.csv")
    for model in ("resnet", "vit"):
        tiny.save(tmp_path / model / "logits.npy", tiny.SCORES)
    assert sorted(kinds(read(tmp_path))) == ["resnet", "vit"]


def test_what_is_no_expert_is_left_out_and_named(tmp_path):
    tiny.labels_csv(tmp_path / "labels.csv")
    tiny.save(tmp_path / "net.npy", tiny.SCORES)
    tiny.labels_csv(tmp_path / "truth_even.csv", header="sample_id,label_is_wrong", labels=[0, 1, 0, 0, 1, 0])
    tiny.write(tmp_path / "README.txt", "hello")
    reading = read(tmp_path)
    assert list(kinds(reading)) == ["net"]
    assert "Files left out: README.txt (not read), truth_even.csv (it may hold the truth)." in reading.notes


def test_a_table_with_several_columns_of_answers_holds_several_experts(tmp_path):
    tiny.write(tmp_path / "labels.csv", "sample_id,label", *(f"s{i},{k}" for i, k in enumerate(KEY)))
    rows = [f"s{i},{ANSWERS['gpt'][i]},{ANSWERS['llama'][i]},{i % 7}" for i in reversed(range(COUNT))]
    tiny.write(tmp_path / "all.csv", "sample_id,gpt,llama,minute", *rows)
    reading = read(tmp_path)
    assert kinds(reading) == {"gpt": VotesExpert, "llama": VotesExpert}
    assert (reading.experts[1].predicted == ANSWERS["llama"]).all()


def test_what_the_user_says_of_columns_and_files_goes_first(tmp_path):
    questions(tmp_path / "q.csv")
    said = {"q.csv": {"llama": "metadata", "subject": "group", "question": "other"}}
    reading = read(tmp_path / "q.csv", ReadingPlan(ReadingOptions(roles=said)))
    assert list(kinds(reading)) == ["gpt"] and reading.dataset.group_name == "subject"
    assert "llama" in reading.dataset.samples and "question" not in reading.dataset.samples
    tiny.write(tmp_path / "vit.csv", "question_id,prediction", *(f"q{i},{'ABCD'[k]}" for i, k in enumerate(KEY)))
    parts = ReadingOptions(parts={"vit.csv": "left out"})
    assert list(kinds(read(tmp_path, ReadingPlan(parts)))) == ["gpt", "llama"]


def test_classes_counted_from_one_are_said_to_be(tmp_path):
    tiny.write(tmp_path / "labels.csv", "sample_id,label", *(f"s{i},{k + 1}" for i, k in enumerate(KEY)))
    np.savez(tmp_path / "net.npz", sample_ids=[f"s{i}" for i in range(COUNT)], scores=scores())
    with pytest.raises(InputError):
        read(tmp_path)
    reading = read(tmp_path, ReadingPlan(ReadingOptions(base=1)))
    assert (reading.dataset.given_labels == KEY).all()
    named = ReadingOptions(base=1, class_names=("cat", "dog", "owl", "fox"))
    assert read(tmp_path, ReadingPlan(named)).dataset.class_names == ("cat", "dog", "owl", "fox")


def test_each_step_is_heard_and_may_end_the_reading(tmp_path):
    class Enough(Exception):
        pass

    def stop(step):
        raise Enough

    questions(tmp_path / "q.csv")
    heard = []
    read(tmp_path / "q.csv", ReadingPlan(ReadingOptions(heard=heard.append)))
    assert any(step.meaning == "given label" for step in heard)
    with pytest.raises(Enough):
        read(tmp_path / "q.csv", ReadingPlan(ReadingOptions(heard=stop)))


def test_files_without_labels_or_experts_are_told(tmp_path):
    tiny.write(tmp_path / "a" / "notes.txt", "x")
    with pytest.raises(NoDataset, match="is no dataset folder"):
        read(tmp_path / "a")
    tiny.labels_csv(tmp_path / "b" / "labels.csv")
    with pytest.raises(InputError, match="no expert was found"):
        read(tmp_path / "b")
