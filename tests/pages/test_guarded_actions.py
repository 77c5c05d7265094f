"""Whatever a press on a page runs is guarded: a mistake is a sentence, and an ended session's press does nothing."""

import ast

from tests.source_files import our_files, text_of

FREE = {"st.login", "_sign_out"}  # the way in and the way out


def unguarded(path: str, tree: ast.Module) -> list[str]:
    """Callbacks of widgets that are neither made by ``guarded(...)`` nor defined under ``@guarded``."""
    safe = {
        f.name
        for f in ast.walk(tree)
        if isinstance(f, ast.FunctionDef) and "guarded" in map(ast.unparse, f.decorator_list)
    }
    safe |= {name.id for name in ast.walk(tree) if isinstance(name, ast.Name) and name.id.startswith("guarded_")}
    found = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for given in call.keywords:
            if given.arg and given.arg.startswith("on_") and not _is_safe(given.value, safe):
                found.append(f"{path}:{given.value.lineno} {given.arg}={ast.unparse(given.value)}")
    return found


def _is_safe(value: ast.expr, safe: set[str]) -> bool:
    words = ast.unparse(value)
    return isinstance(value, ast.Constant) or words.startswith("guarded(") or words in safe | FREE


def test_every_callback_is_guarded():
    pages = [path for path in our_files() if path.startswith("pages/")]
    assert len(pages) > 50
    assert [one for path in pages for one in unguarded(path, ast.parse(text_of(path)))] == []


def test_a_bare_callback_is_found():
    code = "@guarded\ndef a(): ...\ndef b(): ...\nst.button('x', on_click=a)\nst.button('y', on_click=b)\n"
    assert unguarded("pages/x.py", ast.parse(code)) == ["pages/x.py:5 on_click=b"]
