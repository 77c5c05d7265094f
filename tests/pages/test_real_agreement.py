"""Page, command and card on real sets, after 200 simulated decisions over two runs: the same to the printed digit."""

from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.populations import real_sets
from cleaning.domain.settings import Settings
from cleaning.estimate.answers import in_words
from tests.pages.test_in_force import Scene, at_the_threshold

pytestmark = pytest.mark.real_data
SETS = ("ImageNet", "MMLU, wrong key", "CIFAR-10N")


@pytest.mark.parametrize("name", SETS)
def test_page_command_and_card_print_the_same(name, real_data, demo_root, app, capsys):
    real = next(one for one in real_sets(real_data) if one.name == name)
    given, ids = real.dataset.given_labels, real.dataset.sample_ids
    wrong = real.truth.reindex(np.asarray(ids, object)).eq(True).to_numpy()
    truth = np.where(wrong, (given + 1) % real.dataset.options_of(), given)
    scene = Scene(demo_root, Settings(), SimpleNamespace(dataset=real.dataset, experts=real.experts, truth=truth))
    scene.review(100)
    scene.run_again(real.experts[:-1])
    scene.review(100)
    now, card, page = scene.handover().in_force, scene.card(), scene.page(app)
    assert now.others, "the first run's random cards count"
    assert not page["bands"]["guess"] and card["estimates"]["rests_on"] in scene.command(capsys, "threshold")
    words, shown = scene.command(capsys, "threshold"), at_the_threshold(page)
    enough = {"precision": now.estimate.precision_enough, "detection_rate": now.estimate.enough}
    for quantity, told in (("precision", now.estimate.precision), ("detection_rate", now.estimate.detection_rate)):
        assert f"{quantity.replace('_', ' ')}: {in_words(told, enough[quantity])}" in words
        printed = [card["estimates"][quantity][end] for end in ("low", "high")]
        assert [f"{100 * share:.1f}" for share in printed] == [f"{100 * share:.1f}" for share in (told.low, told.high)]
        assert shown[quantity.removesuffix("_rate")][1:] == pytest.approx(printed, abs=6e-5)
