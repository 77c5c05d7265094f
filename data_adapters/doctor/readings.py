"""What else the files may mean: the readings that explain the given labels far better than the one at hand."""

from data_adapters.doctor.class_order import class_orders
from data_adapters.doctor.evidence import Evidence
from data_adapters.doctor.finding import Finding
from data_adapters.doctor.rivals import best_explained, rival_readings
from data_adapters.doctor.row_order import row_orders


def better_readings(evidence: Evidence) -> list[Finding]:
    """Errors with what to do: base and meaning of the labels first, then the order of classes, of rows; and warnings on
    experts that agree by chance whatever is tried. At most one of each expert, the one that explains most."""
    base = rival_readings(evidence)
    if any(finding.expert == "" for finding in base):
        return base
    found = best_explained([*base, *class_orders(evidence)])
    rows = row_orders(evidence, set())
    errors = best_explained([*found, *(finding for finding in rows if finding.severity == "error")])
    explained = {finding.expert for finding in errors}
    return [*errors, *(finding for finding in rows if finding.expert not in explained)]
