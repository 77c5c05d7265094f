"""A planted dataset studied once, with and without its truth."""

import numpy as np
import pytest

from cleaning.paper_claims.material import gathered
from cleaning.paper_claims.paper_study import TruthKnown, paper_study
from tests.factories import planted_dataset


@pytest.fixture(scope="session")
def planted():
    return planted_dataset(n=1500, experts=4, classes=5, groups=4)


@pytest.fixture(scope="session")
def material(planted):
    return gathered(planted.dataset, planted.experts)


@pytest.fixture(scope="session")
def known(planted):
    places = np.arange(0, 1500, 2)
    return TruthKnown(places, planted.wrong[places])


@pytest.fixture(scope="session")
def study(planted, known):
    return paper_study(planted.dataset, planted.experts, truth=known)
