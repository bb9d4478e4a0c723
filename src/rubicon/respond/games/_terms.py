"""Payoffs as sums of named terms: a small, exact language of numbers, names, + - * / and brackets.

A term names other terms; `expand` writes it out until only assumptions are left, so that a page can say what a
payoff rests on and a map can keep what does not change.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rubicon.errors import OptionError

LONGEST = 400
DEEPEST = 40
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
Node = tuple[Any, ...]
"""("number", Fraction), ("name", text) or (function, left, right)."""


@dataclass(frozen=True)
class Term:
    """An expression over assumptions; `names` are those that it rests on."""

    node: Node
    names: tuple[str, ...]

    def at(self, values: Mapping[str, Any], number: Callable[[Fraction], Any] | None = None) -> Any:
        """Its value; exact for fractions, float or array when the values are such and `number` is float.

        Raises OptionError when a divisor is zero.
        """
        try:
            return _value(self.node, values, number)
        except ZeroDivisionError:
            raise OptionError("a term divides by zero", place=", ".join(self.names)) from None

    def fold(self, values: Mapping[str, Any], free: frozenset[str]) -> Term:
        """The same term with every assumption but the free ones put in, as far as that goes."""
        if not free.intersection(self.names):
            return self if self.node[0] == "number" else constant(self.at(values))
        return Term(_folded(self.node, values, free), tuple(name for name in self.names if name in free))

    def __add__(self, other: Term) -> Term:
        if other.node == ("number", Fraction(0)):
            return self
        return Term((operator.add, self.node, other.node), tuple(sorted({*self.names, *other.names})))


def term(text: str, known: Mapping[str, Term], place: str) -> Term:
    """Read an expression and write it out in assumptions; `known` holds every name that it may use.

    Raises OptionError with the place for an unknown name, another operator, or a text of absurd size.
    """
    if len(text) > LONGEST:
        raise OptionError(f"a term has at most {LONGEST} characters", place=place)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise OptionError("expected numbers, names, + - * / and brackets", place=f"{place}: {text}") from None
    names: set[str] = set()
    node = _read(tree, text.strip(), known, place, names, DEEPEST)
    return Term(node, tuple(sorted(names)))


def assumed(name: str) -> Term:
    """The term that is one assumption."""
    return Term(("name", name), (name,))


def constant(value: Fraction) -> Term:
    """The term that is one number."""
    return Term(("number", value), ())


def _read(
    tree: ast.expr, text: str, known: Mapping[str, Term], place: str, names: set[str], left: int
) -> Node:
    """One node of the tree, names replaced by what they stand for."""
    if not left:
        raise OptionError("too deeply nested", place=place)
    if isinstance(tree, ast.Constant) and type(tree.value) in (int, float):
        return ("number", Fraction(ast.get_source_segment(text, tree) or "0"))
    if isinstance(tree, ast.Name):
        if tree.id not in known:
            raise OptionError(f"unknown name; there are {', '.join(sorted(known))}", place=f"{place}: {tree.id}")  # fmt: skip
        names.update(known[tree.id].names)
        return known[tree.id].node
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        below = _read(tree.operand, text, known, place, names, left - 1)
        return (operator.sub, ("number", Fraction(0)), below)
    if isinstance(tree, ast.BinOp) and type(tree.op) in _OPERATORS:
        first, second = (_read(side, text, known, place, names, left - 1) for side in (tree.left, tree.right))
        return (_OPERATORS[type(tree.op)], first, second)
    raise OptionError("expected numbers, names, + - * / and brackets", place=f"{place}: {text}")


def _value(node: Node, values: Mapping[str, Any], number: Callable[[Fraction], Any] | None) -> Any:
    head = node[0]
    if head == "number":
        return node[1] if number is None else number(node[1])
    if head == "name":
        return values[node[1]]
    return head(_value(node[1], values, number), _value(node[2], values, number))


def _folded(node: Node, values: Mapping[str, Any], free: frozenset[str]) -> Node:
    head = node[0]
    if head == "number":
        return node
    if head == "name":
        return node if node[1] in free else ("number", values[node[1]])
    first, second = (_folded(side, values, free) for side in node[1:])
    if first[0] == second[0] == "number" and (second[1] or head is not operator.truediv):
        return ("number", head(first[1], second[1]))
    return (head, first, second)
