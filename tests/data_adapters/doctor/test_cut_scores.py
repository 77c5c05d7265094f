"""Scores whose file is cut while the doctor looks at them or a fix turns them: a sentence, and not the process's end."""

import subprocess
import sys

import numpy as np
import pytest

from tests.conftest import REPOSITORY

CHILD = """
import os, sys
from pathlib import Path
import numpy as np
from cleaning.errors import InputError
from cleaning.domain.experts import FullExpert
from data_adapters.doctor import score_kinds
from data_adapters.doctor.conversions import converted
from data_adapters.files.numpy_arrays import map_npy

class Looked:
    places = np.arange(9000)

expert = FullExpert("net", map_npy(Path(sys.argv[1])), "probabilities")
os.truncate(sys.argv[1], 128)
try:
    eval(sys.argv[2])
except InputError as error:
    print(error)
"""
LOOKS = {
    "a fix": "converted(expert.scores, lambda block: block / 100)",
    "a look": "score_kinds._softmaxed_twice(expert, Looked)",
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_scores_cut_under_the_doctor_end_in_a_sentence(tmp_path, look):
    np.save(tmp_path / "net.npy", np.full((9000, 4), 0.25, np.float32))
    command = [sys.executable, "-c", CHILD, tmp_path / "net.npy", look]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY)
    assert (done.returncode, done.stderr) == (0, "")
    assert "became shorter while it was read." in done.stdout
