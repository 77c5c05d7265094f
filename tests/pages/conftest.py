"""Pages in AppTest: the app's script run without a browser."""

import re
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2.manifest_scanner import scan_component_manifests
from streamlit.testing.v1 import AppTest

from tests.demo_workspaces import demo_root, demo_template, digits, questions

__all__ = ["app", "demo_root", "demo_template", "digits", "questions"]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def components() -> list:
    """Components that installed packages bring, looked for once; AppTest reads every package's metadata at each test."""
    return scan_component_manifests()


@pytest.fixture
def app(demo_root, components, monkeypatch):
    """Opens the app at a page: ``app("review", workspace_id)``."""
    monkeypatch.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", lambda: components)
    monkeypatch.chdir(ROOT)
    st.cache_resource.clear()

    def open_page(page: str = "load", workspace_id: str = "", **query: str) -> AppTest:
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        if workspace_id:
            test.query_params["workspace"] = workspace_id
        for name, value in query.items():
            test.query_params[name] = value
        test.run()
        if page != "load":
            test.switch_page(f"pages/{page}.py").run()
        assert not test.exception, test.exception
        return test

    yield open_page
    st.cache_resource.clear()


def words(test: AppTest) -> str:
    """All text a person sees on the page, without the escapes of Markdown."""
    shown = [*test.title, *test.header, *test.subheader, *test.markdown, *test.caption, *test.error, *test.info]
    return re.sub(r"\\([^\w\s])", r"\1", "\n".join(element.value for element in shown))
