"""The import doctor: what a person should know of a reading before it is scored, and the fixes that are safe.

findings = examine(reading)                                     # of what could be read
diagnosis = diagnose(lambda plan: read(folder, plan))            # also of what the readers refuse
reading = apply_fixes(reading, ["class_order:net"])             # a changed copy; nothing on disk changes
reading = read_fixed(lambda plan: read(folder, plan), options)  # both kinds of fixes

Names are imported when first used, as those of ``data_adapters``.
"""

from cleaning.first_use import at_first_use

_HOMES = {
    "data_adapters.doctor.diagnosis": ("Diagnosis", "Looked", "diagnose", "look", "read_fixed"),
    "data_adapters.doctor.examination": ("examine",),
    "data_adapters.doctor.finding": ("Finding",),
    "data_adapters.doctor.fixes": ("apply_fixes",),
}
__getattr__, __dir__, __all__ = at_first_use(__name__, _HOMES)
