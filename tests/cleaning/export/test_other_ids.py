"""A patch for the same questions under other ids: what is said is that the ids differ, and only that."""

import hashlib
import json

import numpy as np
import pytest

from cleaning.domain.dataset import TEXT
from cleaning.errors import InputError
from cleaning.export.handover import Handover
from cleaning.export.patch.label_table import LabelTable, applied
from cleaning.export.patch.patch import labels_sha256, questions_sha256, read_patch, write_patch
from cleaning.settle.policy import Policy
from tests.cleaning.export.making import a_workspace, some_decisions, some_questions


def test_other_ids_are_said_to_be_other_ids(tmp_path):
    dataset = some_questions()
    workspace, run = a_workspace(tmp_path, dataset)
    patch = read_patch(write_patch(Handover(workspace, run, some_decisions(dataset, run.id), Policy())))
    ids = [f"upstream-{i}" for i in range(len(dataset))]
    asked = questions_sha256(ids, dataset.samples["question"], dataset.samples["choices"])
    texts = dataset.given_labels.astype(str).astype(object)
    table = LabelTable("a.csv", b"", ".csv", "label", ids, dataset.given_labels, texts, "0-based numbers", asked)
    with pytest.raises(InputError, match=r"The ids differ: .* its ids are upstream-0, upstream-1"):
        applied(patch, table, Policy())


@pytest.mark.parametrize("ids", [["a", "b", 'c"'], ["b", "a", "b"], ["z", "é", "\n"], []])
def test_fingerprint_of_labels_is_that_of_sorted_pairs(monkeypatch, ids):
    monkeypatch.setattr("cleaning.export.formats.row_texts.AT_ONCE", 2)
    codes = [2, 1, 0][: len(ids)]
    lines = (json.dumps(list(pair), ensure_ascii=False) for pair in sorted(zip(ids, codes)))
    expected = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert labels_sha256(ids, codes) == expected == labels_sha256(np.array(ids, TEXT), np.array(codes, np.int32))
