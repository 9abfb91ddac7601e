"""The text of a draft, clause by clause: what a clause is, what a new version did to it, and where comments stand.

A clause is known by its id, never by its place or its words, so nothing about it has to be guessed.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any, TypeAlias

from legal_acts.domain.errors import LanguageMissing, RepeatedClause, UnknownClause

# Words by language; a language without words has no key.
Wording: TypeAlias = Mapping[str, str]
CLAUSE_ID = re.compile(r"[a-z][a-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Clause:
    """A piece of the text that can be commented on by itself: `number` is how the text calls it, as `3.1`."""

    id: str
    number: str
    heading: Wording | None
    text: Wording

    def says_the_same_as(self, other: "Clause") -> bool:
        return self.text == other.text and self.heading == other.heading


class Change(StrEnum):
    """What a version did to a clause of another. `moved` has the same words under another number."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MOVED = "moved"
    NEW = "new"
    REMOVED = "removed"


class Carried(StrEnum):
    """How a comment on a clause stands in a later version."""

    EXACT = "exact"
    CHANGED = "changed"
    MOVED = "moved"
    ORPHANED = "orphaned"


@dataclass(frozen=True)
class Difference:
    """One clause in two versions; None is where it does not stand."""

    id: str
    change: Change
    old: Clause | None
    new: Clause | None


def compose(
    given: Sequence[Mapping[str, Any]], languages: Sequence[str], *, known: Collection[str] | None
) -> tuple[Clause, ...]:
    """The clauses of a version as the drafter gives them, each with its id.

    Args:
        given: `id` (or None for a clause that is new), `number`, `heading` (or None) and `text` of each.
        languages: in which each clause must have its words.
        known: every id that the draft has had; None for the first version, whose drafter may choose ids.

    Raises:
        UnknownClause: an id is given that the draft never had.
        RepeatedClause: two clauses have the same id.
        LanguageMissing: a clause lacks its words in one of the languages.
    """
    taken = {each["id"] for each in given if each["id"] is not None}
    fresh = _fresh_ids(taken | set(known or ()))
    clauses: list[Clause] = []
    seen: set[str] = set()
    for place, each in enumerate(given):
        chosen = each["id"]
        if chosen is not None and known is not None and chosen not in known:
            raise UnknownClause(chosen)
        clause = Clause(chosen or next(fresh), each["number"], each["heading"], each["text"])
        if clause.id in seen:
            raise RepeatedClause(clause.id)
        seen.add(clause.id)
        require_languages(clause.text, languages, f"/clauses/{place}/text")
        clauses.append(clause)
    return tuple(clauses)


def require_languages(words: Wording, languages: Sequence[str], pointer: str) -> None:
    """Hold words to the declared languages of a draft; `pointer` is where they stand in the request.

    Raises:
        LanguageMissing: one of the languages is not there.
    """
    for language in languages:
        if language not in words:
            raise LanguageMissing(language=language, pointer=pointer)


def compare(old: Sequence[Clause], new: Sequence[Clause]) -> tuple[Difference, ...]:
    """Every clause of two versions: those of the new one in its order, then the removed ones in theirs."""
    before, after = _by_id(old), _by_id(new)
    kept = tuple(_difference(each.id, before.get(each.id), each) for each in new)
    removed = tuple(_difference(each.id, each, None) for each in old if each.id not in after)
    return kept + removed


def carry(clause: str, then: Sequence[Clause], now: Sequence[Clause]) -> Carried:
    """How a comment on a clause, made on the version `then`, stands in the version `now`.

    Raises:
        UnknownClause: the clause was not in the text that was commented on.
    """
    before = _by_id(then).get(clause)
    if before is None:
        raise UnknownClause(clause)
    return _CARRIED[_difference(clause, before, _by_id(now).get(clause)).change]


def change_of(clause: str, then: Sequence[Clause], now: Sequence[Clause]) -> Change:
    """What became of a clause that an answer cites: whether the text did change as the answer says.

    One that stands in neither version came between them and was taken out again, so it is removed.
    """
    before, after = _by_id(then).get(clause), _by_id(now).get(clause)
    return Change.REMOVED if after is None else _difference(clause, before, after).change


def require_clause(clause: str, clauses: Sequence[Clause]) -> None:
    """Raises UnknownClause unless the text has the clause."""
    if clause not in _by_id(clauses):
        raise UnknownClause(clause)


def digest(clauses: Sequence[Clause]) -> str:
    """SHA-256 of a text, by which anyone can prove that this was what stood for discussion.

    Over the clauses as JSON with sorted keys and no spaces, which for text alone is the canonical form of RFC 8785
    (keys are plain ASCII here).
    """
    canonical = json.dumps(as_json(clauses), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def as_json(clauses: Sequence[Clause]) -> list[dict[str, Any]]:
    """Clauses in plain values, as they are stored and shown."""
    return [
        {
            "id": each.id,
            "number": each.number,
            "heading": None if each.heading is None else dict(each.heading),
            "text": dict(each.text),
        }
        for each in clauses
    ]


def from_json(rows: Sequence[Mapping[str, Any]]) -> tuple[Clause, ...]:
    """Clauses as they were stored."""
    return tuple(Clause(**row) for row in rows)


_CARRIED = {
    Change.UNCHANGED: Carried.EXACT,
    Change.CHANGED: Carried.CHANGED,
    Change.MOVED: Carried.MOVED,
    Change.REMOVED: Carried.ORPHANED,
}


def _difference(clause: str, old: Clause | None, new: Clause | None) -> Difference:
    if old is None:
        return Difference(clause, Change.NEW, old, new)
    if new is None:
        return Difference(clause, Change.REMOVED, old, new)
    if not old.says_the_same_as(new):
        return Difference(clause, Change.CHANGED, old, new)
    return Difference(clause, Change.UNCHANGED if old.number == new.number else Change.MOVED, old, new)


def _by_id(clauses: Sequence[Clause]) -> dict[str, Clause]:
    return {each.id: each for each in clauses}


def _fresh_ids(taken: Collection[str]) -> Iterator[str]:
    return (name for name in (f"c{n}" for n in count(1)) if name not in taken)
