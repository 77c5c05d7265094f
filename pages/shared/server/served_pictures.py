"""Pictures of a dataset, read only from below its image root, bounded in size, never another sample's.

Small pictures are sent as they are; big ones and thumbnails are made once and kept in the workspace.
"""

import hashlib
import os
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from cleaning.domain.dataset import Dataset
from cleaning.errors import InputError, NotWritten
from cleaning.files import written_aside
from pages.shared.server.decode_limits import OneMaker, PixelBudget

LARGEST_BYTES = 64 * 2**20
LARGEST_PIXELS = 50_000_000
SIZES = {"full": 1_600, "thumb": 192}  # longest side in pixels
_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp", "BMP": "image/bmp"}
_SENT_AS_IS_BYTES = {"full": 4 * 2**20, "thumb": 24 * 2**10}

_BUDGET, _MAKERS = PixelBudget(LARGEST_PIXELS), OneMaker()

Image.MAX_IMAGE_PIXELS = LARGEST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


class PictureError(InputError):
    """A picture that is not there or cannot be shown; the sentence is for the card."""


@dataclass(frozen=True)
class Picture:
    """A readable picture. version changes when the file does; format as PIL names it."""

    path: Path
    width: int
    height: int
    format: str
    bytes: int
    version: str


def find_picture(dataset: Dataset, row: int) -> Picture:
    """The picture of a sample. Raises PictureError with a sentence when it cannot be shown."""
    name = _name(dataset, row)
    if not name or dataset.image_root is None:
        raise PictureError("This sample comes without a picture.")
    root = str(dataset.image_root)
    try:
        state = os.stat(os.path.join(root, name))
    except OSError:
        _below(root, name)
        raise PictureError(f"The file '{name[:80]}' is not in the dataset's image folder.") from None
    return _inspect(root, name, state.st_size, state.st_mtime_ns, (state.st_dev, state.st_ino))


@lru_cache(maxsize=20_000)
def _inspect(root: str, name: str, size: int, changed: int, file: tuple[int, int]) -> Picture:
    """file: device and number, so that a link that leads elsewhere by now is another file and looked at anew."""
    path, name = _below(root, name), name[:80]
    if not path.is_file() or size > LARGEST_BYTES:
        raise PictureError(f"'{name}' is not a file of at most {LARGEST_BYTES // 2**20} MB, so it is not opened.")
    try:
        with Image.open(path, formats=[*_FORMATS, "TIFF"]) as image:
            width, height, kind = *image.size, image.format or ""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(f"'{name}' has more than {LARGEST_PIXELS:,} pixels, so it is not opened.") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise PictureError(f"'{name}' cannot be read as a picture.") from None
    version = hashlib.sha256(f"{path}|{size}|{changed}".encode()).hexdigest()[:12]
    return Picture(path, width, height, kind, size, version)


def _below(root: str, name: str) -> Path:
    """Where a file really lies. Raises PictureError unless that is below the root."""
    path = Path(root, name).resolve()
    if not path.is_relative_to(Path(root).resolve()):
        raise PictureError(f"'{name[:80]}' lies outside the dataset's image folder, so it is not opened.")
    return path


def picture_file(picture: Picture, row: int, size: str, cache: Path) -> tuple[Path, str]:
    """A file that shows the picture at a size ("full" or "thumb"), and its media type.

    Makes it below ``cache`` if the original is too big for that. Raises PictureError when it cannot be decoded.
    """
    side = SIZES[size]
    small = max(picture.width, picture.height) <= side and picture.bytes <= _SENT_AS_IS_BYTES[size]
    if small and picture.format in _FORMATS:
        return picture.path, _FORMATS[picture.format]
    keeps_alpha = picture.format in ("PNG", "WEBP", "GIF")
    ending = "png" if keeps_alpha else "jpg"
    made = cache / size / f"{row}-{picture.version}.{ending}"
    if not _is_made(made):
        with _MAKERS.of(made):
            if not _is_made(made):
                _make(picture, side, made)
    return made, "image/png" if keeps_alpha else "image/jpeg"


def _is_made(made: Path) -> bool:
    """Whether it is there and not empty, as a power cut may leave it."""
    try:
        return made.stat().st_size > 0
    except OSError:
        return False


def _make(picture: Picture, side: int, made: Path) -> None:
    lossless = made.suffix == ".png"
    with _BUDGET.spent(picture.width * picture.height):
        smaller = _decoded(picture, side, lossless)
    try:
        with written_aside(made, "A smaller picture", lasting=False) as aside:
            smaller.save(aside, compress_level=3, quality=88)  # of PNG, of JPEG
    except NotWritten as refusal:
        raise PictureError(str(refusal)) from None


def _decoded(picture: Picture, side: int, with_alpha: bool) -> Image.Image:
    """The picture upright, no side longer than ``side``. Raises PictureError."""
    try:
        with Image.open(picture.path, formats=[*_FORMATS, "TIFF"]) as image:
            image.draft(None, (side * 2, side * 2))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((side, side), Image.Resampling.LANCZOS)
            if not with_alpha:
                return upright.convert("RGB")
            return upright.convert("RGBA") if upright.mode in ("P", "LA", "PA") else upright
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(f"'{picture.path.name[:80]}' cannot be decoded; the file is damaged.") from None


def _name(dataset: Dataset, row: int) -> str:
    if dataset.image_names is None:
        return ""
    value = dataset.image_names[row]
    return value if isinstance(value, str) else ""
