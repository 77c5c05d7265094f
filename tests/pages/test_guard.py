"""No page runs anything by itself before the router has run."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import ROOT

PAGES = sorted((ROOT / "pages").glob("[!_]*.py"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_page_without_router_shows_nothing(page, demo_root, monkeypatch):
    monkeypatch.chdir(ROOT)
    test = AppTest.from_file(str(page), default_timeout=30).run()
    assert not test.title
    assert not test.markdown
    assert not test.button
    assert not test.dataframe


def test_there_are_pages():
    assert len(PAGES) >= 5
