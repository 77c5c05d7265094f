"""Scores in shards read like the one array they were cut from; rows of a file read like the array itself."""

import pickle

import numpy as np
import pytest

from cleaning.domain.experts import FullExpert
from cleaning.errors import InputError
from cleaning.keep.workspaces import create_workspace
from cleaning.scores import rows as score_rows
from cleaning.scores import shard_blocks
from cleaning.scores.rows import read_rows
from cleaning.scores.shards import ShardedScores, as_shards, listed_shards, open_shards
from cleaning.suspect import pipeline
from tests.factories import planted_dataset


@pytest.fixture
def whole():
    return np.random.default_rng(0).normal(size=(100, 7)).astype(np.float32)


@pytest.fixture
def listed(tmp_path, whole):
    """Three shards: one relative, one absolute, one by URL."""
    for number, rows in enumerate((slice(0, 30), slice(30, 31), slice(31, 100))):
        np.save(tmp_path / f"s{number}.npy", whole[rows])
    path = tmp_path / "expert.shards"
    path.write_text(f"s0.npy\n{tmp_path / 's1.npy'}\nfile://{tmp_path / 's2.npy'}\n\n")
    return path


@pytest.mark.parametrize("rows", [slice(0, 100), slice(28, 33), slice(90, 400), slice(5, 5), slice(None)])
def test_slices(listed, whole, rows):
    pytest.importorskip("fsspec")
    scores = listed_shards(listed)
    np.testing.assert_array_equal(scores[rows], whole[rows])
    np.testing.assert_array_equal(read_rows(scores, rows), whole[rows])
    np.testing.assert_array_equal(scores.part(slice(20, 90))[slice(5, 30)], whole[25:50])


@pytest.mark.parametrize("rows", [[3, 4, 5, 29, 30, 31, 99], [50], [9, 2, 2, 80], []])
def test_rows_by_number(listed, whole, rows):
    pytest.importorskip("fsspec")
    rows = np.array(rows, int)
    np.testing.assert_array_equal(listed_shards(listed)[rows], whole[rows])


def test_shards_say_what_they_are_and_hold_no_scores(listed, whole):
    pytest.importorskip("fsspec")
    scores = listed_shards(listed)
    assert (scores.shape, scores.dtype, len(scores), scores.ndim, scores.nbytes) == (
        (100, 7),
        whole.dtype,
        100,
        2,
        2800,
    )
    assert scores.edges() == [30, 31] and scores.part(slice(30, 50)).edges() == [1]
    assert len(pickle.dumps(scores)) < whole.nbytes / 2


def test_scoring_shards_gives_the_same_ranking_and_they_come_back_from_a_workspace(tmp_path):
    planted = planted_dataset(n=600, kinds=("logits",), experts=2)
    experts = []
    for expert in planted.experts:
        places = [tmp_path / f"{expert.name}_{i}.npy" for i in range(2)]
        np.save(places[0], expert.scores[:250])
        np.save(places[1], expert.scores[250:])
        experts.append(FullExpert(expert.name, scores=open_shards([str(p) for p in places])))
    expected = pipeline.run(planted.dataset, planted.experts)
    workspace = create_workspace(tmp_path / "ws", planted.dataset, experts)
    assert all(isinstance(e.scores, ShardedScores) for e in workspace.experts())
    scored = pipeline.run(planted.dataset, workspace.experts(), store=workspace.opinion_store())
    assert (scored.table["sample_id"] == expected.table["sample_id"]).all()
    assert scored.table["suspicion"].to_numpy() == pytest.approx(expected.table["suspicion"].to_numpy(), abs=1e-6)
    assert not list((tmp_path / "ws").rglob("*.scores.npy"))  # the shards stayed where they are


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: np.save(f / "s1.npy", np.zeros((3, 8), np.float32)), "8 columns"),
        (lambda f: np.save(f / "s1.npy", np.zeros((3, 7), np.float16)), "float16"),
        (lambda f: np.save(f / "s1.npy", np.zeros(7, np.float32)), "expected \\(samples, classes\\)"),
        (lambda f: (f / "s1.npy").write_bytes(b"no array"), "cannot be read as .npy"),
        (lambda f: (f / "s1.npy").unlink(), "cannot be read as .npy"),
        (lambda f: (f / "s2.npy").write_bytes((f / "s2.npy").read_bytes()[:-4]), "ends too early"),
        (lambda f: (f / "expert.shards").write_text("\n"), "is empty"),
        (lambda f: np.save(f / "s1.npy", np.array([{}], object), allow_pickle=True), "is a pickled array"),
    ],
)
def test_what_does_not_fit_is_said(listed, spoil, words):
    pytest.importorskip("fsspec")
    spoil(listed.parent)
    with pytest.raises(InputError, match=words):
        listed_shards(listed)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_what_is_no_number_is_said_by_the_read_that_meets_it(tmp_path, whole, value, dtype):
    spoiled = whole.astype(dtype)
    spoiled[41, 3] = value
    np.save(tmp_path / "s.npy", spoiled)
    scores = open_shards([str(tmp_path / "s.npy")])
    np.testing.assert_array_equal(scores[slice(0, 41)], spoiled[:41])
    with pytest.raises(InputError, match="NaN or infinite, first in row 42"):
        scores[slice(30, 50)]


