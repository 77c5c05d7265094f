"""Files to one Dataset and its Experts. Each adapter reads one layout; all give a ``Reading``.

reading = read(Path("my_dataset"))                                          # a folder we know
reading = read_loose(Path("labels.csv"), {"resnet": Path("resnet.npy")})    # loose files
reading = read_uploads({"labels.csv": b"...", "resnet.npy": b"..."}, Path("new_folder"))

Names are imported when first used: a reader of one layout does not wait for those of the others.
"""

from cleaning.first_use import at_first_use

_HOMES = {
    "data_adapters.layouts.choice_probability_tables": ("read_choice_tables",),
    "data_adapters.contract": ("Reading",),
    "data_adapters.layouts.evaluation_logs": ("read_evaluation_logs",),
    "data_adapters.layouts.folder": ("is_dataset_folder", "read_folder"),
    "data_adapters.layouts.helm_runs": ("read_helm",),
    "data_adapters.layouts.lm_eval_logs": ("read_lm_eval",),
    "data_adapters.layouts.loose_files": ("read_loose",),
    "data_adapters.joining.opened": ("Declared",),
    "data_adapters.plan": ("ReadingOptions", "ReadingPlan"),
    "data_adapters.reading": ("is_readable_folder", "read"),
    "data_adapters.layouts.uploads": ("read_uploads", "save_uploads"),
}
__getattr__, __dir__, __all__ = at_first_use(__name__, _HOMES)
