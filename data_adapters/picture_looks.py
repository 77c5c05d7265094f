"""How a picture looks when it is made small, so that two files can be told to show the same."""

import warnings
from functools import lru_cache
from pathlib import Path

import numpy as np

from cleaning.keep.versions.pictures_alike import SIDE

LARGEST_PIXELS = 50_000_000


@lru_cache(maxsize=20_000)
def look_of(path: Path) -> np.ndarray | None:
    """(SIDE * SIDE * 3 + 1,) float32: the picture at SIDE x SIDE, and its width by its height; None if unreadable."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                width, height = image.size
                if width * height > LARGEST_PIXELS:
                    return None
                image.draft("RGB", (4 * SIDE, 4 * SIDE))
                small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return np.r_[np.asarray(small, np.float32).ravel(), np.float32(width / height)]
