"""Files to one Dataset and its Experts. Each adapter reads one layout; all give a ``Reading``.

reading = read(Path("my_dataset"))                                          # a folder we know
reading = read_loose(Path("labels.csv"), {"resnet": Path("resnet.npy")})    # loose files
reading = read_uploads({"labels.csv": b"...", "resnet.npy": b"..."}, Path("new_folder"))
"""

from data_adapters.contract import Reading
from data_adapters.folder import is_dataset_folder, read_folder
from data_adapters.loose_files import read_loose
from data_adapters.opened import Declared
from data_adapters.reading import read
from data_adapters.uploads import read_uploads, save_uploads

__all__ = [
    "Declared",
    "Reading",
    "is_dataset_folder",
    "read",
    "read_folder",
    "read_loose",
    "read_uploads",
    "save_uploads",
]
