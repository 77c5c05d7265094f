"""Where the references of a log of Inspect stand: the targets of its samples, also in the events that these begin with and
in the summaries beside them. What was scored, and against what, stays as it was."""

import json
from collections.abc import Iterator
from pathlib import Path

from cleaning.errors import InputError
from cleaning.export.patch.archive_members import ArchiveFields
from cleaning.export.patch.label_fields import LabelFields, Way, find_within
from cleaning.export.patch.patched_references import ReferencePlace
from data_adapters.files.json_files import json_file
from data_adapters.layouts.inspect_archives import HEADERS, read_members
from data_adapters.scored.found_places import found_places
from data_adapters.scored.inspect_answers import targets_of

SAMPLES, SUMMARIES = "samples/", ("summaries.json", "_journal/summaries/")


def places_in_inspect(path: Path, data: bytes) -> tuple[LabelFields | ArchiveFields, list[ReferencePlace]]:
    """(their fields, what each says) of a log, an archive or JSON. Raises InputError where it is laid out otherwise."""
    try:
        if path.suffix.lower() == ".eval":
            return _in_archive(path, data)
        told = json_file(path)
        assert isinstance(told, dict)
        task = str(told["eval"].get("task") or "")
        found = dict(_in_samples(enumerate(told.get("samples") or ()), task, ("samples",)))
        return find_within(data, list(found)), list(found.values())
    except (AssertionError, KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise InputError(f"'{path.name}' is not laid out as Inspect writes it ({error}). Copy it again.") from error


def _in_archive(path: Path, data: bytes) -> tuple[ArchiveFields, list[ReferencePlace]]:
    wanted = (*HEADERS, SAMPLES, *SUMMARIES)
    texts = read_members(path, lambda name: name.startswith(wanted) and name.endswith(".json"))
    header = next(name for name in HEADERS if name in texts)
    task = str(json.loads(texts[header])["eval"].get("task") or "")
    members, places = list[tuple[str, LabelFields]](), list[ReferencePlace]()
    for name, text in texts.items():
        if name in HEADERS:
            continue
        content = json.loads(text)
        if name.startswith(SAMPLES):
            found = dict(_in_sample(content, task, ()))
        else:
            found = dict(_in_samples(enumerate(content), task, ()))
        members.append((name, find_within(text, list(found))))
        places += found.values()
    return ArchiveFields(data, members), places


def _in_samples(samples, task: str, way: Way) -> Iterator[tuple[Way, ReferencePlace]]:
    for number, sample in samples:
        yield from _in_sample(sample, task, (*way, number))


def _in_sample(sample: dict, task: str, way: Way) -> Iterator[tuple[Way, ReferencePlace]]:
    golds = targets_of(sample)
    answers: list[tuple[Way, object]] = [((*way, "target"), sample.get("target"))]
    for number, event in enumerate(sample.get("events") or ()):
        if event.get("event") == "sample_init" and "target" in (event.get("sample") or {}):
            answers.append(((*way, "events", number, "sample", "target"), event["sample"]["target"]))
    if golds:
        yield from found_places(answers, golds, f"{task}/{sample['id']}")
