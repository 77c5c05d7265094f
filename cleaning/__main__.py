"""``python -m cleaning``: the same core and the same numbers as the app."""

import gc
import os

# Our own threads share the rows among all cores; more of the linear algebra's own would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Importing libraries makes many objects and no garbage: looking for it at the default pace takes a tenth of the start.
gc.set_threshold(100_000, 20, 20)

from cleaning.command_line import main

if __name__ == "__main__":
    raise SystemExit(main())
