"""Export for another program: the files for it, their first records as it will see them, and what takes them in."""

from dataclasses import replace

import streamlit as st

from cleaning.export import ExportKind, Policy
from cleaning.export.export_options import ExportOptions
from cleaning.export.first_records import first_records
from pages.shared.export.export_handout import Handout
from pages.shared.messages import plain

AUDIENCES = {
    "My own code": ("csv", "parquet", "jsonl", "npy", "source"),
    "Hugging Face datasets": ("hugging_face",),
    "lm-evaluation-harness": ("lm_eval_task", "mask"),
    "Label Studio": ("label_studio", "label_studio_interface"),
    "Argilla": ("argilla",),
    "cleanlab": ("cleanlab",),
    "Inspect": ("inspect",),
    "lighteval": ("lighteval",),
    "OpenAI evals": ("openai_evals",),
    "FiftyOne": ("fiftyone", "fiftyone_json"),
}
ANNOTATED = ("label_studio", "label_studio_interface", "argilla")
ADDRESSED = (*ANNOTATED, "fiftyone")
PICTURED = "hugging_face"


def section(handout: Handout, settled: Policy) -> None:
    """For which program, as which file, its first records and the command; nothing is made before one is chosen."""
    suited = {kind.name: kind for kinds in handout.sections().values() for kind in kinds}
    audiences = {who: [suited[name] for name in names if name in suited] for who, names in AUDIENCES.items()}
    left, right = st.columns(2)
    chosen = left.selectbox(
        "Program",
        [who for who, kinds in audiences.items() if kinds],
        index=None,
        placeholder="Choose what takes it in",
        key="export_for",
    )
    if chosen is None:
        return
    kinds = {kind.title: kind for kind in audiences[chosen]}
    title = right.selectbox("File", list(kinds), key=f"export_file_{chosen}")
    kind = kinds[title]
    options = _options(kind, handout.workspace.kind)
    seen = replace(options, with_pictures=False)  # gigabytes, which the records that are shown do without
    _shown(kind, handout.writer(kind.name, settled, seen)())
    if kind.command:
        _taken_in(*handout.command(kind, settled))
    st.download_button(
        f"Download {kind.file_name}",
        data=handout.download(kind.name, settled, options),
        file_name=kind.file_name,
        key=f"chosen_{kind.name}",
        on_click="ignore",
        icon=":material/download:",
    )


def _options(kind: ExportKind, dataset_kind: str) -> ExportOptions:
    shown, prefix, inside = False, "", False
    if kind.name in ANNOTATED:
        shown = st.checkbox("Show annotators the given label", key="export_show_given", help="Hidden it cannot sway.")
    if kind.name in ADDRESSED and dataset_kind == "image":
        prefix = st.text_input(
            "Address before the pictures' paths",
            key="export_image_prefix",
            placeholder="/data/local-files/?d=pictures/",
            help="Where the other program finds the pictures.",
        )
    if kind.name == PICTURED and dataset_kind == "image":
        inside = st.checkbox("Put the pictures themselves in", key="export_with_pictures", help="Up to 2 GB.")
    return ExportOptions(shown, prefix, inside)


def _shown(kind: ExportKind, data: bytes) -> None:
    records = first_records(kind.file_name, data)
    st.caption(plain(kind.words))
    if records:
        st.markdown(f"**The first {len(records)} as they will be seen there**")
        st.dataframe(records, hide_index=True, width="stretch")
    elif kind.file_name.endswith(".xml"):
        st.code(data.decode(), language="xml", height=240)
    else:
        st.caption("No records yet: nothing is flagged or decided that it would hold.")


def _taken_in(command: str, put_in: tuple[str, ...]) -> None:
    with st.expander("What takes it in there"):
        st.code(command, language=None, wrap_lines=True)
        if put_in:
            st.caption("\n\n".join(map(plain, put_in)))
