"""Export: what the decisions change, and files for others. The dataset itself is never changed."""

from pages.shared.messages import require_router

require_router()

import streamlit as st

from cleaning.export import Policy
from pages.shared import export_view, frame
from pages.shared.messages import guarded, plain

CHANGES = {
    "sample_id": st.column_config.TextColumn("sample"),
    "given_label": st.column_config.TextColumn("given label"),
    "label_corrected": st.column_config.TextColumn("corrected label"),
    "verdict": st.column_config.TextColumn("verdict"),
    "votes": st.column_config.NumberColumn("votes"),
    "suspicion": st.column_config.NumberColumn("suspicion", format="%.3f"),
}
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
    handout = export_view.handout()
    settled = policy()
    found = handout.preview(settled)
    counts(found.counts)
    if not found.counts["decided"]:
        st.info("No decision has been made yet. What you export now equals the given labels.")
    elif len(found.changes):
        what_changes(found)
    downloads(handout, settled)


def policy() -> Policy:
    chosen = {}
    columns = st.columns(len(export_view.CHOICES))
    for column, (name, (title, words)) in zip(columns, export_view.CHOICES.items()):
        chosen[name] = column.selectbox(title, list(words), format_func=words.get, key=f"policy_{name}")
    return Policy(**chosen)


def counts(numbers: dict[str, int]) -> None:
    shown = {
        "Samples decided": numbers["decided"],
        "Labels replaced": numbers["replace"],
        "Several fit": numbers["any_of"],
        "Dropped": numbers["drop"],
        "Contested": numbers["contested"],
    }
    for column, (title, number) in zip(st.columns(len(shown)), shown.items()):
        column.metric(title, f"{number:,}")


def what_changes(found) -> None:
    st.subheader("What changes")
    left, right = st.columns([3, 2], gap="large")
    left.dataframe(
        found.changes.head(1_000), column_order=list(CHANGES), column_config=CHANGES, hide_index=True, width="stretch"
    )
    if len(found.changes) > 1_000:
        left.caption(f"The 1,000 most suspicious of {len(found.changes):,} changes.")
    right.dataframe(
        found.classes.head(1_000), column_order=list(CLASSES), column_config=CLASSES, hide_index=True, width="stretch"
    )


@st.fragment
@guarded
def downloads(handout, settled: Policy) -> None:
    st.subheader("Files")
    for kind in handout.kinds():
        words, button = st.columns([3, 1], vertical_alignment="center")
        words.markdown(f"**{kind.title}**  \n{plain(kind.words)}")
        button.download_button(
            "Download",
            data=handout.writer(kind, settled),
            file_name=kind.file_name,
            key=f"download_{kind.name}",
            icon=":material/download:",
            width="stretch",
        )


page()
