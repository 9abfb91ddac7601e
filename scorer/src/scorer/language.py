"""The language of formulas in profiles: a closed part of Python's expressions, in exact numbers, read and never run.

A formula may use whole numbers, texts in quotes, `True`, `False` and `None`; `+ - * /`, one comparison at a time,
`and`, `or`, `not`, `a if b else c`; names, `lot.` and the name of a term, `table[key]`; the functions of `FUNCTIONS`;
and, about all bids that are compared, those of `AMONG`. What is reckoned from a missing value (None) is missing.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from types import MappingProxyType
from typing import Any, Protocol

LONGEST = 600


class MalformedFormula(ValueError):
    """The text is no formula of this language."""


class Scope(Protocol):
    """Where the names of a formula stand for something: one bid of one lot, among others."""

    def named(self, name: str) -> Any:
        """Return a fact, a parameter, a measure, or what the engine knows by this name."""

    def term(self, name: str) -> Any:
        """Return a term of the lot."""

    def among(self, part: "Formula", *, received: bool) -> list[Any]:
        """Return what a formula is for each of the bids that are compared, or for all that were received."""


Compiled = Callable[[Scope], Any]


@dataclass(frozen=True)
class Formula:
    """A formula that was read: its `text`, the `names` it asks for, and whether it asks `among` all bids."""

    text: str
    names: frozenset[str]
    among: bool
    tree: ast.expr = field(compare=False, repr=False)
    value: Compiled = field(compare=False, repr=False)


def read_formula(text: str) -> Formula:
    """Read a formula.

    Raises:
        MalformedFormula: it says what the language does not know, or is longer than `LONGEST` characters.
    """
    if len(text) > LONGEST:
        raise MalformedFormula(f"a formula is a text of at most {LONGEST} characters")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise MalformedFormula(f"no formula: {text}") from None
    return _formula(tree, text)


def _formula(tree: ast.expr, text: str) -> Formula:
    nodes = list(ast.walk(tree))
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    names = {node.id for node in nodes if isinstance(node, ast.Name)} - called - {"lot"}
    terms = {f"lot.{node.attr}" for node in nodes if isinstance(node, ast.Attribute)}
    among = bool(called & AMONG.keys())
    return Formula(text, frozenset(names | terms), among, tree, _compiled(tree))


def _compiled(node: ast.expr) -> Compiled:
    reader = _READERS.get(type(node))
    if reader is None:
        raise MalformedFormula(f"not in this language: {ast.unparse(node)}")
    return reader(node)


def _constant(node: ast.Constant) -> Compiled:
    value = node.value
    if value is not None and type(value) not in {int, str, bool}:
        raise MalformedFormula(f"not a number of this language: {value!r}")
    return lambda _: value


def _name(node: ast.Name) -> Compiled:
    name = node.id
    return lambda scope: scope.named(name)


def _term(node: ast.Attribute) -> Compiled:
    if not (isinstance(node.value, ast.Name) and node.value.id == "lot"):
        raise MalformedFormula(f"only a lot has terms: {ast.unparse(node)}")
    name = node.attr
    return lambda scope: scope.term(name)


def _subscript(node: ast.Subscript) -> Compiled:
    table, key = _compiled(node.value), _compiled(node.slice)
    return lambda scope: table(scope)[key(scope)]


def _arithmetic(node: ast.BinOp) -> Compiled:
    operation = _OPERATIONS.get(type(node.op))
    if operation is None:
        raise MalformedFormula(f"not in this language: {ast.unparse(node)}")
    left, right, known = _compiled(node.left), _compiled(node.right), operation

    def reckoned(scope: Scope) -> Any:
        one, other = left(scope), right(scope)
        return None if one is None or other is None else known(one, other)

    return reckoned


def _unary(node: ast.UnaryOp) -> Compiled:
    operand = _compiled(node.operand)
    if isinstance(node.op, ast.Not):
        return lambda scope: not operand(scope)
    if isinstance(node.op, ast.USub):
        return lambda scope: None if (value := operand(scope)) is None else -value
    raise MalformedFormula(f"not in this language: {ast.unparse(node)}")


def _logic(node: ast.BoolOp) -> Compiled:
    parts = [_compiled(part) for part in node.values]
    whole = all if isinstance(node.op, ast.And) else any
    return lambda scope: whole(part(scope) for part in parts)


def _comparison(node: ast.Compare) -> Compiled:
    compare = _COMPARISONS.get(type(node.ops[0]))
    if compare is None or len(node.ops) > 1:
        raise MalformedFormula(f"one comparison at a time: {ast.unparse(node)}")
    left, right, known = _compiled(node.left), _compiled(node.comparators[0]), compare
    ordered = not isinstance(node.ops[0], ast.Eq | ast.NotEq)

    def compared(scope: Scope) -> bool:
        one, other = left(scope), right(scope)
        return bool(not (ordered and (one is None or other is None)) and known(one, other))

    return compared


def _choice(node: ast.IfExp) -> Compiled:
    test, then, otherwise = _compiled(node.test), _compiled(node.body), _compiled(node.orelse)
    return lambda scope: then(scope) if test(scope) else otherwise(scope)


def _call(node: ast.Call) -> Compiled:
    if not isinstance(node.func, ast.Name) or node.keywords or not node.args:
        raise MalformedFormula(f"not in this language: {ast.unparse(node)}")
    if node.func.id in AMONG:
        return _about_all(node, AMONG[node.func.id], received=node.func.id == "count_received")
    function = FUNCTIONS.get(node.func.id)
    if function is None:
        raise MalformedFormula(f"no function: {node.func.id}")
    arguments, known = [_compiled(argument) for argument in node.args], function
    return lambda scope: known(*(argument(scope) for argument in arguments))


def _about_all(node: ast.Call, together: Callable[[list[Any]], Any], *, received: bool) -> Compiled:
    if len(node.args) != 1:
        raise MalformedFormula(f"of one thing only: {ast.unparse(node)}")
    part = _formula(node.args[0], ast.unparse(node.args[0]))
    return lambda scope: together(scope.among(part, received=received))


def _divided(one: Any, other: Any) -> Fraction:
    return Fraction(one, other)


def _clamp(value: Any, least: Any = 0, most: Any = 1) -> Any:
    return None if value is None else min(max(value, least), most)


def _least(*values: Any) -> Any:
    return None if None in values else min(values)


def _most(*values: Any) -> Any:
    return None if None in values else max(values)


def _mean(*values: Any) -> Fraction:
    """What is missing is left out."""
    known = [value for value in values if value is not None]
    return Fraction(sum(known), len(known)) if known else Fraction()


def _floor(value: Any) -> Any:
    return None if value is None else floor(value)


def _rounded(value: Any, unit: Any) -> Any:
    """Round to a multiple of a unit, a half upwards."""
    return None if value is None else floor(Fraction(value) / unit + Fraction(1, 2)) * unit


def _complete(*figures: tuple[int | None, ...]) -> int:
    """How many years have all the figures."""
    return sum(None not in year for year in zip(*figures, strict=True))


def _total(*figures: tuple[int | None, ...]) -> int:
    """Add up the first figures over the years in which none of them all is missing."""
    return sum(year[0] or 0 for year in zip(*figures, strict=True) if None not in year)


def _sum(mapping: Mapping[str, Any]) -> Any:
    return sum(mapping.values())


def _within(chosen: Mapping[str, Any], most: Mapping[str, Any]) -> bool:
    """Whether the same things are valued, none of them above its most."""
    return chosen.keys() == most.keys() and all(chosen[name] <= most[name] for name in most)


def _tier(tiers: tuple[tuple[int | None, Fraction], ...], size: Any) -> Fraction:
    """Return what holds for a size: the first tier whose bound, itself included, is not exceeded."""
    return next(value for bound, value in tiers if bound is None or size <= bound)


def _by_year(objects: tuple[tuple[int, int], ...], first: tuple[Any, Any], further: tuple[Any, Any], most: Any) -> Any:
    earned: Any = 0
    for main, sub in objects:
        if not main + sub:
            continue
        earned += first[0] if main else first[1]
        rest, left = (main - 1, sub) if main else (0, sub - 1), int(most) - 1
        mains = min(rest[0], left)
        earned += mains * further[0] + min(rest[1], left - mains) * further[1]
    return earned


def _experience(objects: Any, main: Any, sub: Any, more_main: Any, more_sub: Any, most: Any) -> Any:
    """Add up years of objects: the best of a year in full, further ones by less, so many a year at most."""
    return _by_year(objects, (main, sub), (more_main, more_sub), most)


FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "clamp": _clamp,
        "complete": _complete,
        "experience": _experience,
        "floor": _floor,
        "max": _most,
        "mean": _mean,
        "min": _least,
        "rounded": _rounded,
        "sum": _sum,
        "tier": _tier,
        "total": _total,
        "within": _within,
    }
)
AMONG: Mapping[str, Callable[[list[Any]], Any]] = MappingProxyType(
    {
        "count": lambda values: sum(map(bool, values)),
        "count_received": lambda values: sum(map(bool, values)),
        "highest": max,
        "lowest": min,
    }
)
"""What is asked about all bids; `count_received` also about those that are refused."""

_OPERATIONS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divided,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_READERS: Mapping[type[ast.expr], Callable[[Any], Compiled]] = {
    ast.Attribute: _term,
    ast.BinOp: _arithmetic,
    ast.BoolOp: _logic,
    ast.Call: _call,
    ast.Compare: _comparison,
    ast.Constant: _constant,
    ast.IfExp: _choice,
    ast.Name: _name,
    ast.Subscript: _subscript,
    ast.UnaryOp: _unary,
}
