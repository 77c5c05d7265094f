"""Made tables of marked answers, in the shapes that routers publish, and the same answers in free words."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Marked:
    """right, confidence: by expert, (N,). Everything is drawn: the large is more often right, both are well calibrated."""

    ids: list[str]
    right: dict[str, np.ndarray]
    confidence: dict[str, np.ndarray]

    def table(self, expert: str) -> pd.DataFrame:
        return pd.DataFrame(
            {"id": self.ids, "correct": self.right[expert].astype(int), "confidence": self.confidence[expert].round(4)}
        )

    def write(self, folder: Path) -> dict[str, Path]:
        """One table an expert."""
        places = {name: folder / f"{name}.csv" for name in self.right}
        for name, place in places.items():
            self.table(name).to_csv(place, index=False)
        return places

    def write_wide(self, path: Path) -> Path:
        """All experts side by side: ``small_confidence, small_correct, ...``"""
        wide = pd.DataFrame({"id": self.ids})
        for name in self.right:
            wide[f"{name}_confidence"] = self.confidence[name].round(4)
            wide[f"{name}_correct"] = self.right[name].astype(int)
        wide.to_csv(path, index=False)
        return path

    def write_words(self, folder: Path) -> tuple[Path, dict[str, Path]]:
        """References in free words, each of its own, and each expert's answers in words."""
        labels, places = folder / "labels.csv", {name: folder / f"{name}_words.csv" for name in self.right}
        gold = [f"the reference {one}" for one in self.ids]
        pd.DataFrame({"id": self.ids, "label": gold}).to_csv(labels, index=False)
        for name, place in places.items():
            said = np.where(self.right[name], gold, [f"something else {one}" for one in self.ids])
            pd.DataFrame(
                {"id": self.ids, "predicted_class": said, "predicted_probability": self.confidence[name].round(4)}
            ).to_csv(place, index=False)
        return labels, places


def marked_answers(n: int = 400, seed: int = 0) -> Marked:
    rng = np.random.default_rng(seed)
    ease = rng.normal(0, 1.3, n)
    confidence = {name: 1 / (1 + np.exp(-(ease + skill))) for name, skill in (("small", 0.2), ("large", 1.5))}
    right = {name: rng.random(n) < own for name, own in confidence.items()}
    return Marked([f"m{i:04d}" for i in range(n)], right, confidence)
