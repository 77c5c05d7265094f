"""The splits of a dataset as its source has them, batch by batch: one with corrected labels, the others unchanged."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

import numpy as np
import pyarrow as pa

from cleaning.domain.dataset import REFERENCE
from cleaning.domain.origin import Origin, OriginSplit
from cleaning.errors import InputError
from cleaning.export.formats.as_it_came.local_paths import LocalPaths, holds_media, is_media, is_text, without_local
from cleaning.export.formats.as_it_came.source_labels import SourceLabels
from cleaning.export.formats.corrected import final_label_lists
from cleaning.export.formats.references import accepted_texts
from cleaning.export.handover import Handover
from cleaning.scores.arrow_streams import DAMAGED, batches_in, schema_in
from cleaning.settle.final_labels import DROPPED

PLAIN_NAMES = {
    "double": "float64",
    "float": "float32",
    "halffloat": "float16",
    "date32[day]": "date32",
    "date64[ms]": "date64",
}
TEXT_FEATURE = {"dtype": "string", "_type": "Value"}
TEXTS_FEATURE = {"feature": TEXT_FEATURE, "_type": "Sequence"}


def feature_of(kind: pa.DataType) -> object:
    """How ``datasets`` calls a type of Arrow."""
    if is_media(kind):
        return {"_type": "Image"}
    if pa.types.is_fixed_size_list(kind):
        return {"feature": feature_of(kind.value_type), "length": kind.list_size, "_type": "Sequence"}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return {"feature": feature_of(kind.value_type), "_type": "Sequence"}
    if pa.types.is_struct(kind):
        return {kind.field(i).name: feature_of(kind.field(i).type) for i in range(kind.num_fields)}
    return {"dtype": PLAIN_NAMES.get(str(kind), str(kind)), "_type": "Value"}


class SourceSplit:
    """A split as it came, but for paths of somebody's disk. with_pictures: whether pictures and sounds stay in it.
    content: columns of what is asked and answered, which are no places whatever they look like."""

    def __init__(self, split: OriginSplit, with_pictures: bool, content: Collection[str] = ()) -> None:
        self.split, self.content = split, content
        with _readable():
            found = pa.unify_schemas([_decoded(schema_in(file)) for file in split.files], promote_options="permissive")
        self.came = pa.schema([field for field in found if with_pictures or not holds_media(field.type)])

    @property
    def schema(self) -> pa.Schema:
        return self.came

    def features(self) -> dict[str, object]:
        """By column, as the source says it, else by its type."""
        return {one.name: self.split.features.get(one.name) or feature_of(one.type) for one in self.came}

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Its rows in order, with the columns of ``schema``."""
        for batch in self._read(self.came.names):
            columns = [
                column if name in self.content else without_local(column, self._homes.get(name, ""))
                for name, column in zip(batch.schema.names, batch.columns)
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=batch.schema)

    def _read(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """These columns of all files, in the types that they share."""
        wanted = pa.schema([field for field in self.came if field.name in names])
        with _readable():
            for file in self.split.files:
                there = [name for name in wanted.names if name in schema_in(file).names]
                for batch in batches_in(file, there):
                    yield _as(batch, wanted)

    @cached_property
    def _homes(self) -> dict[str, str]:
        """Column -> the folder of somebody's disk below which all its paths lie."""
        asked = [one for one in self.came if one.name not in self.content]
        seen = {one.name: LocalPaths(one.type) for one in asked if is_text(one.type) or is_media(one.type)}
        for batch in self._read(list(seen)):
            for name in list(seen):
                seen[name].look_at(batch.column(name))
            seen = {name: paths for name, paths in seen.items() if paths.all_local}
            if not seen:
                break
            seen = {name: paths for name, paths in seen.items() if paths.first or is_text(self.came.field(name).type)}
        return {name: paths.home for name, paths in seen.items()}


class CorrectedSplit(SourceSplit):
    """The split of the samples: its column of labels corrected, dropped samples left out, and columns of ours beside.

    Rows that are no sample (they had no label) stay as they are, with empty columns of ours.
    """

    def __init__(self, handover: Handover, origin: Origin, with_pictures: bool, content: Collection[str] = ()) -> None:
        super().__init__(origin.splits[origin.split], with_pictures, content)
        self.handover, self.label = handover, origin.label_column
        if self.label not in self.came.names:
            raise InputError(f"The source has no column '{self.label[:40]}' any more. Read the dataset again.")
        self.samples = np.full(origin.row_count, -1, np.int64)
        self.samples[slice(None) if origin.rows is None else origin.rows] = np.arange(len(handover.dataset))
        self.kind = self.came.field(self.label).type
        self.ours = self._columns_of_ours()

    def _columns_of_ours(self) -> dict[str, tuple[str, pa.DataType, object]]:
        """Name -> (what it holds, its type, its feature): never in the place of a column of the source."""
        there = {name for file in self.split.files for name in schema_in(file).names}
        if self.label == "label":
            given = ("given_label", self.kind, super().features()[self.label])
        else:  # as text, so that one column alone is a ClassLabel, the label
            given = (f"{self.label}_given", pa.string(), TEXT_FEATURE)
        found = {given[0]: ("given", *given[1:])}
        found |= {
            "final_labels": ("right", pa.list_(pa.string()), TEXTS_FEATURE),
            "mask": ("mask", pa.string(), TEXT_FEATURE),
        }
        free = {name if name not in there else f"second_opinion_{name}": about for name, about in found.items()}
        return free if "sample_id" in there else {"sample_id": ("id", pa.string(), TEXT_FEATURE), **free}

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([*self.came, *(pa.field(name, kind) for name, (_, kind, _) in self.ours.items())])

    def features(self) -> dict[str, object]:
        return super().features() | {name: feature for name, (_, _, feature) in self.ours.items()}

    def batches(self) -> Iterator[pa.RecordBatch]:
        labels = SourceLabels(self.handover, self.kind)
        for batch, samples in self._beside(self._read([self.label])):
            labels.look_at(batch.column(self.label), samples)
        final, values = labels.final, self._values_of_ours()
        for batch, samples in self._beside(super().batches()):
            stay = (samples < 0) | (final[samples] != DROPPED)
            batch, samples = batch.filter(pa.array(stay)), samples[stay]
            came = batch.column(self.label)
            columns = dict(zip(batch.schema.names, batch.columns)) | {self.label: labels.corrected(came, samples)}
            for name, (what, kind, _) in self.ours.items():
                as_it_came = what == "given" and self.label == "label"
                columns[name] = came if as_it_came else pa.array(_of(samples, values[what]), kind)
            yield pa.RecordBatch.from_arrays(list(columns.values()), schema=self.schema)

    def _values_of_ours(self) -> dict[str, Sequence | np.ndarray]:
        """What our columns hold -> the value of each sample."""
        dataset, final = self.handover.dataset, self.handover.final
        if dataset.open_answers:
            given = dataset.samples[REFERENCE].to_numpy(object)
            right = [texts for _, _, texts in accepted_texts(self.handover)]
            return {"id": dataset.sample_ids, "given": given, "right": right, "mask": final.mask()}
        return {
            "id": dataset.sample_ids,
            "given": self.handover.names[dataset.given_labels],
            "right": final_label_lists(self.handover).all(),
            "mask": final.mask(),
        }

    def _beside(self, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, np.ndarray]]:
        """Each batch with the samples (n,) that its rows are, -1 where a row is none. Raises InputError where the split
        has other rows than it had."""
        start = 0
        for batch in batches:
            stop = start + batch.num_rows
            if stop > len(self.samples):
                break
            yield batch, self.samples[start:stop]
            start = stop
        else:
            if start == len(self.samples):
                return
        raise InputError("The source has other rows than when it was read. Read the dataset again.")


