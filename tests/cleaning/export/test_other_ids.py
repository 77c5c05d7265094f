"""A patch for the same questions under other ids: what is said is that the ids differ, and only that."""

import pytest

from cleaning.errors import InputError
from cleaning.export.handover import Handover
from cleaning.export.patch.label_table import LabelTable, applied
from cleaning.export.patch.patch import questions_sha256, read_patch, write_patch
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
