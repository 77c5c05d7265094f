"""The import doctor: what a person should know of a reading before it is scored, and the fixes that are safe.

findings = examine(reading)                          # of what could be read
diagnosis = diagnose(lambda: read(folder))           # also of what the readers refuse
reading = apply_fixes(reading, ["class_order:net"])  # a changed copy; nothing on disk changes
reading = read_fixed(lambda: read(folder), names)    # both kinds of fixes

Names are imported when first used, as those of ``data_adapters``.
"""

import importlib

_HOMES = {
    "data_adapters.doctor.diagnosis": ("Diagnosis", "Looked", "diagnose", "look", "read_fixed"),
    "data_adapters.doctor.examination": ("examine",),
    "data_adapters.doctor.finding": ("Finding",),
    "data_adapters.doctor.fixes": ("apply_fixes",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str):
    """Imports a documented name when it is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'data_adapters.doctor' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOME[name]), name)
