"""Top-k as timm's inference script writes it, where lists, words and names are those of NumPy and pandas."""

import numpy as np
import pandas as pd
import pytest

from cleaning.errors import InputError
from tests.data_adapters.joining.kinds import read_both
from tests.data_adapters.joining.test_layouts_of_programs import (
    ANIMALS,
    RANKED,
    SURE,
    WORDS,
    cut,
    holds,
    labels_of,
    saved,
)


@pytest.mark.parametrize("k", [3, 5])
def test_words_as_numpy_prints_them(tmp_path, k):
    told = [np.array(row[:k], object) for row in WORDS]
    columns = {"id": ANIMALS.ids, "label": [str(row) for row in told], "prob": [str(np.array(row[:k])) for row in SURE]}
    holds(read_both(labels_of(tmp_path), saved(tmp_path / "m.csv", columns)), ANIMALS)


@pytest.mark.parametrize("score", ["prob", "logit"])
def test_the_best_class_alone_by_its_index(tmp_path, score):
    best = {"index": [int(row[0]) for row in RANKED], score: [row[0] for row in SURE]}
    holds(read_both(labels_of(tmp_path), saved(tmp_path / "m.csv", {"id": ANIMALS.ids} | best)), ANIMALS)
    counting = {"index": range(ANIMALS.n), score: best[score]}
    with pytest.raises(InputError, match="unclear which of its columns holds the answers"):
        read_both(labels_of(tmp_path), saved(tmp_path / "m.csv", {"id": ANIMALS.ids} | counting))


def test_json_lines_in_a_file_that_is_called_json(tmp_path):
    frame = pd.DataFrame({"id": ANIMALS.ids, "label": cut(WORDS, 3), "prob": cut(SURE, 3)})
    frame.to_json(tmp_path / "m.json", orient="records", lines=True)
    holds(read_both(labels_of(tmp_path), tmp_path / "m.json"), ANIMALS)
    (tmp_path / "m.json").write_text((tmp_path / "m.json").read_text()[:-30])
    with pytest.raises(InputError, match=r"'m\.json', line 120, is no sound JSON"):
        read_both(labels_of(tmp_path), tmp_path / "m.json")
