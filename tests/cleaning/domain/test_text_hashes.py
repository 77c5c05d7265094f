"""The hashes that fix folds equal those of pandas, which they have been since the first version."""

import numpy as np
import pandas as pd
import pytest

from cleaning.domain import text_hashes
from cleaning.domain.dataset import TEXT
from cleaning.domain.text_hashes import hash_texts

LETTERS = list("abcXYZ019 _äß漢\0😀")


def random_texts(count: int, longest: int, letters=LETTERS) -> list[str]:
    rng = np.random.default_rng(0)
    return ["".join(rng.choice(letters, rng.integers(0, longest))) for _ in range(count)]


@pytest.mark.parametrize(
    "texts",
    [
        [""],
        [str(i) for i in range(20_000)],
        ["a" * length for length in range(20)],
        random_texts(3_000, 40),
        random_texts(3_000, 40, LETTERS[:11]),
        ["", "short", "b" * 100_000, "é" * 300],
    ],
)
@pytest.mark.parametrize("key", ["0123456789123456", "0000000000000003"])
def test_hashes_equal_those_of_pandas(texts, key, monkeypatch):
    monkeypatch.setattr(text_hashes, "BYTES_AT_ONCE", 100_000)
    expected = pd.util.hash_array(np.array(texts, object), hash_key=key, categorize=False)
    np.testing.assert_array_equal(hash_texts(np.array(texts, TEXT), key), expected)


def test_nothing_has_no_hash():
    assert hash_texts(np.empty(0, TEXT)).tolist() == []
