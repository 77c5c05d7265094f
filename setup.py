"""What ``pyproject.toml`` cannot say: one list of requirements for checkout and wheel, and the app's settings in both."""

import re
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
MODELS = ("torch", "torchvision", "timm")  # only for running models on one's own pictures
SETTINGS = ".streamlit/config.toml"


def requirements(file: str = "requirements.txt") -> list[str]:
    """The lines of a file of requirements without their reasons; other files that it names are left out."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("-")]


def is_for_models(requirement: str) -> bool:
    return re.split(r"[^\w-]", requirement)[0].lower() in MODELS


class WithSettings(build_py):
    """Lays Streamlit's settings beside ``app.py`` in the wheel as in the checkout: there Streamlit finds them."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            place = Path(self.build_lib) / SETTINGS
            self.mkpath(str(place.parent))
            self.copy_file(str(ROOT / SETTINGS), str(place))


if __name__ == "__main__":
    setup(
        install_requires=[line for line in requirements() if not is_for_models(line)],
        extras_require={"models": [line for line in requirements() if is_for_models(line)]},
        cmdclass={"build_py": WithSettings},
    )
