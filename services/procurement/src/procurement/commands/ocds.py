"""What is put down as open data: releases of our own acts, and what auditors import."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import BigInteger, Text, Uuid, bindparam, cast, column, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from uuid_utils.compat import uuid7

from procurement.commands.changing import inserting
from procurement.domain.imports import ForeignAward, Imported, Refusal, awards_in, names_a_person, source_of
from procurement.domain.ocds.parts import OURS, Json
from procurement.permissions import PERMISSIONS
from procurement.queries.compiling import DoesNotMerge, compiled
from procurement.queries.ocds import releases_of
from procurement.tables import awards, parties, processes, release_position, releases
from servicekit.database import Query, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from servicekit.sweeps import lock_number

_LOCK = lock_number("releases")


@dataclass(frozen=True, slots=True)
class _Sent:
    n: int
    content: Json
    digest: bytes

    def refused(self, pointer: str, reason: str, detail: str) -> Refusal:
        return Refusal(self.n, self.content["ocid"], self.content["id"], pointer, reason, detail)


async def publish_releases(writing: Writing, told: Sequence[tuple[int, Json]]) -> None:
    """Put down releases of our own acts, each with the place of the act in the journal."""
    await writing.value(_HOLD, key=_LOCK)
    rows = [_row(content, OURS, _digest(content)) | {"entry": entry} for entry, content in told]
    await _put_down(writing, rows)
    for ocid in dict.fromkeys(str(content["ocid"]) for _, content in told):
        await _compile(writing, ocid, OURS, await releases_of(writing, ocid))


async def import_releases(
    writing: Writing,
    caller: Caller,
    sent: Iterable[tuple[int, Json]],
    *,
    source: str | None,
    ours: str,
    now: datetime,
) -> Imported:
    """Keep releases of another source as they are, and list their awards; one that is known already is one still.

    Args:
        writing: the transaction; all that is sound is kept, whatever else was sent.
        caller: an auditor.
        sent: releases that are valid by themselves, each with its place in what was sent.
        source: what the source is called; the prefix of each ocid if None.
        ours: the prefix of our own ocids, which nobody imports.
        now: legal time.

    Raises:
        Forbidden: the caller is no auditor.
    """
    role = PERMISSIONS.require("import_releases", caller, "", sight="list_releases")
    done = Imported()
    by_process: dict[str, list[_Sent]] = {}
    for n, content in sent:
        each = _Sent(n, content, _digest(content))
        refusal = _unwanted(each, ours)
        if refusal is None:
            by_process.setdefault(content["ocid"], []).append(each)
        else:
            done.refusals.append(refusal)
    await writing.value(_HOLD, key=_LOCK)
    found: list[ForeignAward] = []
    for ocid, group in by_process.items():
        found += await _keep(writing, ocid, group, source or source_of(ocid), done)
    await _list_awards(writing, found)
    done.awards = len(found)
    done.refusals.sort(key=lambda each: each.n)
    if done.kept:
        public = {"releases": done.kept, "source": source, "ocids": len(by_process)}
        record(writing, "releases.imported", Object("import", uuid7(), 1), at=now, role=role, public=public)
    return done


def _unwanted(sent: _Sent, ours: str) -> Refusal | None:
    if str(sent.content["ocid"]).startswith(f"{ours}-"):
        return sent.refused("/ocid", "ours", "a process of this house is not imported into it")
    pointer = names_a_person(sent.content)
    if pointer is not None:
        return sent.refused(pointer, "person", "the number of a natural person is not published")
    return None


async def _keep(writing: Writing, ocid: str, group: Sequence[_Sent], source: str, done: Imported) -> list[ForeignAward]:
    """Keep the releases of one process that are new, and give its awards as they stand then."""
    digests = {row["id"]: row["digest"] for row in await writing.all(_DIGESTS, ocid=ocid)}
    contents = await releases_of(writing, ocid)
    whole = None
    new: list[Json] = []
    for each in group:
        known = digests.get(each.content["id"])
        if known is not None:
            done.known += known == each.digest
            if known != each.digest:
                done.refusals.append(each.refused("/id", "other-content", "a release with this id says other things"))
            continue
        try:
            whole = compiled([*contents, each.content])
        except DoesNotMerge as error:
            done.refusals.append(each.refused("", "does-not-merge", str(error)))
            continue
        digests[each.content["id"]] = each.digest
        contents.append(each.content)
        new.append(_row(each.content, source, each.digest))
    if not new:
        return []
    done.kept += len(new)
    await _put_down(writing, new)
    whole = await _compile(writing, ocid, source, contents)
    return list(awards_in(whole, source))


async def _put_down(writing: Writing, rows: Sequence[dict[str, Any]]) -> None:
    positions = await writing.all(_POSITIONS, count=len(rows))
    numbered = [row | {"position": place["position"]} for row, place in zip(rows, positions, strict=True)]
    await writing.run(_PUT_DOWN, rows=numbered)


async def _compile(writing: Writing, ocid: str, source: str, contents: list[Json]) -> Json:
    whole = compiled(contents)
    await writing.run(_COMPILE, ocid=ocid, source=source, compiled=whole)
    return whole


async def _list_awards(writing: Writing, found: Sequence[ForeignAward]) -> None:
    """List awards with their suppliers; one that was listed is listed anew."""
    if not found:
        return
    suppliers = {each.supplier[:2]: each.supplier[2] for each in found}
    sent = [
        {"id": str(uuid7()), "scheme": scheme, "number": number, "name": name}
        for (scheme, number), name in suppliers.items()
    ]
    await writing.run(_ADD_PARTIES, rows=sent)
    ids = {(row["scheme"], row["number"]): row["id"] for row in await writing.all(_PARTIES, rows=sent)}
    rows = {
        each.row["id"]: each.row
        | {
            "supplier": str(ids[each.supplier[:2]]),
            "supplier_scheme": each.supplier[0],
            "supplier_number": each.supplier[1],
            "supplier_name": each.supplier[2],
            "words": each.words,
        }
        for each in found
    }
    await writing.run(_LIST, rows=[{name: _plain(value) for name, value in row.items()} for row in rows.values()])


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


def _row(content: Json, source: str, digest: bytes) -> dict[str, Any]:
    buyer: Mapping[str, Any] = content.get("buyer") or {}
    return {
        "ocid": content["ocid"],
        "id": content["id"],
        "date": content["date"],
        "source": source,
        "buyer": None if buyer.get("id") is None else str(buyer["id"]),
        "entry": None,
        "digest": f"\\x{digest.hex()}",
        "content": content,
    }


def _digest(content: Json) -> bytes:
    """What tells whether two releases say the same: the hash of their JSON with sorted names."""
    return hashlib.sha256(to_json(_sorted(content))).digest()


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_sorted(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


_HOLD = Query(select(cast(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger)), Text)))
_POSITIONS = Query(
    select(func.nextval(literal_column(f"'{release_position.name}'")).label("position")).select_from(
        func.generate_series(literal_column("1"), bindparam("count", type_=BigInteger)).alias("n")
    )
)
_PUT_DOWN = inserting(releases)
_DIGESTS = Query(select(releases.c.id, releases.c.digest).where(releases.c.ocid == bindparam("ocid")))
_last = select(func.max(releases.c.position)).where(releases.c.ocid == bindparam("ocid")).scalar_subquery()
_process = insert(processes).values(
    ocid=bindparam("ocid"), source=bindparam("source"), position=_last, compiled=bindparam("compiled", type_=JSONB)
)
_COMPILE = Query(
    _process.on_conflict_do_update(
        index_elements=["ocid"],
        set_={"position": _process.excluded.position, "compiled": _process.excluded.compiled},
    )
)


def _sent_rows(**columns: Any) -> Any:
    sent = func.jsonb_to_recordset(cast(bindparam("rows", type_=JSONB), JSONB))
    named = sent.table_valued(*(column(name, kind) for name, kind in columns.items()))
    return named.render_derived(name="sent", with_types=True)


_sent_parties = _sent_rows(id=Uuid, scheme=Text, number=Text, name=Text)
_ADD_PARTIES = Query(
    insert(parties)
    .from_select(["id", "scheme", "number", "name"], select(*_sent_parties.c))
    .on_conflict_do_nothing(constraint="parties_number")
)
_PARTIES = Query(
    select(parties.c.id, parties.c.scheme, parties.c.number).join(
        _sent_parties,
        (parties.c.scheme == _sent_parties.c.scheme) & (parties.c.number == _sent_parties.c.number),
    )
)
_LISTED = (
    *("id", "version", "source", "ocid", "status", "method", "region", "buyer_scheme", "buyer", "buyer_name"),
    *("supplier", "supplier_scheme", "supplier_number", "supplier_name", "item_code", "item_name"),
    *("amount", "currency", "allocated", "awarded_at", "awarded_on"),
)
_sent_awards = _sent_rows(**{name: awards.c[name].type for name in _LISTED}, words=Text)
_listing = insert(awards).from_select(
    [*_LISTED, "words", "synthetic"],
    select(
        *(_sent_awards.c[name] for name in _LISTED),
        func.to_tsvector(literal_column("'simple'::regconfig"), _sent_awards.c.words),
        literal_column("false"),
    ),
)
_LIST = Query(
    _listing.on_conflict_do_update(
        index_elements=["id"],
        set_={
            "version": awards.c.version + 1,
            **{name: _listing.excluded[name] for name in (*_LISTED[2:], "words")},
        },
    )
)
