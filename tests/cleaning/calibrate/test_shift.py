"""The shift check against chance: what random parts lose is told, and only what goes beyond it stands out."""

import numpy as np

from cleaning.calibrate.calibrators import calibrator, shift_check
from cleaning.calibrate.shift import RANDOM_HALF, shift_against_chance


def calibrated(n: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.5, 1, n)
    return confidence, (rng.random(n) < confidence).astype(int), rng


def test_parts_dealt_at_random_do_not_stand_out():
    stood_out = 0
    for seed in range(6):
        confidence, correct, rng = calibrated(1_200, seed)
        table = shift_against_chance(calibrator("platt"), confidence, correct, rng.integers(0, 8, 1_200).astype(str))
        stood_out += int(table["beyond_chance"].sum())
        assert table["part"].iloc[-1] == RANDOM_HALF and not table["beyond_chance"].iloc[-1]
        assert (table["by_chance"].dropna() > 0).all()
    assert stood_out <= 3, "of 48 parts"


def test_the_part_that_shifts_stands_out_with_its_interval():
    confidence, correct, rng = calibrated(3_000)
    parts = rng.integers(0, 5, 3_000).astype(str)
    shifted = parts == "2"
    correct[shifted] = rng.random(shifted.sum()) < confidence[shifted] - 0.35
    table = shift_against_chance(calibrator("platt"), confidence, correct, parts)
    assert table["part"].iloc[0] == "2" and table["beyond_chance"].iloc[0], "worst first"
    row = table.set_index("part").loc["2"]
    assert row["low"] < row["lost"] < row["high"] and row["low"] > row["by_chance"]


def test_what_it_says_of_each_part_is_the_shift_check():
    confidence, correct, rng = calibrated(800)
    parts = rng.integers(0, 3, 800).astype(str)
    plain, table = (f(calibrator("platt"), confidence, correct, parts) for f in (shift_check, shift_against_chance))
    assert np.allclose(plain["lost"], table["lost"][:3]) and plain["part"].tolist() == table["part"][:3].tolist()


def test_a_small_part_says_that_it_knows_nothing():
    confidence, correct, _ = calibrated(400)
    table = shift_against_chance(calibrator("platt"), confidence, correct, np.where(np.arange(400) < 8, "few", "many"))
    row = table.set_index("part").loc["few"]
    assert (row["low"], row["high"]) == (-1.0, 1.0) and not row["beyond_chance"]
