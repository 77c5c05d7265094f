"""Export: what the decisions change, and files for others. The dataset itself is never changed."""

from pages.shared.messages import require_router

require_router()

import streamlit as st

from cleaning.domain.verdicts import BY_NAME
from cleaning.export import Policy
from cleaning.review.team.permissions import EXPORT
from pages.shared import allowed, frame, glossary, loaders
from pages.shared.export import everything, export_handout, for_whom, import_section, reports_shown
from pages.shared.messages import guarded, plain
from pages.shared.threshold import certificate_row

CHANGES = {
    "picture": st.column_config.ImageColumn("picture", width="small"),
    "question": st.column_config.TextColumn("question", width="large"),
    "sample_id": st.column_config.TextColumn("sample"),
    "given_label": st.column_config.TextColumn("given label"),
    "given_text": st.column_config.TextColumn("given label", width="medium"),
    "label_corrected": st.column_config.TextColumn("corrected label"),
    "corrected_text": st.column_config.TextColumn("corrected label", width="medium"),
    "verdict": st.column_config.TextColumn("verdict"),
    "votes": st.column_config.NumberColumn("votes"),
    "suspicion": st.column_config.NumberColumn("suspicion", format="%.3f", help=glossary.meaning("suspicion")),
}
TOLD_IN_FULL = {"given_text": "given_label", "corrected_text": "label_corrected"}  # instead of the letter alone
NOT_SETTLED = {
    "Contested": "Reviewers differ. The given label stays until somebody settles it.",
    "Undecided": "Unsure, or with too few votes. The given label stays.",
}
PROGRAM = "program"
CHOICE_WIDTH, VOTES_WIDTH, COUNT_WIDTH = 245, 150, 160  # pixels: the longest words, uncut
CLASSES = {
    "class": st.column_config.TextColumn("class"),
    "given": st.column_config.NumberColumn("given", format="localized"),
    "corrected": st.column_config.NumberColumn("corrected", format="localized"),
    "lost": st.column_config.NumberColumn("lost"),
    "gained": st.column_config.NumberColumn("gained"),
}


@guarded
def page() -> None:
    frame.header(
        "Export",
        "Corrected labels and the log of decisions. Your own files stay as they are; every file here is made from the "
        "log and can be made again.",
    )
    handout = export_handout.handout()
    first, folded, below = st.container(), st.container(), st.container()
    with folded, st.expander("How decisions are settled", icon=":material/rule:"):
        settled = policy()
    found = handout.preview(settled)
    with first:
        if found.counts["decided"]:
            counts(found.counts)
        else:
            nothing_decided(handout)
    with below:
        allowed.permit(EXPORT, handout.workspace)
        if found.counts["decided"]:
            what_changes(handout, found)
        certificate_row.certificate_line(handout.workspace, handout.run)
    with first:
        what_for(handout, settled, primary=bool(found.counts["decided"]))
    all_files(handout, settled)
    reports_shown.reports(handout, settled)
    import_section.section(handout)


def nothing_decided(handout) -> None:
    """No mistake: what an export would hold now, and the way to the decisions."""
    st.markdown("Nothing has been decided yet, so no label changes: a file taken now holds the given labels.")
    flagged = loaders.in_force(handout.workspace.id, handout.run.id).flagged_count
    frame.onward("review", f"Review these {flagged:,}" if flagged else "Review")


def policy() -> Policy:
    """What counts as decided; the boxes go on to another line where they would be cut."""
    chosen: dict[str, str] = {}
    with st.container(horizontal=True, key="export_policy"):
        for name, (title, words) in export_handout.CHOICES.items():
            chosen[name] = st.selectbox(
                title, list(words), format_func=words.__getitem__, key=f"policy_{name}", width=CHOICE_WIDTH
            )
        least = st.number_input(
            "Votes needed", 1, 20, 1, key="policy_least_votes", help="An adjudication is enough.", width=VOTES_WIDTH
        )
    return Policy(**chosen, least_votes=int(least))


def counts(numbers: dict[str, int]) -> None:
    """How many, of what; what there is none of is left out."""
    rarer = {
        "Several fit": numbers["any_of"],
        "Dropped": numbers["drop"],
        "Contested": numbers["contested"],
        "Undecided": numbers["open"],
    }
    shown = {"Samples decided": numbers["decided"], "Labels replaced": numbers["replace"]}
    with st.container(horizontal=True, key="export_counts"):
        for title, number in (shown | {title: number for title, number in rarer.items() if number}).items():
            st.metric(title, f"{number:,}", width=COUNT_WIDTH, help=NOT_SETTLED.get(title))


def what_changes(handout, found) -> None:
    if not len(found.changes):
        st.markdown("No label changes under this choice.")
        return
    st.header("What changes")
    shown = handout.illustrated(found.changes.head(1_000))
    shown = shown.assign(verdict=[in_words(verdict) for verdict in shown["verdict"]])
    columns = [c for c in CHANGES if c in shown and c not in {TOLD_IN_FULL[t] for t in TOLD_IN_FULL if t in shown}]
    tall = 64 if "picture" in shown else None
    st.dataframe(shown, column_order=columns, column_config=CHANGES, hide_index=True, width="stretch", row_height=tall)
    said = []
    if len(found.changes) > len(shown):
        said.append(f"The {len(shown):,} most suspicious of {len(found.changes):,} changes.")
    if "picture" in shown and len(shown) > export_handout.MOST_PICTURES:
        said.append(f"The first {export_handout.MOST_PICTURES} with their pictures.")
    if said:
        st.caption(" ".join(said))
    st.markdown("### By class")
    st.dataframe(
        found.classes.head(1_000), column_order=list(CLASSES), column_config=CLASSES, hide_index=True, width="stretch"
    )


def in_words(verdict: str) -> str:
    """A verdict as it is called everywhere on the pages."""
    known = BY_NAME.get(verdict)
    return known.words if known else verdict


@st.fragment
@guarded
def what_for(handout, settled: Policy, primary: bool) -> None:
    """One question, and the one file that answers it."""
    st.header("What do you need it for?")
    uses = handout.uses()
    words = {name: use[0] for name, use in uses.items()} | {PROGRAM: "Hand it to another program"}
    chosen = st.radio("What for", list(words), format_func=words.__getitem__, key="export_use",
                      label_visibility="collapsed")  # fmt: skip
    if chosen == PROGRAM:
        for_whom.section(handout, settled)
    else:
        one_file(handout, settled, uses[chosen or "train"][1], primary)
    st.caption(f"Settled by: {plain(settled.in_words(), 400)}.")


@guarded
def all_files(handout, settled: Policy) -> None:
    """Everything at once, and each file by itself."""
    st.header("All files")
    everything.everything(handout, settled)
    for title, kinds in handout.sections().items():
        with st.expander(title):
            for kind in kinds:
                one_file(handout, settled, kind)


def one_file(handout, settled: Policy, kind, primary: bool | None = None) -> None:
    """What a file is and the button that takes it. primary: given where it is the one that was asked for."""
    words, button = st.columns([3, 1], vertical_alignment="center")
    words.markdown(f"**{kind.title}**  \n{plain(kind.words)}")
    button.download_button(
        "Download",
        data=handout.download(kind.name, settled),
        file_name=kind.file_name,
        key=f"download_{kind.name}" if primary is None else f"needed_{kind.name}",
        on_click="ignore",
        icon=":material/download:",
        type="primary" if primary else "secondary",
        width="stretch",
    )


page()
