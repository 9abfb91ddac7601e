"""Formulas of a profile read as steps on columns: a row for each bid of a lot, or one for the lot where bids share it.

Tables, tiers, lists and objects are no arithmetic: a formula of these is reckoned by itself (`Exactly`), once for all
lots and bids that agree in what it asks for, when they are laid out.
"""

import ast
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from typing import Any

from scorer.batch import operations
from scorer.batch.approximate import add, choose, divide, multiply, negate, subtract
from scorer.batch.plan import Plan, Program, Step
from scorer.language import AMONG, FUNCTIONS, Formula, read_formula
from scorer.profiles import Profile

COUNTED = frozenset({"money", "whole", "fraction", "flag", "choice"})
"""Kinds of which a column has one value for each bid or lot."""
RECEIVED = "all that were received"
"""The key of a column that is true for every bid; no name of a formula has a space."""


class OffColumns(Exception):
    """A formula that columns cannot tell, so that every lot is left to fractions."""


@dataclass(frozen=True)
class Exactly:
    """A formula that is reckoned by itself. Besides parameters it asks for these `terms` of lots and `facts` of bids.

    Profiles that answer alike what it asks for share its column.
    """

    text: str
    answers: tuple[tuple[str, str], ...]
    profile: Profile = field(compare=False, repr=False)
    formula: Formula = field(compare=False, repr=False)
    terms: tuple[str, ...] = field(compare=False)
    facts: tuple[str, ...] = field(compare=False)


@dataclass(frozen=True)
class Rules:
    """A profile read for columns: programs for what must be true of lots and bids, and for what ranks these.

    `ranking` finds two columns for the profile's own answers, and two for each alternative: by what bids are ranked,
    the less the better, and which are compared. `fewest` says of each, of how many bids one can win.
    """

    keys: tuple[Hashable, ...]
    requirements: Program
    ranking: Program
    fewest: tuple[int, ...]


def read_rules(profile: Profile) -> Rules:
    """Read a profile and its alternatives.

    Raises:
        OffColumns: a formula asks for what no column tells.
    """
    plan, answering = Plan(), (profile, *(other for _, _, other in profile.alternatives))
    reading = _Reading(plan, profile)
    required = [reading.of(requirement.formula.tree) for requirement in profile.requirements]
    ranked = [step for one in answering for step in _ranked(plan, one)]
    fewest = tuple(max(one.fewest, 1) for one in answering)
    return Rules(tuple(plan.keys), plan.leading_to(required), plan.leading_to(ranked), fewest)


def _ranked(plan: Plan, profile: Profile) -> tuple[Any, Step]:
    reading = _Reading(plan, profile)
    for among in (False, True):
        passed = reading.compared
        for bar in profile.refusals.values():
            if bar.formula.among is among:
                passed = plan.step(operations.without, passed, reading.of(bar.formula.tree))
        reading.compare(passed)
    total = reading.of(profile.total.formula.tree)
    return plan.step(negate, total) if profile.total.better == "higher" else total, reading.compared


