"""What the screen rules out the exact ratio rules out too, at every moment of simulated audits."""

import numpy as np
import pytest

from benchmarks.certificate import Scene, _at, _moments, simulate
from benchmarks.populations import Population


def scene(seed: int, share: float = 0.1) -> Scene:
    rng = np.random.default_rng(seed)
    z = rng.logistic(size=1_500) * 1.5 - 3
    suspicion = 1 / (1 + np.exp(-z))
    wrong = (rng.random(1_500) < 1 / (1 + np.exp(2 - 0.6 * z))).astype(float)
    return Scene.of(Population("planted", suspicion, wrong), share)


@pytest.mark.parametrize("seed", range(3))
def test_where_the_screen_says_no_the_exact_ratio_does_too(seed):
    ready, ruled_out = scene(seed), 0
    moments = _moments(ready, seed)[0]
    moments = _at(moments, np.arange(0, len(moments.cards), 20))
    for start in ready.screens:
        for goal in (15, 40, 90):
            totals = moments.found.sum(1).astype(int) + goal + 1
            could = start.screen.could_refute(moments, totals - start.known, start.alpha)
            exact = [
                start.refuted(_at(moments, np.array([at])), int(total))[0] for at, total in enumerate(totals.tolist())
            ]
            assert not (exact & ~could).any()
            assert np.mean(could == exact) > 0.9, "and it lets little through in vain"
            ruled_out += int((~could).sum())
    assert ruled_out


def test_the_first_claim_is_the_first_moment_at_which_the_exact_ratio_allows_it():
    """Looked for every ten cards, then at the nine before."""
    ready, share = scene(5), 0.05
    goal, claims = int(share * 1_500), []
    moments = _moments(ready, 5)[0]
    for at in range(len(moments.cards)):
        now = _at(moments, np.array([at]))
        claims.append(any(start.refuted(now, int(now.found.sum()) + goal + 1)[0] for start in ready.screens))
    first = next(at for at in range(0, len(claims), 10) if claims[at])
    wanted = next(at for at in range(max(first - 9, 0), first + 1) if claims[at])
    needed, held, false = simulate(ready, 5, share)
    assert 0 < needed == wanted and held and not false
