"""Small wrong changes of a module's source, one at a time; a good test suite notices each."""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor"}
_TEXT_ONLY = frozenset({"description", "text", "detail"})
"""Keyword arguments that are read by people only."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong change."""

    number: int
    line: int
    before: str
    after: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"#{self.number} line {self.line}: {self.before}  ->  {self.after}"


def mutants(source: str) -> Iterator[Mutant]:
    """Yield each mutant of a module; the order depends on the source alone."""
    original = ast.parse(source)
    nodes = list(_visited(original))
    number = 0
    for at, node in enumerate(nodes):
        for way in range(len(list(_ways(deepcopy(node))))):
            tree = deepcopy(original)
            twin = list(_visited(tree))[at]
            replacement = list(_ways(twin))[way]
            mutated = ast.fix_missing_locations(_Replaced(twin, replacement).visit(tree))
            number += 1
            yield Mutant(number, node.lineno, _shown(node), _shown(replacement), mutated)


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old = old
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self._old:
            return ast.copy_location(self._new, node)
        return self.generic_visit(node)


def _visited(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that may be changed: not annotations, decorators, docstrings and words for people."""
    if isinstance(node, ast.stmt | ast.expr):
        yield node
    for name, value in ast.iter_fields(node):
        if isinstance(node, ast.Raise) or name in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_left_alone(child):
                yield from _visited(child)


def _is_left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.JoinedStr() | ast.Assert():
            return True
        case ast.Expr(value=ast.Constant()) | ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.keyword(arg=name):
            return name in _TEXT_ONLY
    return False


def _ways(node: ast.AST) -> Iterator[ast.AST]:
    """The wrong changes of one node."""
    changes = _CHANGES.get(type(node))
    return iter(()) if changes is None else changes(node)


def _of_comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for at, op in enumerate(node.ops):
        ops = [*node.ops[:at], _COMPARISONS[type(op)](), *node.ops[at + 1 :]]
        yield ast.Compare(left=node.left, ops=ops, comparators=node.comparators)


def _of_arithmetic(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in _ARITHMETIC:
        yield ast.BinOp(left=node.left, op=_ARITHMETIC[type(node.op)](), right=node.right)


def _of_and_or(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(op=ast.Or() if isinstance(node.op, ast.And) else ast.And(), values=node.values)


def _of_sign(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not | ast.USub):
        yield node.operand


def _of_constant(node: ast.Constant) -> Iterator[ast.AST]:
    match node.value:
        case bool() as value:
            yield ast.Constant(value=not value)
        case int() | float() as value:
            yield ast.Constant(value=value + 1)
        case str() as value:
            yield ast.Constant(value=_other_text(value))


def _of_name(node: ast.Name) -> Iterator[ast.AST]:
    if node.id in _NAMES and isinstance(node.ctx, ast.Load):
        yield ast.Name(id=_NAMES[node.id], ctx=ast.Load())


def _of_set(node: ast.Set) -> Iterator[ast.AST]:
    for at in range(len(node.elts) if len(node.elts) > 1 else 0):
        yield ast.Set(elts=node.elts[:at] + node.elts[at + 1 :])


def _of_choice(node: ast.IfExp) -> Iterator[ast.AST]:
    yield ast.IfExp(test=node.test, body=node.orelse, orelse=node.body)


def _of_condition(node: ast.If) -> Iterator[ast.AST]:
    if isinstance(node.test, ast.Name | ast.Attribute | ast.Call):
        negated = ast.UnaryOp(op=ast.Not(), operand=node.test)
        yield ast.If(test=negated, body=node.body, orelse=node.orelse)


def _of_return(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is not None and not _is_none(node.value):
        yield ast.Return(value=ast.Constant(value=None))


def _of_addition(node: ast.AugAssign) -> Iterator[ast.AST]:
    if type(node.op) in _ARITHMETIC:
        yield ast.AugAssign(target=node.target, op=_ARITHMETIC[type(node.op)](), value=node.value)


def _of_assignment(node: ast.Assign) -> Iterator[ast.AST]:
    if isinstance(node.targets[0], ast.Attribute | ast.Subscript):
        yield ast.Pass()


def _of_call(node: ast.Expr) -> Iterator[ast.AST]:
    if isinstance(node.value, ast.Call):
        yield ast.Pass()


_CHANGES: dict[type[ast.AST], Callable[..., Iterator[ast.AST]]] = {
    ast.Compare: _of_comparison,
    ast.BinOp: _of_arithmetic,
    ast.BoolOp: _of_and_or,
    ast.UnaryOp: _of_sign,
    ast.Constant: _of_constant,
    ast.Name: _of_name,
    ast.Set: _of_set,
    ast.IfExp: _of_choice,
    ast.If: _of_condition,
    ast.Return: _of_return,
    ast.AugAssign: _of_addition,
    ast.Assign: _of_assignment,
    ast.Expr: _of_call,
    ast.Raise: lambda _node: iter((ast.Pass(),)),
    ast.Continue: lambda _node: iter((ast.Break(),)),
    ast.Break: lambda _node: iter((ast.Continue(),)),
}


def _other_text(text: str) -> str:
    try:
        return str(Decimal(text) + 1)
    except InvalidOperation:
        return f"{text}~"


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _shown(node: ast.AST) -> str:
    """The first line of a node's source."""
    text = ast.unparse(ast.fix_missing_locations(node)).splitlines()
    return text[0] if text else ""
