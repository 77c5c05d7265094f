"""A proposal to the owners of a dataset: a folder ready to be pushed, with the words of the pull request.

Nothing is sent. It holds the changed samples alone, by the ids that the owners gave them, each with its evidence; the
figures with their intervals; and nothing about the licence, which stays theirs.
"""

import json
from collections.abc import Callable, Iterable

from cleaning.certify.certificate import certificate_json
from cleaning.errors import InputError, counted, one_of
from cleaning.estimate.answers import IF_RIGHT
from cleaning.estimate.intervals import Interval
from cleaning.export.handover import Handover
from cleaning.export.patch.patch import write_patch
from cleaning.export.proposed_changes import ProposedChange, changes_table, proposed_changes
from cleaning.settle.final_labels import FinalLine
from cleaning.version import __version__

Files = dict[str, bytes]
LEVEL = "95 %"


def proposal_files(handover: Handover, to: str) -> Files:
    """File name -> content for one of TARGETS. Raises InputError where nothing changes or the target is not known."""
    if to not in TARGETS:
        raise InputError(f"There is no way to propose to '{to[:40]}': choose {one_of(list(TARGETS))}.")
    if to == "lm-eval" and not handover.is_question:
        raise InputError("A proposal to lm-eval is for questions; this dataset has no options.")
    changes = proposed_changes(handover)
    if not changes:
        raise InputError("No label changes under this policy, so there is nothing to propose.")
    figures = figures_of(handover, changes)
    files = {
        "PULL_REQUEST.md": _pull_request(handover, changes, figures, to).encode(),
        "CHANGES.md": (f"# {len(changes):,} changes\n\n" + changes_table(changes, _pictures(handover))).encode(),
        "changes.jsonl": _json_lines(change.to_dict() for change in changes),
        "CHANGELOG_ENTRY.md": _changelog(handover, changes, figures).encode(),
    }
    if handover.certificate["results"]["majority"]["reached"]:
        files["certificate.json"] = certificate_json(handover.certificate)
    return files | TARGETS[to](handover, changes, figures)


def _pictures(handover: Handover) -> str:
    """What comes before the pictures' paths where somebody said so, so that they show in the table."""
    return handover.options.image_prefix if "image" in handover.dataset.samples else ""


def figures_of(handover: Handover, changes: list[ProposedChange]) -> list[str]:
    """What is known, as sentences with intervals; what is not known is said to be so."""
    counts, estimate = handover.final.counts(), handover.in_force.estimate
    certified = sum(change.human_certified for change in changes)
    said = [
        f"{counts['decided']:,} of {counts['samples']:,} samples were reviewed by "
        f"{counted(len(handover.pseudonyms), 'person', 'people')}.",
        f"{counts['replace']:,} labels are replaced, {counts['any_of']:,} get several right labels, "
        f"{counts['drop']:,} samples are left out.",
        f"{certified:,} of the {len(changes):,} changes are agreed by two people or more, or were adjudicated.",
        f"{counts['contested']:,} samples are contested and {counts['open']:,} open: they keep their label.",
    ]
    if not estimate.enough:
        return [*said, "How many wrong labels are left is not known: too few random cards were reviewed."]
    return [
        *said,
        f"Of what was flagged {_share(estimate.precision)} is wrong.",
        f"Wrong labels in the whole dataset: {_count(estimate.wrong_total)}.",
    ]


def _share(interval: Interval) -> str:
    low, high = (f"{100 * end:.0f}" for end in (interval.low, interval.high))
    return f"{100 * interval.point:.0f} % ({LEVEL} interval {low} to {high} %, {IF_RIGHT})"


def _count(interval: Interval) -> str:
    return f"{interval.point:,.0f} ({LEVEL} interval {interval.low:,.0f} to {interval.high:,.0f}, {IF_RIGHT})"


def _listed(sentences: Iterable[str]) -> str:
    return "".join(f"- {sentence}\n" for sentence in sentences)


