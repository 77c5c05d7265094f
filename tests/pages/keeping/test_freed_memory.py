"""What many samples took is given back, what few took is left for what comes next."""

import ctypes

import pytest

from cleaning import freed_memory
from cleaning.errors import InputError
from pages.shared import loaders
from pages.shared.cascade import cascade_scene
from tests.pages.conftest import words


@pytest.fixture
def trimmed(monkeypatch):
    """How often memory was given back."""
    asked = []
    monkeypatch.setattr(freed_memory, "_trim", lambda: asked.append)
    return asked


def test_only_after_work_on_many_samples(trimmed):
    freed_memory.give_back(freed_memory.WORTH_IT - 1)
    assert trimmed == []
    freed_memory.give_back(freed_memory.WORTH_IT)
    assert trimmed == [0]


@pytest.mark.parametrize("failing", [AttributeError, OSError, TypeError])
def test_without_glibc_nothing_happens(monkeypatch, failing):
    def no_library(name):
        raise failing

    monkeypatch.setattr(ctypes, "CDLL", no_library)
    freed_memory._trim.cache_clear()
    freed_memory.give_back(freed_memory.WORTH_IT)
    freed_memory._trim.cache_clear()


def test_reports_and_curves_give_back_even_where_they_end_early(app, digits, trimmed, monkeypatch):
    monkeypatch.setattr(freed_memory, "WORTH_IT", 1)
    app("cascade", digits.id)
    assert trimmed == [0, 0], "the reports, then the curves"
    loaders.forget_everything()

    def interrupted(*given, **named):
        raise InputError("left in the middle")

    monkeypatch.setattr(cascade_scene.cascade, "cascade_curves", interrupted)
    assert "left in the middle" in words(app("cascade", digits.id))
    assert trimmed == [0] * 4
