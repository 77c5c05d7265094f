"""The product reads its own demo: nothing refused, every kind recognised, simulated experts marked."""

import numpy as np
import pytest

from data_adapters import read_folder


@pytest.fixture(scope="module", params=["digits", "questions"])
def reading(request, demo_folder):
    return read_folder(demo_folder / request.param)


def test_kinds_and_marks(reading):
    kinds = {expert.kind for expert in reading.experts}
    if reading.dataset.kind == "image":
        assert len(reading.dataset) == 1797 and reading.dataset.class_count == 10
        assert kinds == {"full", "top1"} and not any(expert.simulated for expert in reading.experts)
    else:
        assert len(reading.dataset) == 360 and reading.dataset.group_name == "subject"
        assert kinds == {"full", "top1", "votes"} and all(expert.simulated for expert in reading.experts)
        assert set(reading.dataset.options_of()) == {3, 4, 5}


def test_unreadable_answers_are_abstentions(demo_folder):
    experts = {expert.name: expert for expert in read_folder(demo_folder / "questions").experts}
    for name in ("simulated_delta", "simulated_epsilon"):
        assert 5 <= (experts[name].predicted == -1).sum() < 40


def test_the_planted_truth_is_no_part_of_what_is_read(reading):
    assert not {"flipped", "original_label", "error_type", "correct_option"} & set(reading.dataset.samples)


def test_ids_join_shuffled_rows(questions, demo_folder, question_scores):
    expert = next(e for e in read_folder(demo_folder / "questions").experts if e.name == "simulated_alpha")
    read = expert.logits(slice(None))
    present = np.isfinite(question_scores["simulated_alpha"])
    assert np.allclose(read[present], question_scores["simulated_alpha"][present])
