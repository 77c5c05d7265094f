"""Your own data: the ways to bring it, the reading of it, and what can be done next."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cleaning.errors import InputError
from data_adapters.contract import Reading
from data_adapters.doctor.diagnosis import Looked
from pages.shared import state
from pages.shared.load import (
    arriving,
    column_table,
    doctor_view,
    first_look,
    intake,
    marked_step,
    more_settings,
    packing_part,
    plan_view,
)
from pages.shared.load.arriving import Brought
from pages.shared.load.remarks import NOTHING_SAID, Remarks, so_far
from pages.shared.load.waiting import waiting
from pages.shared.messages import guarded, plain, show_error

FILES, FOLDER, SERVER = "Files or a ZIP", "A folder", "On the server"
STEPS = 40  # of a reading, after which its bar is nearly full
VIEWS = ("Preview", "Columns", "How it was read", "More settings")


def is_busy() -> bool:
    """Whether something is brought that is not yet scored."""
    dropped = (state.typed(f"dropped_{folder}") for folder in (True, False))
    return state.recall("brought") is not None or any(dropped) or bool(state.typed("server_folder"))


def your_own() -> None:
    """The section of the Load page."""
    st.header("Your own data")
    st.caption(
        "Labels and what models answered, in any files: tables, arrays, logs, pictures. "
        "What each column means is worked out, shown, and yours to change."
    )
    way = st.segmented_control(
        "How to load",
        [FILES, FOLDER, SERVER],
        default=FILES,
        required=True,
        key="load_way",
        label_visibility="collapsed",
    )
    brought = _from_server() if way == SERVER else _sent(way == FOLDER)
    if brought is not None:
        _look(brought)


# ---- bringing


def _sent(folder: bool) -> Brought | None:
    """What was dropped, saved once."""
    files = st.file_uploader(
        "Drop a folder here" if folder else "Drop your files here",
        accept_multiple_files="directory" if folder else True,
        key=f"dropped_{folder}",
        help=f"Up to {upload_megabytes():,} MB a file; larger data lies on the server, where nothing is copied.",
    )
    packing_part.pack_many(upload_megabytes())
    place = st.empty()
    files = files if isinstance(files, list) else [files] if files else []
    if not files:
        _let_go()
        return None
    key = " ".join(sorted(file.file_id for file in files))
    return _kept(key) or _save(key, {file.name: file for file in files}, place)


def _save(key: str, files: dict[str, object], place: DeltaGenerator) -> Brought | None:
    _let_go()
    if state.recall("cancelled") == key:
        _stopped("Cancelled; nothing of it was kept.", "Take the files again")
        return None
    try:
        with waiting("Receiving the files", "sending", lambda: state.remember("cancelled", key), place) as tell:
            brought = arriving.sent(
                files, key, lambda done, count: tell(f"file {done + 1:,} of {count:,}", done / count)
            )
    except InputError as error:
        show_error(error)
        return None
    return _bring(brought)


def _from_server() -> Brought | None:
    known = arriving.folders_on_server()
    if not known:
        st.info("No folder on the server holds anything to read yet.", icon=":material/folder_off:")
    chosen = st.selectbox(
        "Folder on the server",
        known,
        index=None,
        accept_new_options=True,
        format_func=str,
        placeholder="choose, or type a name; nothing is copied or changed",
        key="server_folder",
    )
    if not chosen:
        _let_go()
        return None
    try:
        return _kept(f"server {chosen}") or _bring(arriving.on_server(chosen))
    except InputError as error:
        show_error(error)
        _let_go()
        return None


def upload_megabytes() -> int:
    """What the server takes as one uploaded file: ``server.maxUploadSize`` in .streamlit/config.toml."""
    return int(st.get_option("server.maxUploadSize"))


def _kept(key: str) -> Brought | None:
    brought = state.recall("brought")
    return brought if isinstance(brought, Brought) and brought.key == key else None


def _bring(brought: Brought) -> Brought:
    _let_go()
    state.remember("brought", brought)
    return brought


def _let_go() -> None:
    """Removes what was brought before and forgets what was said of it."""
    before = state.recall("brought")
    if isinstance(before, Brought):
        before.let_go()
    for name, value in (
        ("brought", None),
        ("marked", None),
        ("remarks", NOTHING_SAID),
        ("looks", ()),
        ("scoring", False),
    ):
        state.remember(name, value)


def _stopped(words: str, again: str) -> None:
    st.info(words, icon=":material/cancel:")
    st.button(again, on_click=guarded(state.remember), args=("cancelled", ""))


# ---- reading


def _look(brought: Brought) -> None:
    said, place = so_far(), st.empty()
    looked = intake.kept_look(brought, said) or _read(brought, said, place)
    if looked is None:
        return
    marked = marked_step.marked_answers(brought, looked.reading)
    if looked.reading is None and marked is not None:
        marked_step.alone(marked, brought, said.name)
        return
    if looked.reading is None:
        doctor_view.findings(looked, said)
    else:
        _summary(looked.reading, said)
        doctor_view.findings(looked, said)
        _scoring(looked, brought)
        if marked is not None and not state.recall("scoring"):
            marked_step.beside(marked, brought, said.name)
    _views(looked, brought, said)


def _read(brought: Brought, said: Remarks, place: DeltaGenerator) -> Looked | None:
    """Reads with its progress; None where it was cancelled."""
    if state.recall("cancelled") == brought.key + said.key:
        _stopped("Reading was cancelled.", "Read it again")
        return None
    count = 0
    with waiting("Reading", "reading", lambda: state.remember("cancelled", brought.key + said.key), place) as tell:

        def heard(step) -> None:
            nonlocal count
            count += 1
            tell(f"Reading {step.about}", 1 - STEPS / (STEPS + count))

        looked = intake.look_at(brought, said, heard)
    intake.keep_look(brought, said, looked)
    return looked


# ---- what was read


def _summary(reading: Reading, said: Remarks) -> None:
    dataset = reading.dataset
    kind = "images" if dataset.kind == "image" else "questions"
    classes = f"{dataset.class_count:,} {'classes' if dataset.kind == 'image' else 'options at most'}"
    experts = f"{len(reading.experts):,} expert{'s' if len(reading.experts) != 1 else ''}"
    parts = (f"{len(dataset):,} {kind}", classes, experts, first_look.pictures_counted(dataset))
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    left.markdown(f"### {plain(said.name or dataset.name, 60)}\n\n{plain(', '.join(filter(None, parts)))}")
    with right:
        intake.name_asked(said.name or dataset.name)


def _views(looked: Looked, brought: Brought, said: Remarks) -> None:
    """What was read, to look at and to change; where it was refused, what can be changed first."""
    if state.typed("view") is None or (looked.reading is None and state.typed("view") == VIEWS[0]):
        state.type_in("view", VIEWS[1 if looked.reading is None else 0])
    chosen = st.segmented_control("What was read", VIEWS, required=True, key="view", label_visibility="collapsed")
    if chosen == "Preview" and looked.reading is not None:
        first_look.first_look(looked.reading)
    elif chosen == "Columns":
        column_table.tables(brought.path, looked.plan, said)
    elif chosen == "How it was read":
        plan_view.steps(looked.plan)
    else:
        more_settings.more_settings(brought.path, said)
    if looked.reading is not None:
        plan_view.notes(looked.settled or looked.reading)


# ---- scoring


def _scoring(looked: Looked, brought: Brought) -> None:
    """The one button that goes on; where it was, the progress."""
    sure, as_is = _confirmed(looked)
    place = st.empty()
    if state.recall("scoring"):
        _score(looked.to_score(as_is), brought, place)
        return
    words = "Score it as it is" if looked.has_error else "Score it"
    place.button(
        words,
        type="primary",
        disabled=not sure,
        key="score_it",
        help=None if sure else "Tick the line above first.",
        on_click=guarded(state.remember),
        args=("scoring", True),
    )


def _confirmed(looked: Looked) -> tuple[bool, bool]:
    """(whether everything that a person has to confirm is confirmed, whether the evidence is overruled)."""
    reading, as_is = looked.reading, False
    sure = True
    if looked.has_error:
        as_is = st.checkbox("Score it as it is, although the check speaks against it", key="as_is")
        sure = as_is
    if reading is not None and reading.joined_by_position:
        sure = st.checkbox(plain(order_to_confirm(reading), 600), key="by_position") and sure
    return sure, as_is


def order_to_confirm(reading: Reading) -> str:
    """What a person agrees to where rows bear no sample ids: whose, and which samples begin and end them."""
    ids = reading.dataset.sample_ids
    return f"The first row of {who_has_no_ids(reading)} is {ids[0]}, the last is {ids[-1]} (no sample ids there)"


def who_has_no_ids(reading: Reading) -> str:
    names = reading.joined_by_position
    everyone = len(names) == len(reading.experts) > 2
    return f"all {len(names)} experts" if everyone else ", ".join(names)


@guarded
def _score(reading: Reading, brought: Brought, place: DeltaGenerator) -> None:
    state.remember("scoring", False)  # an error, or a press of Cancel, ends it
    with waiting("Calibrating the experts", "scoring", _untouched, place) as tell:
        intake.score(intake.named(reading, so_far().name), tell)
    brought.keep()
    state.remember("brought", None)
    _let_go()
    st.switch_page("pages/calibrate.py", query_params=state.url())


def _untouched() -> None:
    return None
