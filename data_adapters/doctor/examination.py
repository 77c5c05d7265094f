"""All checks on a reading, worst first."""

from data_adapters.contract import Reading
from data_adapters.doctor import (
    class_checks,
    sample_checks,
    score_kinds,
    suspicious_experts,
    unmatched_ids,
)
from data_adapters.doctor.evidence import Evidence
from data_adapters.doctor.finding import SEVERITIES, Finding
from data_adapters.doctor.readings import better_readings


def examine(reading: Reading, *, pictures: bool = True) -> list[Finding]:
    """What the doctor finds: errors, warnings, then notes. pictures: also open and compare some of them.

    Opinions are looked at on at most 20,000 samples; nothing of size (N, K) is copied.
    """
    evidence = Evidence(reading)
    found = [
        *better_readings(evidence),
        *suspicious_experts.saw_labels(evidence),
        *suspicious_experts.identical_experts(evidence),
        *unmatched_ids.unmatched_ids(evidence),
        *class_checks.absent_classes(evidence),
        *score_kinds.constant_columns(evidence),
        *score_kinds.score_kinds(evidence),
    ]
    if pictures or reading.dataset.kind == "question":
        found += sample_checks.repeated_samples(evidence)
    found += sample_checks.missing_pictures(evidence)
    if pictures:
        found += sample_checks.unreadable_pictures(evidence)
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))
