"""The sealing of a journal: entries get their final order, the tree over them is signed, and a witness cosigns it.

An entry is sealed when no other can come before it any more (`journal_gate()`), so in one order for everybody. All
that a seal puts down is put down in one transaction: a process that is killed in the midst of it leaves nothing, and
what was signed and not committed was never seen by anybody. Before anything is signed, the witness is asked for the
last checkpoint that it saw: a tree that does not extend it, as after the restoring of an old backup, is not sealed.
"""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import structlog
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from servicekit.base_settings import ServiceSettings
from servicekit.database import Database, Query, Reading, Writing
from servicekit.proofs import complete_nodes, consistency_ranges, hashes_of, root_at
from servicekit.sweeps import TRY_LOCK, lock_number
from servicekit.tables import checkpoints, cosignatures, journal, leaves
from servicekit.witnesses import Witness, WitnessAway, WitnessRefuses, reaching
from verifier.notes import Checkpoint, checkpoint_text, parse_key
from verifier.signing import Signer
from verifier.tree import EMPTY_ROOT

MOST_AT_ONCE = 2000
_log = structlog.get_logger("journal")
_LOCK = lock_number("seal")


class NotSealing(Exception):
    """The journal contradicts what its witness has seen, so nothing is sealed until an operator has looked."""


@dataclass(frozen=True, slots=True)
class _Tip:
    """The last checkpoint that was put down: its tree, whether entries wait behind it, and who cosigned it."""

    size: int
    root: bytes
    note: str | None
    waiting: bool
    cosigned: bool


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint as everybody reads it: a note that is signed and, where there is a witness, cosigned."""

    size: int
    note: str


class Sealer:
    """Seals the journal of a service in its turns; of several processes, one at a time does.

    `refusal` says why nothing is sealed, when that is so.
    """

    def __init__(self, signer: Signer, witness: Witness | None) -> None:
        self.signer = signer
        self.witness = witness
        self.refusal: str | None = None
        self._seen: Checkpoint | None = None
        self._missed = False

    async def run(self, database: Database, _: Mapping[str, httpx.AsyncClient], __: datetime) -> int:
        """Seal some of what waits, and have it cosigned; how many entries."""
        async with database.read() as reading:
            tip = await self._tip(reading)
        # The first turn asks the witness even so: what was restored is to be found out before anybody builds on it.
        if tip.cosigned and not tip.waiting and self._seen is not None:
            return 0
        sealed = 0
        try:
            known = await self._known()
            sealed = await self._seal(database, known)
            await self._have_cosigned(database, known)
        except WitnessAway as error:
            self._miss(str(error))
            return sealed
        except (NotSealing, WitnessRefuses) as error:
            self._refuse(str(error))
            return 0
        self.refusal, self._missed = None, False
        return sealed

    async def waiting(self, reading: Reading, _: datetime) -> timedelta:
        """For how long the oldest entry that is not sealed has waited, by real time."""
        oldest: UUID | None = await reading.value(_OLDEST)
        return timedelta() if oldest is None else max(datetime.now(UTC) - _made_at(oldest), timedelta())

    async def published(self, reading: Reading) -> Published | None:
        """The last checkpoint that is whole; None when there is none yet."""
        if self.witness is None:
            row = await reading.one(_LAST)
        else:
            row = await reading.one(_LAST_COSIGNED, witness=self.witness.key.text)
        return None if row is None else Published(row["size"], row["note"])

    @property
    def keys(self) -> list[str]:
        """The public keys by which a checkpoint is known: the journal's, and its witness's."""
        return [self.signer.key.text, *([] if self.witness is None else [self.witness.key.text])]

    def _refuse(self, reason: str) -> None:
        if self.refusal != reason:
            _log.error("nothing is sealed until an operator has looked", log=self.signer.key.name, reason=reason)
        self.refusal = reason

    def _miss(self, reason: str) -> None:
        if not self._missed:
            _log.warning("the witness is away", log=self.signer.key.name, reason=reason)
        self._missed = True

    async def _known(self) -> Checkpoint | None:
        """What the journal must extend: the witness's last checkpoint; while it is away, what this process saw last."""
        if self.witness is None:
            return self._seen
        try:
            return await self.witness.last_seen(self.signer.key)
        except WitnessAway:
            if self._seen is None:
                raise
            return self._seen

    async def _seal(self, database: Database, known: Checkpoint | None) -> int:
        async with database.write() as writing:
            if not await writing.value(TRY_LOCK, key=_LOCK):
                return 0
            tip = await self._tip(writing)
            await _require_extension(writing, tip, known)
            if tip.note is not None and not tip.waiting:
                self._seen = Checkpoint(self.signer.key.name, tip.size, tip.root)
                return 0
            taken = await writing.one(_TAKE, size=tip.size, limit=MOST_AT_ONCE)
            assert taken is not None  # noqa: S101 - an aggregate is always there
            count: int = taken["count"]
            if tip.note is not None and count == 0:
                return 0
            await complete_nodes(writing, tip.size, tip.size + count)
            made = await self._put_down(writing, tip.size + count, taken["floor"])
        self._seen = made
        return count

    async def _put_down(self, writing: Writing, size: int, floor: int) -> Checkpoint:
        made = Checkpoint(self.signer.key.name, size, await root_at(writing, size))
        text = checkpoint_text(made)
        note = f"{text}\n{self.signer.sign(text)}"
        await writing.run(_PUT_DOWN, size=size, root=made.root, note=note, floor=floor)
        return made

    async def _have_cosigned(self, database: Database, known: Checkpoint | None) -> None:
        """Have the last checkpoint cosigned; what it proves to extend is what the witness has seen."""
        if self.witness is None:
            return
        async with database.read() as reading:
            tip = await self._tip(reading)
            if tip.cosigned or tip.note is None:
                return
            old = 0 if known is None else known.size
            hashes = await hashes_of(reading, consistency_ranges(old, tip.size)) if old < tip.size else []
        line = await self.witness.cosign(tip.note, old, [b64encode(each).decode() for each in hashes])
        async with database.write() as writing:
            await writing.run(_COSIGN, size=tip.size, witness=self.witness.key.text, line=line)

    async def _tip(self, reading: Reading) -> _Tip:
        row = await reading.one(_TIP, witness="" if self.witness is None else self.witness.key.text)
        assert row is not None  # noqa: S101 - a row of scalars is always there
        return _Tip(
            size=row["size"] or 0,
            root=EMPTY_ROOT if row["root"] is None else row["root"],
            note=row["note"],
            waiting=row["waiting"],
            cosigned=row["note"] is not None and (self.witness is None or row["cosigned"]),
        )


