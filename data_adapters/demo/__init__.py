"""The bundled demo: two small sets with planted label errors, made from code and scikit-learn's digits.

``digits``: real pictures, real experts, flipped labels. ``questions``: generated questions with flawed keys
and options, and experts that are simulated and say so. Which labels are wrong stands in ``planted_truth.csv``
of each folder, which nothing that scores ever reads.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from data_adapters.demo.demo_folder import write_once

DEMO_SETS = ("digits", "questions")
SEED = 0
Progress = Callable[[str, float], None]


def write_demo(folder: Path, progress: Progress | None = None) -> list[Path]:
    """Both demo sets as dataset folders ``folder/digits`` and ``folder/questions``, in that order.

    A set that is there already and complete is left as it is; the others take a few seconds in all and appear
    whole or not at all. The content is the same every time. progress: called with what is being done and the
    share done (0 to 1).
    Raises InputError when something that is no demo set has one of the two names.
    """
    say = progress or (lambda doing, share: None)
    written = []
    for number, name in enumerate(DEMO_SETS):
        say(f"making the demo set {name}", number / len(DEMO_SETS))
        written.append(write_once(Path(folder) / name, partial(_fill, name)))
    say("demo ready", 1.0)
    return written


def _fill(name: str, folder: Path) -> dict:
    if name == "digits":
        from data_adapters.demo.digits import fill_digits

        return fill_digits(folder, SEED)
    from data_adapters.demo.questions import fill_questions

    return fill_questions(folder, SEED)