def test_a_mapped_file_is_read_from_the_file_and_any_other_array_as_it_is(tmp_path, whole):
    np.save(tmp_path / "a.npy", whole)
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    into = np.empty((200, 7), np.float32)
    read = read_rows(mapped, slice(10, 50), into)
    assert np.shares_memory(read, into)
    np.testing.assert_array_equal(read, whole[10:50])
    np.testing.assert_array_equal(read_rows(mapped, np.array([5, 1, 99])), whole[[5, 1, 99]])
    assert read_rows(mapped, slice(100, 120)).shape == (0, 7)
    for view in (mapped[20:], mapped[:, ::2], mapped.T, whole):  # no whole file: never read from a wrong place
        np.testing.assert_array_equal(read_rows(view, slice(1, 3)), np.asarray(view)[1:3])
    private = np.load(tmp_path / "a.npy", mmap_mode="c")
    private[10] = 7
    assert (read_rows(private, slice(10, 11)) == 7).all()


def test_a_file_that_became_shorter_is_said(tmp_path, whole):
    np.save(tmp_path / "a.npy", whole)
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    (tmp_path / "a.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:500])
    with pytest.raises(InputError, match=r"'a\.npy' became shorter"):
        read_rows(mapped, slice(0, 100))


def test_a_mapped_file_travels_as_its_place(tmp_path, whole):
    np.save(tmp_path / "a.npy", whole)
    shards = as_shards(np.load(tmp_path / "a.npy", mmap_mode="r"))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(shards))[slice(40, 60)], whole[40:60])
    assert as_shards(whole) is whole


def test_rows_close_together_are_read_in_blocks(tmp_path, whole, monkeypatch):
    np.save(tmp_path / "a.npy", whole)
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    monkeypatch.setattr(score_rows, "BLOCK_BYTES", 9 * whole[0].nbytes)
    monkeypatch.setattr(score_rows, "DENSE_BYTES", 12 * whole[0].nbytes)
    reads = []
    read = score_rows._read_runs
    monkeypatch.setattr(score_rows, "_read_runs", lambda s, runs, b: (reads.append(runs), read(s, runs, b)))
    close = np.array([0, 3, 8, 9, 17, 30])
    np.testing.assert_array_equal(read_rows(mapped, close), whole[close])
    assert reads == [[(0, 9)], [(9, 9)], [(30, 1)]]
    far = np.array([1, 60])
    np.testing.assert_array_equal(read_rows(mapped, far), whole[far])
    np.testing.assert_array_equal(read_rows(mapped, np.array([9, 3, 3])), whole[[9, 3, 3]])
    assert reads[3:] == [[(1, 1), (60, 1)], [(9, 1), (3, 1), (3, 1)]]


