"""Whether a workspace is whole: fingerprints, the chain over the log, and what belongs to nothing."""

from dataclasses import dataclass, field

import sqlalchemy as sql

from cleaning.domain.verdicts import UNDO
from cleaning.errors import InputError, counted, first_five
from cleaning.files import ASIDE
from cleaning.keep.decisions import Decision, ReviewStore
from cleaning.keep.hash_chain import BEGINNING, link
from cleaning.keep.store_tables import CHAIN, DECISIONS
from cleaning.keep.stored import COPY_OF
from cleaning.keep.workspaces import Workspace


@dataclass(frozen=True)
class Verified:
    """What was found. faults: something is damaged or was changed. notes: it is odd and harms nothing.

    decisions: in the log. head: the digest of its last link, which names the whole log up to there.
    """

    decisions: int
    head: str
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verify(workspace: Workspace, store: ReviewStore, head: str = "") -> Verified:
    """Looks at everything a workspace keeps. head: a digest that the log once had, which it must still contain."""
    digests, faults, notes = verify_chain(store)
    if head and head not in (BEGINNING, *digests):
        faults.append(
            f"The log no longer contains the state {head[:12]}…: decisions from before it were changed or lost."
        )
    decisions = store.decisions()
    files = _damaged_files(workspace)
    faults += files
    if not files:
        notes += _orphans(workspace, decisions)
    left = sorted(path.name for path in workspace.folder.rglob(f"{ASIDE}*"))
    notes += [f"{counted(len(left), 'leftover')} of an interrupted writing: {first_five(left)}."] if left else []
    return Verified(len(decisions), digests[-1] if digests else BEGINNING, faults, notes)


def verify_chain(store: ReviewStore) -> tuple[list[str], list[str], list[str]]:
    """The log's digests in order, faults and notes; every link is worked out anew."""
    mine = DECISIONS.c.workspace_id == store.workspace_id
    rows = store.read(sql.select(DECISIONS).where(mine).order_by(DECISIONS.c.seq))
    chain = store.read(sql.select(CHAIN).where(CHAIN.c.workspace_id == store.workspace_id).order_by(CHAIN.c.seq))
    links, there = {c.seq: c.digest for c in chain}, {row.seq for row in rows}
    faults, digests, digest = [], [], BEGINNING
    for row in rows:
        digest = link(digest, row._mapping)
        if links.get(row.seq, digest) != digest:
            faults.append(f"Decision {row.seq} of the log, or one before it, is not as it was sealed.")
            digest = links[row.seq]  # what follows is judged by itself
        digests.append(digest)
    missing = [seq for seq in links if seq not in there]
    if missing:
        faults.append(f"{counted(len(missing), 'sealed decision')} not in the log any more: {first_five(missing)}.")
    bare = [seq for seq in there if seq not in links]
    notes = [f"{counted(len(bare), 'decision')} not sealed yet; the next one seals them."] if bare else []
    return digests, faults, notes


def _damaged_files(workspace: Workspace) -> list[str]:
    """Sentences about files that cannot be read, or are not what their fingerprints say."""
    faults = []
    try:
        if workspace.content().fingerprint() != workspace.about.get(COPY_OF, workspace.id):
            faults.append("The samples are not those that the workspace was made of (another fingerprint).")
        for about, expert in zip(workspace.experts_about(), workspace.experts()):
            if expert.fingerprint() != about["fingerprint"]:
                faults.append(f"Expert '{expert.name}' is not what it was when it was loaded (another fingerprint).")
    except (InputError, OSError) as error:
        faults.append(str(error))
    for run_id in workspace.run_ids():
        try:
            run = workspace.run(run_id)
            run.scores, run.audit, run.predicted, run.confidence  # noqa: B018 - read for their errors
        except InputError as error:
            faults.append(f"Run {run_id}: {error}")
    return faults


def _orphans(workspace: Workspace, decisions: list[Decision]) -> list[str]:
    samples, runs = set(map(str, workspace.content().sample_ids)), set(workspace.run_ids())
    uuids = {d.uuid for d in decisions}
    found: dict[str, set] = {
        "decision about a sample that is not here": {d.sample_id for d in decisions} - samples,
        "decision made in a run that is gone": {d.run_id for d in decisions} - runs,
        "undo of a decision that is not here": {
            d.undoes for d in decisions if d.verdict == UNDO and d.undoes not in uuids
        },
    }
    return [
        f"{words[0].upper()}{words[1:]}: {first_five(sorted(map(str, those)))}."
        for words, those in found.items()
        if those
    ]
