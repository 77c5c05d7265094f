"""Experts from images: logits of timm models, for datasets that have none yet.

pictures = find_sources(Path("pets"))
ask_models([model_choice("resnet50")], pictures, Path("experts"))
"""

from data_adapters.inference.inference import Asked, Asking, ask_models
from data_adapters.inference.models import ModelChoice, model_choice
from data_adapters.inference.sources import Pictures, find_sources

__all__ = ["Asked", "Asking", "ModelChoice", "Pictures", "ask_models", "find_sources", "model_choice"]