def _pull_request(handover: Handover, changes: list[ProposedChange], figures: list[str], to: str) -> str:
    name = " ".join(handover.dataset.name.split())
    certificate = handover.certificate["results"]["majority"]
    claim = (
        "`certificate.json` shows how few labels can still be wrong, and anybody with the decision log can check it.\n\n"
        if certificate["reached"]
        else ""
    )
    return (
        f"# Correct {len(changes):,} labels of {name}\n\n"
        f"{len(changes):,} labels look wrong to several models and to the people who then looked at them. This changes "
        f"those labels alone, by your own ids; the licence, the other samples and the order stay as they are.\n\n"
        f"{_listed(figures)}\n{claim}"
        f"Settled by: {handover.policy.in_words()}. `CHANGES.md` is the table to go through: what each is about, the "
        f"label given and corrected, and who agreed. `changes.jsonl` holds every vote (people under pseudonyms), the "
        f"models' answers and the notes. {HOW[to]}\n\n"
        "These models helped to choose what was looked at, so a comparison of the same models on the corrected labels "
        f"favours them.\n\nMade with Second Opinion {__version__}; dataset {handover.workspace.id}, run "
        f"{handover.run.id}.\n"
    )


def _changelog(handover: Handover, changes: list[ProposedChange], figures: list[str]) -> str:
    counts = handover.final.counts()
    return (
        f"- {handover.last_decision[:10]}: {len(changes):,} labels corrected ({counts['replace']:,} replaced, "
        f"{counts['any_of']:,} with several right labels, {counts['drop']:,} samples left out); see CHANGES.md.\n"
        + "".join(f"  - {figure}\n" for figure in figures)
    )


def _json_lines(rows: Iterable[dict]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _to_hugging_face(handover: Handover, changes: list[ProposedChange], figures: list[str]) -> Files:
    """A section for the dataset card, and the changed rows as a table that the owners can join by id."""
    section = (
        "## Label corrections\n\n"
        f"{_listed(figures)}\nThe corrected rows are in `corrections/changes.jsonl` (by `sample_id`): `given`, "
        "`accepted` (every label that counts; none where the sample should be left out), and the evidence.\n"
    )
    return {
        "README_SECTION.md": section.encode(),
        "corrections/changes.jsonl": _json_lines(c.to_dict() for c in changes),
    }


def _to_lm_eval(handover: Handover, changes: list[ProposedChange], figures: list[str]) -> Files:
    """What a task's ``process_docs`` needs: ids to leave out, and ids with the 0-based options that are right."""
    dropped = [change for change in changes if change.mask == "drop"]
    codes = {row.sample_id: row for row in handover.final.changed_lines()}
    replaced = {
        change.sample_id: {
            "accepted": sorted(_codes(codes[change.sample_id])),
            **_known(change),
        }
        for change in changes
        if change.mask != "drop"
    }
    exclusions = {change.sample_id: {"why": change.verdict, **_known(change)} for change in dropped}
    held = {"exclusions": exclusions, "replacements": replaced}
    return {"corrections.json": (json.dumps(held, indent=1, ensure_ascii=False) + "\n").encode()}


def _known(change: ProposedChange) -> dict[str, object]:
    """What its owners call a sample, and whether people stand behind the change."""
    return {"document_id": change.document_id, "human_certified": change.human_certified}


def _codes(line: FinalLine) -> tuple[int, ...]:
    return line.labels if line.mask.startswith("any_of") else (line.corrected,)


def _to_git(handover: Handover, changes: list[ProposedChange], figures: list[str]) -> Files:
    """The patch that puts the changes into the dataset's own files, and the words of the commit."""
    message = f"Correct {len(changes):,} labels\n\n" + "\n".join(figures) + "\n"
    return {"patch.jsonl": write_patch(handover), "COMMIT_MESSAGE.txt": message.encode()}


TARGETS: dict[str, Callable[[Handover, list[ProposedChange], list[str]], Files]] = {
    "hugging-face": _to_hugging_face,
    "lm-eval": _to_lm_eval,
    "git": _to_git,
}
HOW = {
    "hugging-face": "`README_SECTION.md` goes into the dataset card, `corrections/` beside the data.",
    "lm-eval": (
        "`corrections.json` names by id the questions to leave out and the options that are right instead; "
        "`human_certified` is true only where two people agree or it was adjudicated."
    ),
    "git": "`python -m cleaning apply patch.jsonl YOUR_LABELS.csv --out CORRECTED.csv` changes these labels' bytes alone.",
}
