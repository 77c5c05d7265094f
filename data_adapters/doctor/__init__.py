"""The import doctor: what a person should know of a reading before it is scored, and the fixes that are safe.

findings = examine(reading)                          # of what could be read
diagnosis = diagnose(lambda: read(folder))           # also of what the readers refuse
reading = apply_fixes(reading, ["class_order:net"])  # a changed copy; nothing on disk changes
reading = read_fixed(lambda: read(folder), names)    # both kinds of fixes
"""

from data_adapters.doctor.diagnosis import Diagnosis, Looked, diagnose, look, read_fixed
from data_adapters.doctor.examine import examine
from data_adapters.doctor.finding import Finding
from data_adapters.doctor.fixes import apply_fixes

__all__ = ["Diagnosis", "Finding", "Looked", "apply_fixes", "diagnose", "examine", "look", "read_fixed"]
