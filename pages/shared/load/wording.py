"""How the Load page calls what can be set there, in sentences that readers made (``data_adapters.ways``)."""

from data_adapters.ways import Surface

ABOVE = "above its column, as the {}"
PAGE = Surface(
    {
        "id_column": ABOVE.format("sample id"),
        "label_column": ABOVE.format("given label"),
        "group_column": ABOVE.format("group"),
        "choices_column": ABOVE.format("options"),
        "question_column": ABOVE.format("question"),
        "picture_column": ABOVE.format("picture"),
        "answer_columns": ABOVE.format("answer of an expert"),
        "split": "under More settings",
        "no_expert": "Add a file with a model's scores or answers, or say above a column that it holds answers.",
        "columns_of_answers": "Say above the columns which of them hold answers.",
        "table_of_answers": "Add the table that holds the answers.",
        "fix": "It can be put right below.",
        "decisions": 'Take them in by "Import decisions".',
        "as_is": "To score it all the same, tick the box below.",
    }
)
ROLES = {
    "id": "sample id",
    "given label": "given label",
    "prediction": "answer of an expert",
    "confidence": "its confidence",
    "group": "group",
    "question": "question",
    "options": "options",
    "picture": "picture",
    "metadata": "only shown",
    "other": "left out",
}
PARTS = {
    "labels": "samples and given labels",
    "expert": "an expert",
    "class names": "the class names",
    "left out": "left out",
}
SOURCES = {"stated": "the file says so", "said": "you said so", "inferred": "worked out"}
