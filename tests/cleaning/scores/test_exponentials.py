"""Both bases give the exponentials of e."""

import numpy as np
import pytest

from cleaning.scores import exponentials


@pytest.mark.parametrize("base_2", [False, True])
def test_either_base_gives_the_exponentials_of_e(base_2, monkeypatch):
    unit = np.float32(np.log2(np.e) if base_2 else 1)
    monkeypatch.setattr(exponentials, "BASE_2", base_2)
    x = np.random.default_rng(0).uniform(-16, 16, (50, 40)).astype(np.float32)
    e = exponentials.raised(x * unit, np.empty_like(x))
    assert np.abs(e / np.exp(x.astype(np.float64)) - 1).max() < 3e-6  # of it 2^-24 x 16 / ln 2 by rounding the exponent
    assert exponentials.raised(np.full((1, 2), -1e4, np.float32), np.empty((1, 2), np.float32)).tolist() == [[0, 0]]


def test_the_unit_is_that_of_the_base():
    assert pytest.approx(np.log2(np.e) if exponentials.BASE_2 else 1) == exponentials.UNIT
