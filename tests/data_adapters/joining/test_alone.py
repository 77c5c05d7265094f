"""Every kind of expert alone, and every pair of kinds, from files to a kept and ranked run."""

from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
import pytest

from cleaning.command_line import main
from cleaning.keep.workspaces import list_workspaces
from tests.data_adapters.joining.kinds import Made, written

BIRDS = Made(("heron", "jay", "kite", "owl"), seed=1)
TWO = Made(("no", "yes"), seed=2)
KINDS = ("logits", "probabilities", "top1", "votes", "logits with gaps", "votes with gaps")


def expert(made: Made, kind: str, path):
    kept = np.arange(made.n) % 10 != 4 if "gaps" in kind else np.ones(made.n, bool)
    ids = np.array(made.ids)[kept]
    if kind.startswith(("logits", "probabilities")):
        scores = np.log(made.probabilities) if kind.startswith("logits") else made.probabilities
        np.savez(path.with_suffix(".npz"), sample_ids=ids, scores=scores[kept].astype(np.float32))
        return path.with_suffix(".npz")
    table = {"sample_id": ids, "prediction": np.array(made.said)[kept]}
    return written(path.with_suffix(".csv"), table | ({"confidence": made.sure[kept]} if kind == "top1" else {}))


SETS = [(kind,) for kind in KINDS] + list(combinations_with_replacement(KINDS, 2))


@pytest.mark.parametrize("made", [BIRDS, TWO], ids=["four classes", "two classes"])
@pytest.mark.parametrize("kinds", SETS, ids=" and ".join)
def test_it_is_ranked_and_kept(tmp_path, kinds, made):
    labels = written(tmp_path / "labels.csv", {"sample_id": made.ids, "label": made.labels})
    others = [made, Made(made.names, seed=made.seed)]
    experts = [f"--expert=e{n}={expert(others[n], kind, tmp_path / f'e{n}')}" for n, kind in enumerate(kinds)]
    command = ["score", f"--labels={labels}", *experts, f"--workspaces={tmp_path / 'ws'}", "--as-is"]
    for name in ("first", "again"):  # the second time from what was kept
        assert main([*command, f"--out={tmp_path / name}.csv"]) == 0
    first, again = (pd.read_csv(tmp_path / f"{name}.csv") for name in ("first", "again"))
    pd.testing.assert_frame_equal(first, again)
    assert len(first) == made.n and first["suspicion"].between(0, 1).all()
    (workspace,) = list_workspaces(tmp_path / "ws")
    assert len(workspace.experts_of(workspace.latest_run())) == len(kinds)
