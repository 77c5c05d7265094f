"""What is said and written down of the columns of an expert's table."""

from cleaning.errors import first_five
from data_adapters.joining.expert_columns import TableShape
from data_adapters.joining.opened import OpenedExpert
from data_adapters.plan import ReadingPlan


def decide_columns(opened: OpenedExpert, shape: TableShape, plan: ReadingPlan) -> None:
    """Writes into the plan what each column was taken for."""
    roles = {
        shape.id_column: "id",
        shape.predicted: "prediction",
        shape.confidence: "confidence",
        shape.order: "how sure, by its order" + (" (lower is surer)" if shape.lower_is_surer else ""),
        shape.positive: "probability of class 1",
        shape.scores_list: "scores of every class",
    }
    file = opened.path.name
    for column, role in roles.items():
        if column is not None:
            plan.decide(file, f"column '{column}'", role, "said" if column == opened.answer_column else "inferred")
    if shape.class_columns:
        first, last = shape.class_columns[0], shape.class_columns[-1]
        meaning = f"scores of {len(shape.class_columns):,} classes"
        plan.decide(file, f"columns '{first}' to '{last}'", meaning, "inferred", "called or counted as the classes")
    if shape.ranked:
        plan.decide(file, f"columns '{shape.ranked.classes[0]}' ...", "classes from the best on", "inferred", "ranked")


def unused_note(opened: OpenedExpert, shape: TableShape | None) -> list[str]:
    """What is said about columns that nothing was made of."""
    if shape is None or opened.answer_column or shape.class_columns:
        return []
    left = [column for column in opened.its_table.columns if column not in shape.used]
    return [f"Expert '{opened.name}': not used: {first_five(left)}."] if left else []


def order_note(name: str, shape: TableShape | None) -> list[str]:
    """What is said about a column that gives an order and no probability."""
    if shape is None or shape.order is None:
        return []
    surer = "lower" if shape.lower_is_surer else "higher"
    return [
        f"Expert '{name}': column '{shape.order}' is no probability; it says how sure by its order ({surer} is surer)."
    ]
