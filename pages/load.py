"""Load: choose a dataset and its experts, see what was read, score it."""

from pages.shared.messages import require_router

require_router()

import streamlit as st

from pages.shared import frame, loaders, state
from pages.shared.load import doctor_view, intake
from pages.shared.messages import guarded, plain


@guarded
def page() -> None:
    frame.header(
        "Find the wrong labels",
        "Several expert models give a second opinion on every label of your dataset. "
        "You look at the ones they doubt, and decide.",
    )
    opened = loaders.workspaces()
    if opened:
        workspaces(opened)
    your_own()


def workspaces(opened) -> None:
    st.subheader("Open")
    for start in range(0, len(opened), 3):
        for column, workspace in zip(st.columns(3), opened[start : start + 3]):
            with column, st.container(border=True):
                workspace_card(workspace)


def workspace_card(workspace) -> None:
    about = workspace.about
    kind = "images" if workspace.kind == "image" else "questions"
    st.markdown(f"**{plain(workspace.name, 60)}**")
    experts = workspace.experts_about()
    simulated = " · simulated experts" if any(e["simulated"] for e in experts) else ""
    st.caption(f"{about['samples']:,} {kind} · {len(experts)} experts{simulated}")
    left, right = st.columns(2)
    if left.button("Open", key=f"open_{workspace.id}", type="primary", width="stretch"):
        open_workspace(workspace.id, "calibrate")
    if right.button("Review", key=f"review_{workspace.id}", width="stretch"):
        open_workspace(workspace.id, "review")


@guarded
def open_workspace(workspace_id: str, page: str) -> None:
    loaders.workspace(workspace_id)
    state.update(workspace_id=workspace_id, run_id="")
    loaders.opened_run()
    st.switch_page(f"pages/{page}.py", query_params=state.url())


def your_own() -> None:
    st.subheader("Your own data")
    way = st.segmented_control(
        "How to load", ["Folder on the server", "Upload files"], default="Folder on the server", key="load_way"
    )
    if way == "Upload files":
        upload()
    else:
        folder()
    looked = state.recall("looked")
    if looked is None:
        return
    if not looked.reading:
        st.error(plain(looked.refusal, 1_000), icon=":material/error:")
    read_again(looked)
    if looked.reading:
        what_was_read(looked.reading)


def read_again(looked) -> None:
    """What could be put right before reading, with a tick for each and one click to read once more."""
    fixes = doctor_view.at_the_door(looked.proposed)
    if looked.proposed and st.button("Read again with these fixes", type="primary", disabled=not fixes):
        read, source, before = state.recall("source")
        keep_reading(read, source, [*before, *fixes])
        st.rerun()


def folder() -> None:
    known = intake.folders_on_server()
    st.caption(f"Folders below {plain(intake.data_root())} on the server; nothing is copied or changed.")
    with st.form("folder", border=False):
        chosen = st.selectbox(
            "Dataset folder", known, index=None, accept_new_options=True, placeholder="choose, or type a path"
        )
        if st.form_submit_button("Read it", type="primary") and chosen:
            keep_reading(intake.read_on_server, chosen)


def upload() -> None:
    st.caption(
        "Labels as labels.csv (sample_id, label), one file per expert (.npy, .npz, .csv, .parquet), class_names.txt "
        "if the scores have a class order of their own, and pictures, also as one .zip. Or a single .zip with the "
        f"whole folder. Up to {intake.upload_megabytes():,} MB a file; larger data by folder on the server, "
        "which copies nothing."
    )
    with st.form("upload", border=False, clear_on_submit=False):
        files = st.file_uploader("Files", accept_multiple_files=True, label_visibility="collapsed")
        if st.form_submit_button("Read them", type="primary") and files:
            keep_reading(intake.read_uploaded, {file.name: file for file in files})


@guarded
def keep_reading(read, source, fixes=()) -> None:
    state.remember("looked", None)
    state.remember("source", (read, source, list(fixes)))
    with st.spinner("Reading and checking"):
        state.remember("looked", intake.look_at(read, source, fixes))


def what_was_read(reading) -> None:
    dataset = reading.dataset
    st.subheader("What was read")
    kind = "images" if dataset.kind == "image" else "questions"
    st.markdown(f"**{plain(dataset.name)}**: {len(dataset):,} {kind}, {dataset.class_count:,} classes")
    st.dataframe(intake.expert_table(reading), hide_index=True, width="stretch")
    notes = reading.plain_notes
    with st.expander(f"{len(notes)} notes on the reading", expanded=len(notes) <= 6):
        for note in notes:
            st.markdown(f"- {plain(note, 400)}")
    reading = doctor_view.findings(reading)
    sure = True
    if reading.joined_by_position:
        sure = st.checkbox(
            f"The rows of {plain(who_has_no_ids(reading), 400)} are in the order of the labels (no sample ids there)",
            key="by_position",
        )
    if st.button(
        "Score it", type="primary", disabled=not sure, help=None if sure else "Confirm the order of rows first"
    ):
        score(reading)


def who_has_no_ids(reading) -> str:
    names = reading.joined_by_position
    everyone = len(names) == len(reading.experts) > 2
    return f"all {len(names)} experts" if everyone else ", ".join(names)


@guarded
def score(reading) -> None:
    bar = st.progress(0.0, text="calibrating the experts")
    workspace = intake.score(reading, lambda words, share: bar.progress(min(share, 1.0), text=plain(words)))
    state.remember("looked", None)
    state.remember("source", None)
    doctor_view.forget()
    bar.empty()
    if workspace:
        st.switch_page("pages/calibrate.py", query_params=state.url())


page()