@asynccontextmanager
async def open_sealer(settings: ServiceSettings) -> AsyncIterator[Sealer]:
    """What seals the journal that the settings name."""
    signer = Signer.parse(settings.journal_key.get_secret_value())
    if settings.witness_url is None or settings.witness_key is None:
        yield Sealer(signer, None)
        return
    async with reaching(settings.witness_url) as client:
        yield Sealer(signer, Witness(client, parse_key(settings.witness_key)))


async def _require_extension(reading: Reading, tip: _Tip, known: Checkpoint | None) -> None:
    """Hold the tree to what was seen of it.

    Raises:
        NotSealing: it does not extend that.
    """
    if known is None or (known.size, known.root) == (tip.size, tip.root):
        return
    if known.size > tip.size:
        raise NotSealing(f"The journal has {tip.size} sealed entries, and its witness has seen {known.size}.")
    if await root_at(reading, known.size) != known.root:
        raise NotSealing(f"The first {known.size} entries are not those that the witness has seen.")


def _made_at(entry: UUID) -> datetime:
    """The real time in an entry's id, which is a UUIDv7."""
    return datetime.fromtimestamp((entry.int >> 80) / 1000, UTC)


_gate = func.journal_gate().label("gate")
_last = select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)
_cluster = select(func.pg_control_system().table_valued("system_identifier").c.system_identifier).scalar_subquery()
_last_floor = _last.with_only_columns(case((checkpoints.c.cluster == _cluster, checkpoints.c.floor)))
_never: ColumnElement[int] = literal_column("'0'::xid8")
# A floor of another cluster, from which this database was restored, says nothing, nor does one beyond the gate.
_known = select(_gate, _last_floor.scalar_subquery().label("floor")).cte("known")
_bounds = select(
    _known.c.gate,
    func.pg_snapshot_xmax(func.pg_current_snapshot()).label("latest"),
    case((_known.c.floor <= _known.c.gate, _known.c.floor), else_=_never).label("floor"),
).cte("bounds")
_gate_now, _latest, _floor = (select(_bounds.c[name]).scalar_subquery() for name in ("gate", "latest", "floor"))
_order = (journal.c.transaction, journal.c.id)
# Without the offset the planner would look through all leaves: it cannot know how near the floor is. What is visible
# and yet from the future is settled, too: nothing is at work there.
_leaf = select(leaves.c.entry).where(leaves.c.entry == journal.c.id).offset(literal_column("0"))
_unsealed = select(*_order, journal.c.leaf).where(journal.c.transaction >= _floor, ~exists(_leaf)).order_by(*_order)
_settled = _unsealed.where(or_(journal.c.transaction < _gate_now, journal.c.transaction >= _latest))
_next = _settled.limit(bindparam("limit", type_=Integer)).cte("next")
_place = func.row_number().over(order_by=(_next.c.transaction, _next.c.id))
_sealed = (
    insert(leaves)
    .from_select(
        ["index", "transaction", "entry", "hash"],
        select(
            bindparam("size", type_=BigInteger) + _place - literal_column("1"),
            _next.c.transaction,
            _next.c.id,
            _next.c.leaf,
        ),
    )
    .returning(leaves.c.transaction)
    .cte("sealed")
)
_TAKE = Query(
    select(
        func.count().label("count"),
        func.least(func.max(_sealed.c.transaction), select(_bounds.c.gate).scalar_subquery()).label("floor"),
    ).select_from(_sealed)
)
_tip = _last.cte("tip")
_of_tip = {name: select(_tip.c[name]).scalar_subquery().label(name) for name in ("size", "root", "note")}
_TIP = Query(
    select(
        *_of_tip.values(),
        _settled.with_only_columns(journal.c.id).limit(1).scalar_subquery().is_not(None).label("waiting"),
        exists()
        .where(cosignatures.c.size == _tip.c.size, cosignatures.c.witness == bindparam("witness"))
        .label("cosigned"),
    )
)
_OLDEST = Query(_unsealed.with_only_columns(journal.c.id).limit(1))
_LAST = Query(_last.with_only_columns(checkpoints.c.size, checkpoints.c.note))
_LAST_COSIGNED = Query(
    select(checkpoints.c.size, (checkpoints.c.note + cosignatures.c.line).label("note"))
    .join(cosignatures, cosignatures.c.size == checkpoints.c.size)
    .where(cosignatures.c.witness == bindparam("witness"))
    .order_by(checkpoints.c.size.desc())
    .limit(1)
)
_PUT_DOWN = Query(
    insert(checkpoints).values(
        {name: bindparam(name, type_=checkpoints.c[name].type) for name in ("size", "root", "note", "floor")}
        | {"cluster": _cluster}
    )
)
_COSIGN = Query(
    upsert(cosignatures).values({name: bindparam(name) for name in cosignatures.c.keys()}).on_conflict_do_nothing()  # noqa: SIM118
)
