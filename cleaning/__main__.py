"""``python -m cleaning`` and ``second-opinion``: the same core and the same numbers as the app."""

import ctypes
import gc
import os
from contextlib import suppress

M_MMAP_THRESHOLD = -3  # malloc.h

# Our own threads share the rows among all cores; more of the linear algebra's own would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Arrow keeps freed memory for itself by default; with millions of samples that is as much as all we hold.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
# Nor does the C library give back what it once took for arrays of a few megabytes, unless it is told to (glibc only).
with suppress(OSError, AttributeError, TypeError):
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 1 << 20)
# Importing libraries makes many objects and no garbage: looking for it at the default pace takes a tenth of the start.
gc.set_threshold(100_000, 20, 20)

from cleaning.command_line import main


def second_opinion() -> int:
    """The command that an installed package gives."""
    return main(called="second-opinion")


if __name__ == "__main__":
    raise SystemExit(main())