def as_parquet(path, scores, rows=13):
    import pyarrow as pa
    from pyarrow import parquet

    columns = {f"class {k}": scores[:, k] for k in range(scores.shape[1])}
    parquet.write_table(pa.table(columns), path, row_group_size=rows)
    return path


def as_zarr(path, scores, rows=13):
    zarr = pytest.importorskip("zarr")
    array = zarr.create_array(str(path), shape=scores.shape, chunks=(rows, 3), dtype=scores.dtype)
    array[:] = scores
    return path


@pytest.fixture(params=[as_parquet, as_zarr])
def mixed(request, tmp_path, whole):
    """Three shards: Parquet or Zarr by path, .npy, and Parquet or Zarr by URL."""
    ending = request.param.__name__.removeprefix("as_")
    first = request.param(tmp_path / f"a.{ending}", whole[:30])
    np.save(tmp_path / "b.npy", whole[30:41])
    last = request.param(tmp_path / f"c.{ending}", whole[41:])
    return open_shards([str(first), str(tmp_path / "b.npy"), f"file://{last}"])


@pytest.mark.parametrize("rows", [slice(0, 100), slice(12, 14), slice(28, 45), slice(60, 400), slice(5, 5)])
def test_shards_in_blocks_read_like_the_array(mixed, whole, rows):
    assert (mixed.shape, mixed.dtype, mixed.edges()) == (whole.shape, whole.dtype, [30, 41])
    np.testing.assert_array_equal(mixed[rows], whole[rows])
    np.testing.assert_array_equal(mixed[np.array([99, 3, 44, 45])], whole[[99, 3, 44, 45]])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(mixed.part(slice(20, 90))))[slice(5, 30)], whole[25:50])


def test_a_block_is_decoded_once_for_rows_that_follow_each_other(tmp_path, whole, monkeypatch):
    decoded = []
    read = shard_blocks._read_block
    monkeypatch.setattr(
        shard_blocks, "_read_block", lambda place, n, *rest: (decoded.append(n), read(place, n, *rest))[1]
    )
    monkeypatch.setattr(shard_blocks, "_blocks", shard_blocks.Blocks())
    scores = open_shards([str(as_parquet(tmp_path / "a.parquet", whole, rows=25))])
    for start in range(0, 100, 5):
        scores[slice(start, start + 5)]
    assert decoded == [0, 1, 2, 3]


def test_scoring_parquet_shards_gives_the_same_numbers(tmp_path):
    planted = planted_dataset(n=600, kinds=("logits",), experts=2)
    experts = []
    for expert in planted.experts:
        place = as_parquet(tmp_path / f"{expert.name}.parquet", np.asarray(expert.scores), rows=100)
        experts.append(FullExpert(expert.name, scores=open_shards([str(place)])))
    expected, scored = pipeline.run(planted.dataset, planted.experts), pipeline.run(planted.dataset, experts)
    np.testing.assert_array_equal(scored.opinions.label_probability, expected.opinions.label_probability)


@pytest.mark.parametrize("ending", ["parquet", "zarr"])
def test_blocks_that_do_not_fit_are_said(tmp_path, whole, ending, monkeypatch):
    write = {"parquet": as_parquet, "zarr": as_zarr}[ending]
    place = str(write(tmp_path / f"a.{ending}", whole))
    monkeypatch.setattr(shard_blocks, "MAX_BLOCK_BYTES", 300)
    with pytest.raises(InputError, match="is read in blocks of 13 rows"):
        open_shards([place])
    with pytest.raises(InputError, match="cannot be read as"):
        open_shards([str(tmp_path / f"none.{ending}")])


def test_parquet_shards_hold_scores_only(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"sample_id": ["a"], "cat": [0.5]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="has columns of type double, string; expected one column of scores per class"):
        open_shards([str(tmp_path / "a.parquet")])
    (tmp_path / "b.parquet").write_bytes(b"no Parquet")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        open_shards([str(tmp_path / "b.parquet")])
