"""Pictures from files to tensors in threads, a few batches ahead; what cannot be read is reported, never replaced."""

import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

AHEAD = 3  # batches
MOST_PIXELS = 200_000_000


def decoded_batches(paths: Sequence[Path], transform, batch: int, workers: int) -> Iterator[list]:
    """Batch after batch, for each path its tensor, or the reason (str) why there is none."""
    starts = range(0, len(paths), batch)
    with ThreadPoolExecutor(workers, thread_name_prefix="decode") as pool:
        waiting: deque[list[Future]] = deque()
        try:
            for start in starts:
                waiting.append([pool.submit(decode, path, transform) for path in paths[start : start + batch]])
                if len(waiting) >= AHEAD:
                    yield [future.result() for future in waiting.popleft()]
            while waiting:
                yield [future.result() for future in waiting.popleft()]
        finally:
            for futures in waiting:
                for future in futures:
                    future.cancel()


def decode(path: Path, transform) -> object:
    """The picture's tensor, or a few words on why it cannot be read."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    return f"{picture.width} x {picture.height} pixels are too many"
                return transform(picture.convert("RGB"))
    except Exception as error:  # decoders raise whatever they like on damaged files
        words = str(error).replace(str(path), path.name).splitlines() or [""]
        return f"{type(error).__name__}: {words[0][:100]}"