def _of(samples: np.ndarray, values: Sequence | np.ndarray) -> list:
    """The values of samples; None where a row is none."""
    return [None if sample < 0 else _plain_value(values[sample]) for sample in samples.tolist()]


def _plain_value(value: object) -> object:
    return [str(one) for one in value] if isinstance(value, list | np.ndarray) else str(value)


def _decoded(schema: pa.Schema) -> pa.Schema:
    """Columns that hold each of their words once as columns of words."""
    fields = [one.with_type(one.type.value_type) if pa.types.is_dictionary(one.type) else one for one in schema]
    return pa.schema(fields)


def _as(batch: pa.RecordBatch, wanted: pa.Schema) -> pa.RecordBatch:
    """The batch with other columns and types; what it lacks is empty."""
    there = dict(zip(batch.schema.names, batch.columns))
    columns = [
        pa.nulls(batch.num_rows, one.type) if one.name not in there else there[one.name].cast(one.type)
        for one in wanted
    ]
    return pa.RecordBatch.from_arrays(columns, schema=wanted)


@contextmanager
def _readable() -> Iterator[None]:
    """Turns what pyarrow says about a damaged file into a sentence."""
    try:
        yield
    except DAMAGED as error:
        raise InputError(
            "A file of the source cannot be read any more. Copy it again and read the dataset anew."
        ) from error
