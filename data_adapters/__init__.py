"""Files to one Dataset and its Experts. Each adapter reads one layout; all give a ``Reading``.

reading = read(Path("my_dataset"))                                          # a folder we know
reading = read_loose(Path("labels.csv"), {"resnet": Path("resnet.npy")})    # loose files
reading = read_uploads({"labels.csv": b"...", "resnet.npy": b"..."}, Path("new_folder"))
"""

from data_adapters.choice_probability_tables import read_choice_tables
from data_adapters.contract import Reading
from data_adapters.folder import is_dataset_folder, read_folder
from data_adapters.helm_runs import read_helm
from data_adapters.lm_eval_logs import read_lm_eval
from data_adapters.loose_files import read_loose
from data_adapters.opened import Declared
from data_adapters.reading import is_readable_folder, read
from data_adapters.uploads import read_uploads, save_uploads

__all__ = [
    "Declared",
    "Reading",
    "is_dataset_folder",
    "is_readable_folder",
    "read",
    "read_choice_tables",
    "read_folder",
    "read_helm",
    "read_lm_eval",
    "read_loose",
    "read_uploads",
    "save_uploads",
]
