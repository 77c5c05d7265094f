"""Small wrong changes to Python source, each of one place: what tests that guard a formula ought to notice."""

import ast
import copy
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

COMPARED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
REACHED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.Mod: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.MatMult: ast.Mult,
}  # fmt: skip
DEFAULTS = ("side='left'", "index=False")  # said for the reader
UNSAID = (ast.JoinedStr, ast.Raise)  # words for people


@dataclass(frozen=True)
class Mutant:
    """One change. kind: what was done. line: where. source: the whole file's text with it."""

    path: str
    kind: str
    line: int
    source: str

    def diff(self, original: str) -> str:
        """The changed lines, before and after."""
        lines = difflib.unified_diff(original.splitlines(), self.source.splitlines(), lineterm="", n=0)
        return "\n".join(line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---"))


def mutants_of(path: str, source: str, left_alone: frozenset[str] = frozenset()) -> list[Mutant]:
    """Every change to a file. left_alone: names whose values set pace or memory, not results."""
    tree = ast.parse(source)
    found = []
    for node in _nodes(tree, left_alone):
        for kind, changed in _changes(node):
            found.append(Mutant(path, kind, node.lineno, _replaced(source, node, changed)))
    for branch in ast.walk(tree):
        if isinstance(branch, ast.If | ast.While) and not _is_left_alone(branch, left_alone):
            negated = ast.UnaryOp(ast.Not(), branch.test)
            found.append(Mutant(path, "negated condition", branch.lineno, _replaced(source, branch.test, negated)))
    return [one for one in found if one.source != source]


def _nodes(node: ast.AST, left_alone: frozenset[str]) -> Iterator[ast.expr]:
    """Expressions that are worked out when the code runs: no annotations, decorators, docstrings and messages."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params") or isinstance(node, UNSAID):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_left_alone(child, left_alone):
                if isinstance(child, ast.expr):
                    yield child
                yield from _nodes(child, left_alone)


def _is_left_alone(node: ast.AST, names: frozenset[str]) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else []
    named = any(isinstance(part, ast.Name) and part.id in names for target in targets for part in ast.walk(target))
    return named or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")


def _changes(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """(what was done, the changed expression) for each way to change this one expression, its parts left as they are."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            yield "comparison", _with(node, ops=_put(node.ops, place, COMPARED[type(operator)]()))
    elif isinstance(node, ast.BinOp) and type(node.op) in REACHED:
        yield "arithmetic", _with(node, op=REACHED[type(node.op)]())
    elif isinstance(node, ast.UnaryOp):
        yield "removed sign or not", node.operand
    elif isinstance(node, ast.BoolOp):
        yield "and, or", _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.IfExp):
        yield "negated condition", _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.Constant):
        yield from (("constant", ast.Constant(value)) for value in _near(node.value))
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        yield from (("slice", _with(node, slice=slice_)) for slice_ in _near_slices(node.slice))
    elif isinstance(node, ast.Call):
        for place in (n for n, keyword in enumerate(node.keywords) if ast.unparse(keyword) not in DEFAULTS):
            yield "dropped argument", _with(node, keywords=node.keywords[:place] + node.keywords[place + 1 :])


def _near(value: object) -> list[float]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    return [value * 2, value / 2] if isinstance(value, float) and value else []


def _near_slices(one: ast.Slice) -> Iterator[ast.Slice]:
    """A slice that begins or ends one further."""
    for name in ("lower", "upper"):
        end = getattr(one, name)
        if end is not None:
            yield _with(one, **{name: ast.BinOp(end, ast.Add(), ast.Constant(1))})
    if one.lower is None:
        yield _with(one, lower=ast.Constant(1))


def _put(values: list, place: int, value: object) -> list:
    return [*values[:place], value, *values[place + 1 :]]


Node = TypeVar("Node", bound=ast.AST)


def _with(node: Node, **fields: object) -> Node:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _replaced(source: str, node: ast.expr, changed: ast.expr) -> str:
    """The file with the expression's text replaced; in brackets, so that it stays one expression."""
    text = source.encode()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    begin, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
    written = ast.unparse(changed)
    return (text[:begin] + (f"({written})").encode() + text[end:]).decode()
