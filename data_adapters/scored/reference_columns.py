"""Which column of a table holds references in free words; a module apart, as every table of labels is asked."""

from data_adapters.files.tables import Table
from data_adapters.joining import columns
from data_adapters.plan import ReadingPlan

PROMPTS = (*columns.QUESTION_NAMES, "prompt", "problem", "query", "input")


def reference_column(table: object, plan: ReadingPlan, label_column: str | None = None) -> str | None:
    """The column of free references of a table that has no options, or None: one called so, or, beside a question, the
    given labels where most of them differ."""
    if not isinstance(table, Table) or not len(table):
        return None
    if columns.known_columns(table, columns.CHOICES_NAMES):
        return None
    named = columns.known_columns(table, columns.REFERENCE_NAMES)
    from data_adapters.joining.table_shapes.option_columns import with_options

    said = label_column or plan.said_role(table.path.name, "given label")
    if (
        not (named or columns.known_columns(table, PROMPTS))
        or with_options(table, ReadingPlan(plan.options)) is not table
    ):
        return None
    if named and said in (None, named[0]):
        return named[0]
    if said is None or said not in table.columns:
        return None
    values = [value for value in table.text(said) if value]
    return said if len(set(values)) * 2 > len(values) else None
