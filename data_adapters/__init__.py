"""Files to one Dataset and its Experts. Each adapter reads one layout; all give a ``Reading``.

reading = read(Path("my_dataset"))                                          # a folder we know
reading = read_loose(Path("labels.csv"), {"resnet": Path("resnet.npy")})    # loose files
reading = read_uploads({"labels.csv": b"...", "resnet.npy": b"..."}, Path("new_folder"))

Names are imported when first used: a reader of one layout does not wait for those of the others.
"""

import importlib

_HOMES = {
    "data_adapters.choice_probability_tables": ("read_choice_tables",),
    "data_adapters.contract": ("Reading",),
    "data_adapters.folder": ("is_dataset_folder", "read_folder"),
    "data_adapters.helm_runs": ("read_helm",),
    "data_adapters.lm_eval_logs": ("read_lm_eval",),
    "data_adapters.loose_files": ("read_loose",),
    "data_adapters.opened": ("Declared",),
    "data_adapters.reading": ("is_readable_folder", "read"),
    "data_adapters.uploads": ("read_uploads", "save_uploads"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str):
    """Imports a documented name when it is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'data_adapters' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOME[name]), name)
