"""What speaks against a reading, with a button for every fix that is safe."""

import math
from dataclasses import replace

import streamlit as st

from cleaning.errors import counted
from data_adapters.doctor.diagnosis import Looked
from data_adapters.doctor.finding import Finding
from pages.shared.load.plan_view import put_right
from pages.shared.load.remarks import Remarks, say
from pages.shared.messages import guarded, plain

ICONS = {"error": ":material/error:", "warning": ":material/warning:"}
SHOWN = 1_000  # characters of one finding


def findings(looked: Looked, said: Remarks) -> None:
    """Draws what was found, worst first."""
    for name in said.fixes:
        _accepted(looked, name, said)
    if looked.refusal:
        st.error(plain(looked.refusal, SHOWN), icon=ICONS["error"])
    found = [*(replace(finding, severity="warning") for finding in looked.proposed), *looked.findings]
    if looked.against and not any(finding.severity == "error" for finding in looked.findings):
        st.error(plain(looked.against, SHOWN), icon=ICONS["error"])
    for finding in found:
        if finding.severity != "note":
            _drawn(finding, said)
    notes = [finding for finding in found if finding.severity == "note"]
    if looked.reading is not None and len(notes) == len(found) and not looked.against:
        st.success("The check of the files found nothing wrong.", icon=":material/check_circle:")
    if notes:
        with st.expander(f"{counted(len(notes), 'more thing')} seen"):
            for finding in notes:
                st.markdown(f"- {plain(finding.described(), SHOWN)}")


def _drawn(finding: Finding, said: Remarks) -> None:
    show = st.error if finding.severity == "error" else st.warning
    with st.container(gap="xsmall"):
        show(plain(finding.told() if finding.safe_fix else finding.described(), SHOWN), icon=ICONS[finding.severity])
        if not finding.safe_fix:
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            words = finding.fix.rstrip(".")
            if st.button(
                plain(words, SHOWN), key=f"fix_{finding.name}", on_click=guarded(say), args=(said.fixed(finding.name),)
            ):
                return
            st.caption(change(finding))


def change(finding: Finding) -> str:
    """What a fix changes: agreement with the given labels before and after, where that is known."""
    if math.isnan(finding.before) or math.isnan(finding.after):
        return "Your files stay as they are."
    then = f"Agreement with the given labels: {100 * finding.before:.1f} % now, {100 * finding.after:.1f} % then."
    return f"{then} Your files stay as they are."


def _accepted(looked: Looked, name: str, said: Remarks) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        words = "It is put right in what is read." if looked.reading is None else put_right(looked.reading, name)
        st.markdown(f":material/check: {plain(words, SHOWN)}")
        st.button("Take back", key=f"unfix_{name}", type="tertiary", on_click=guarded(say), args=(said.unfixed(name),))