class _Reading:
    """Formulas of one profile, read while these bids are `compared`: a step, or a constant where none is needed."""

    def __init__(self, plan: Plan, profile: Profile) -> None:
        self._plan, self._profile = plan, profile
        self.compare(plan.column(RECEIVED))

    def compare(self, bids: Step) -> None:
        self.compared = bids
        self._known: dict[str, Any] = {}

    def of(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant):
            return _constant(node.value)
        if self._fixed(node):
            return _constant(read_formula(ast.unparse(node)).value(_Parameters(self._profile)))
        if type(node) not in _READ:
            raise OffColumns(ast.unparse(node))
        return _READ[type(node)](self, node)

    def _fixed(self, node: ast.expr) -> bool:
        """Whether this is the same for every bid: it asks for parameters alone."""
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        return names <= self._profile.parameters.keys() | (FUNCTIONS.keys() - AMONG.keys())

    def name(self, node: ast.Name) -> Any:
        if node.id not in self._known:
            self._known[node.id] = self._reckoned(node.id)
        return self._known[node.id]

    def _reckoned(self, name: str) -> Any:
        profile = self._profile
        if name == "price" or (name in profile.bid and profile.bid[name].kind in COUNTED):
            return self._plan.column(name)
        if name in profile.measures:
            return self.of(profile.measures[name].formula.tree)
        if name == "bids":
            return self._plan.step(operations.count, self.compared, self.compared)
        if name == "earned":
            return self._together(add, [self._points(criterion) for criterion in profile.criteria] or [0])
        raise OffColumns(name)

    def _points(self, name: str) -> Any:
        criterion = self._profile.criteria[name]
        share = self.of(criterion.formula.tree)
        return share if criterion.weight is None else self._plan.step(multiply, self.of(criterion.weight.tree), share)

    def term(self, node: ast.Attribute) -> Any:
        if node.attr != "amount" and self._kind(node) not in COUNTED:
            raise OffColumns(ast.unparse(node))
        return self._plan.column(ast.unparse(node))

    def entry(self, node: ast.Subscript) -> Any:
        """Read an entry of a table; a weight is a column of its own."""
        if self._kind(node.value) == "weights" and isinstance(node.slice, ast.Constant):
            return self._plan.column(ast.unparse(node))
        return self._exactly(node)

    def _kind(self, node: ast.expr) -> str:
        """Return the kind of a term; nothing of anything else."""
        asked = self._profile.lot.get(node.attr) if isinstance(node, ast.Attribute) else None
        return asked.kind if asked else ""

    def arithmetic(self, node: ast.BinOp) -> Any:
        return self._plan.step(_ARITHMETIC[type(node.op)], self.of(node.left), self.of(node.right))

    def unary(self, node: ast.UnaryOp) -> Any:
        return self._plan.step(operations.no if isinstance(node.op, ast.Not) else negate, self.of(node.operand))

    def logic(self, node: ast.BoolOp) -> Any:
        decides = isinstance(node.op, ast.Or)
        parts = [self.of(part) for part in node.values]
        if decides in [part for part in parts if isinstance(part, bool)]:
            return decides
        together = operations.either if decides else operations.both
        steps = [part for part in parts if isinstance(part, Step)]
        return self._together(together, steps or [not decides])

    def _together(self, does: Callable[[Any, Any], Any], parts: list[Any]) -> Any:
        return reduce(lambda one, other: self._plan.step(does, one, other), parts)

    def comparison(self, node: ast.Compare) -> Any:
        one, other = self.of(node.left), self.of(node.comparators[0])
        return self._plan.step(operations.COMPARISONS[type(node.ops[0])], one, other, doubts=True)

    def choice(self, node: ast.IfExp) -> Any:
        test = self.of(node.test)
        if isinstance(test, bool):
            return self.of(node.body if test else node.orelse)
        return self._plan.step(choose, test, self.of(node.body), self.of(node.orelse))

    def call(self, node: ast.Call) -> Any:
        name, given = ast.unparse(node.func), node.args
        if name in operations.YEARS:
            return self._of_years(name, [ast.unparse(one) for one in given])
        if name == "sum" and self._kind(given[0]) == "weights":
            weights = [self._plan.column(f"{ast.unparse(given[0])}[{one!r}]") for one in self._profile.criteria]
            return self._together(add, weights)
        if name in AMONG:
            everybody = self._plan.column(RECEIVED) if name == "count_received" else self.compared
            return self._plan.step(operations.AMONG[name], everybody, self.of(given[0]))
        if name in operations.CALLS:
            does, doubts = operations.CALLS[name]
            return self._plan.step(does, *map(self.of, given), doubts=doubts)
        return self._exactly(node)

    def _of_years(self, name: str, figures: list[str]) -> Step:
        """Years are complete or not whatever the order of their figures, so that formulas share what finds it."""
        if any(one not in self._profile.bid or self._profile.bid[one].kind != "years" for one in figures):
            raise OffColumns(name)
        whole = self._plan.step(operations.whole_years, *map(self._plan.column, sorted(set(figures))))
        return self._plan.step(operations.YEARS[name], whole, self._plan.column(figures[0]))

    def _exactly(self, node: ast.expr) -> Step:
        formula, profile = read_formula(ast.unparse(node)), self._profile
        names = self._asked(formula)
        if formula.among or not names <= _known(profile):
            raise OffColumns(formula.text)
        values = {name: profile.parameters[name].value for name in sorted(names & profile.parameters.keys())}
        answers = tuple((name, value) for name, value in values.items() if isinstance(value, str))
        facts = tuple(sorted(names & {"price", *profile.bid}))
        terms = tuple(sorted(name.removeprefix("lot.") for name in names if name.startswith("lot.")))
        return self._plan.column(Exactly(formula.text, answers, profile, formula, terms, facts))

    def _asked(self, formula: Formula) -> frozenset[str]:
        """Return the names that a formula asks for, through measures, too."""
        measures = [self._profile.measures[name].formula for name in formula.names & self._profile.measures.keys()]
        return formula.names.union(*map(self._asked, measures))


class _Parameters:
    """A scope of parameters alone."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def named(self, name: str) -> Any:
        return self._profile.parameters[name].value

    def term(self, name: str) -> Any:
        raise OffColumns(name)

    def among(self, part: Formula, *, received: bool) -> list[Any]:
        raise OffColumns(part.text, received)


def _known(profile: Profile) -> set[str]:
    terms = {f"lot.{name}" for name in ("amount", *profile.lot)}
    return {"price", *profile.bid, *profile.parameters, *profile.measures} | terms


def _constant(value: Any) -> Any:
    if isinstance(value, Fraction) and value.denominator == 1:
        return int(value)
    if not isinstance(value, int | str | Fraction):
        raise OffColumns(value)
    return value


_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: add,
    ast.Sub: subtract,
    ast.Mult: multiply,
    ast.Div: divide,
}
_READ: Mapping[type[ast.expr], Callable[[_Reading, Any], Any]] = {
    ast.Attribute: _Reading.term,
    ast.BinOp: _Reading.arithmetic,
    ast.BoolOp: _Reading.logic,
    ast.Call: _Reading.call,
    ast.Compare: _Reading.comparison,
    ast.IfExp: _Reading.choice,
    ast.Name: _Reading.name,
    ast.Subscript: _Reading.entry,
    ast.UnaryOp: _Reading.unary,
}
