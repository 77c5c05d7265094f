"""Kept opinions whose files are cut under the process that reads them: a sentence, or asked anew, and never its end."""

import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY

CHILD = """
import os, sys
from pathlib import Path
from cleaning.errors import InputError
from cleaning.scores import npy_files
from cleaning.suspect import pipeline
from cleaning.suspect.opinion_store import OpinionStore
from cleaning.domain.settings import Settings
from tests.factories import planted_dataset
npy_files.READ_BYTES = int(sys.argv[1])
planted = planted_dataset(n=9_000, classes=6, experts=3)
few, store = planted.experts[:2], OpinionStore(Path(sys.argv[2]))
scored = pipeline.run(planted.dataset, few, store=store)

def cut():
    for path in store.folder.glob("*/*.npy"):
        if not path.parent.suffix:  # of what is finished
            os.truncate(path, 128)

def opened_and_cut(*told):
    earlier = open_earlier(*told)
    cut()
    return earlier

open_earlier, OpinionStore._earlier = OpinionStore._earlier, opened_and_cut
try:
    eval(sys.argv[3])
    print("whole")
except InputError as error:
    print(error)
"""
LOOKS = {
    "ranked": "[cut(), pipeline.rank(planted.dataset, scored.opinions, None, scored.settings)]",
    "by the paper's rule": "[cut(), pipeline.rank(planted.dataset, scored.opinions, None, Settings(rule='paper'))]",
    "an expert added": "pipeline.run(planted.dataset, planted.experts, store=store)",
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize(
    "read_up_to, told", [(0, "became shorter while it was read."), (1 << 28, "whole")], ids=["large", "small"]
)
def test_a_file_cut_under_the_scoring_does_not_end_the_process(tmp_path, read_up_to, told, look):
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(read_up_to), tmp_path, look], capture_output=True, text=True, cwd=REPOSITORY
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert told in done.stdout
