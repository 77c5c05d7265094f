"""What the import doctor found in a reading, with a tick for every fix that is safe."""

from collections.abc import Sequence

import streamlit as st

from cleaning.errors import counted
from data_adapters.contract import Reading
from data_adapters.doctor.examination import examine
from data_adapters.doctor.finding import Finding
from data_adapters.doctor.fixes import apply_fixes
from pages.shared import state
from pages.shared.messages import plain

ICONS = {"error": ":material/error:", "warning": ":material/warning:"}
SHOWN = 1_000  # characters of one finding


def findings(reading: Reading) -> Reading:
    """Draws the findings and returns the reading with the ticked fixes made; the one passed in is not changed."""
    found = _examined(reading)
    grave = [finding for finding in found if finding.severity != "note"]
    notes = [finding for finding in found if finding.severity == "note"]
    st.subheader("Import doctor")
    if not grave:
        st.success("The import doctor found nothing wrong.", icon=":material/check_circle:")
    accepted = [finding.name for finding in grave if _drawn(finding)]
    if notes:
        with st.expander(f"{counted(len(notes), 'more thing')} the import doctor noted"):
            for finding in notes:
                st.markdown(f"- {plain(finding.described(), SHOWN)}")
    return _fixed(reading, found, accepted)


def at_the_door(proposed: Sequence[Finding]) -> list[str]:
    """A tick for each thing that could be put right before reading; returns the names of those that are ticked."""
    if proposed:
        st.markdown("**This can be put right while reading; your files stay as they are:**")
    return [finding.name for finding in proposed if _ticked(finding, finding.described())]


def forget() -> None:
    """Lets go of the reading and what was found in it."""
    state.remember("examined", (None, []))
    state.remember("fixed", (None, [], None))


def _examined(reading: Reading) -> list[Finding]:
    """The findings of this reading, looked for once."""
    of, found = state.recall("examined", (None, []))
    if of is not reading:
        with st.spinner("Examining what was read"):
            found = examine(reading)
        state.remember("examined", (reading, found))
    return found


def _fixed(reading: Reading, found: list[Finding], accepted: list[str]) -> Reading:
    """The reading with these fixes, made once for the same ticks."""
    of, names, fixed = state.recall("fixed", (None, [], None))
    if of is not reading or names != accepted:
        fixed = apply_fixes(reading, accepted, found)
        state.remember("fixed", (reading, accepted, fixed))
    return fixed


def _drawn(finding: Finding) -> bool:
    """Whether its fix was ticked."""
    show = st.error if finding.severity == "error" else st.warning
    with st.container(gap="xsmall"):
        show(plain(finding.told() if finding.safe_fix else finding.described(), SHOWN), icon=ICONS[finding.severity])
        return finding.safe_fix and _ticked(finding, finding.fix.rstrip("."))


def _ticked(finding: Finding, words: str) -> bool:
    return st.checkbox(plain(words, SHOWN), key=f"fix_{finding.name}")
