"""A file on its way into an appeal, and what is found in it there.

While a file comes, its pieces are put down one by one, each by itself, and belong to nothing yet: a sender may be slow,
and no transaction waits for one. The act of attaching is then one transaction, with its journal entry. What was never
finished is forgotten.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import (
    DateTime,
    Integer,
    Interval,
    LargeBinary,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from uuid_utils.compat import uuid7

from appeals.clients import NotScanned, Scanner, ScannerAway
from appeals.commands.taking import applicant_of, begin
from appeals.domain.appeal import Action
from appeals.domain.attachments import MOST, Sniffer, State, require_agreement
from appeals.domain.errors import TooManyFiles
from appeals.notices import KIND, notices_of
from appeals.permissions import OWN, relation_to
from appeals.queries import read_appeal
from appeals.queries.attachments import content_of, how_many_in
from appeals.tables import appeals, attached, attachment_pieces, attachments
from servicekit.database import Database, Query, Reading, Row, Writing
from servicekit.identity import Caller
from servicekit.incoming import IncomingFile
from servicekit.journal import Object, record
from servicekit.notices import notify

_log = structlog.get_logger("attachments")
SCANNED = "appeal.attachment_scanned"
# Longer than any upload lasts that still moves.
_UNFINISHED = timedelta(hours=6)
# Longer than any scan; and how long a file waits on which the scanner came to no verdict.
_ANOTHER_SCAN = timedelta(minutes=10)


async def attach_file(  # noqa: PLR0913 - who, where, what and when, and both ways into the database
    database: Database,
    writing: Writing,
    caller: Caller,
    appeal_id: UUID,
    incoming: IncomingFile,
    *,
    name: str,
    now: datetime,
) -> Row:
    """Receive a file, and attach it to an appeal; it is shown to nobody before it is scanned.

    Raises:
        NotFound, Forbidden, NotAllowedNow: as `begin`, when the file begins to come or when it is there.
        TooManyFiles: the appeal has as many as it may have.
        FileTypeNotAllowed, FileTypeMismatch: it is nothing that may be attached, or not what it is said to be.
    """
    async with database.read() as reading:
        seen = await read_appeal(reading, caller, appeal_id, operation="read_appeal")
        begin(seen.row, caller, Action.ATTACHMENT, now)
        if await how_many_in(reading, appeal_id) >= MOST:
            raise TooManyFiles(MOST)
    received = await _receive(database, appeal_id, incoming, name)
    require_agreement(received.media_type, declared=incoming.declared, name=name)
    return await _attach(writing, caller, appeal_id, received, now)


async def forget_unfinished(writing: Writing, *, limit: int) -> int:
    """Delete files that began to come long ago and never became attachments, with their pieces; how many."""
    return len(await writing.all(_FORGET, patience=_UNFINISHED, limit=limit))


async def oldest_unfinished(reading: Reading) -> timedelta:
    """For how long the oldest of those has been due to be forgotten."""
    found: timedelta | None = await reading.value(_OLDEST_UNFINISHED, patience=_UNFINISHED)
    return found or timedelta()


async def scan_next(database: Database, scanner: Scanner, *, now: datetime) -> int:
    """Have the file scanned that has waited longest, and put on record what was found; 0 when none is left, or can be.

    Of several processes each takes another file; one that dies leaves its file to the next after a while.
    """
    async with database.write() as writing:
        file = await writing.run(_CLAIM, pause=_ANOTHER_SCAN)
    if file is None:
        return 0
    try:
        finding = await scanner.scan(content_of(database, file["id"]))
    except ScannerAway as error:
        _log.warning("files wait for a scanner", reason=str(error))
        async with database.write() as writing:
            await writing.run(_PUT_BACK, id=file["id"])
        return 0
    except NotScanned as error:
        _log.warning("file not scanned", attachment=str(file["id"]), reason=str(error))
        return 1
    async with database.write() as writing:
        await _record_finding(writing, file["id"], finding, now)
    return 1


async def oldest_quarantined(reading: Reading) -> timedelta:
    """For how long the oldest file in quarantine has been there."""
    found: timedelta | None = await reading.value(_OLDEST_QUARANTINED)
    return found or timedelta()


@dataclass(frozen=True, slots=True)
class _Received:
    """A file that is there and belongs to nothing yet."""

    id: UUID
    media_type: str
    size: int
    sha256: bytes | None


async def _receive(database: Database, appeal_id: UUID, incoming: IncomingFile, name: str) -> _Received:
    """Put a file down as it comes."""
    sniffer, attachment_id, n = Sniffer(), uuid7(), 0
    async for piece in incoming.pieces():
        sniffer.take(piece)
        async with database.write() as writing:
            if n == 0:
                await writing.alone(_BEGIN, id=attachment_id, filed_in=appeal_id, name=name)
            await writing.alone(_PIECE, attachment_id=attachment_id, n=n, content=piece)
        n += 1
    return _Received(attachment_id, sniffer.media_type(), incoming.size, await incoming.digest())


async def _attach(writing: Writing, caller: Caller, appeal_id: UUID, received: _Received, now: datetime) -> Row:
    # Its row is locked from here on, so what is asked now of its status and its files holds until the end.
    row = await writing.run(_NEXT_VERSION, appeal=appeal_id)
    assert row is not None  # noqa: S101 - appeals are never deleted
    step = begin(row, caller, Action.ATTACHMENT, now)
    file = await writing.run(_FINISH, **asdict(received), role=step.role, at=now)
    await writing.run(_STAND, appeal=appeal_id, id=received.id)
    if await how_many_in(writing, appeal_id) > MOST:
        raise TooManyFiles(MOST)
    assert file is not None  # noqa: S101 - it was put down by this very request
    record(
        writing,
        step.event,
        Object(KIND, appeal_id, row["version"]),
        at=now,
        role=step.role,
        public={"agency": row["agency"], "sha256": file["sha256"].hex(), "size": file["size"]},
        private={"attachment": str(received.id), "name": file["name"], "media_type": received.media_type},
        owner=applicant_of(row),
    )
    if relation_to(row, caller) not in OWN:
        await notify(writing, *notices_of(step.event, row), at=now)
    return file


async def _record_finding(writing: Writing, attachment_id: UUID, finding: str | None, now: datetime) -> None:
    state = State.CLEAN if finding is None else State.INFECTED
    file = await writing.run(_SCANNED, id=attachment_id, state=state, finding=finding, at=now)
    if file is None:  # another process was faster
        return
    row = await writing.run(_NEXT_VERSION, appeal=file["filed_in"])
    assert row is not None  # noqa: S101 - appeals are never deleted
    record(
        writing,
        SCANNED,
        Object(KIND, row["id"], row["version"]),
        at=now,
        role="system",
        public={"agency": row["agency"], "sha256": file["sha256"].hex(), "state": state},
        private={"attachment": str(attachment_id), "name": file["name"], "finding": finding},
        owner=applicant_of(row),
    )
    if finding is not None:
        await notify(writing, *notices_of(SCANNED, row), at=now)


_attachment = attachments.c.id == bindparam("id", type_=Uuid)
_quarantined = attachments.c.state == literal_column(f"'{State.QUARANTINED}'")
_receiving = attachments.c.state == literal_column(f"'{State.RECEIVING}'")
_BEGIN = Query(
    insert(attachments).values(
        id=bindparam("id", type_=Uuid),
        filed_in=bindparam("filed_in", type_=Uuid),
        state=State.RECEIVING,
        name=bindparam("name", type_=Text),
    )
)
_PIECE = Query(
    insert(attachment_pieces).values(
        attachment_id=bindparam("attachment_id", type_=Uuid),
        n=bindparam("n", type_=Integer),
        content=bindparam("content", type_=LargeBinary),
    )
)
_NEXT_VERSION = Query(
    update(appeals)
    .where(appeals.c.id == bindparam("appeal", type_=Uuid))
    .values(version=appeals.c.version + 1)
    .returning(*appeals.c)
)
_FINISH = Query(
    update(attachments)
    .where(_attachment, _receiving)
    .values(
        state=State.QUARANTINED,
        media_type=bindparam("media_type", type_=Text),
        size=bindparam("size", type_=Integer),
        sha256=bindparam("sha256", type_=LargeBinary),
        role=bindparam("role", type_=Text),
        attached_at=bindparam("at", type_=DateTime(timezone=True)),
        scan_at=func.now(),
    )
    .returning(*attachments.c)
)
_STAND = Query(
    insert(attached).values(appeal_id=bindparam("appeal", type_=Uuid), attachment_id=bindparam("id", type_=Uuid))
)
_next = (
    select(attachments.c.id)
    .where(_quarantined, attachments.c.scan_at <= func.now())
    .order_by(attachments.c.scan_at)
    .limit(literal_column("1"))
    .with_for_update(skip_locked=True)
    .cte("next")
)
_CLAIM = Query(
    update(attachments)
    .where(attachments.c.id == _next.c.id)
    .values(scan_at=func.now() + bindparam("pause", type_=Interval))
    .returning(*attachments.c)
)
_PUT_BACK = Query(update(attachments).where(_attachment, _quarantined).values(scan_at=func.now()))
_SCANNED = Query(
    update(attachments)
    .where(_attachment, _quarantined)
    .values(
        state=bindparam("state", type_=Text),
        finding=bindparam("finding", type_=Text),
        scanned_at=bindparam("at", type_=DateTime(timezone=True)),
    )
    .returning(*attachments.c)
)
_OLDEST_QUARANTINED = Query(select(func.now() - func.min(attachments.c.began_at)).where(_quarantined))
_unfinished = (_receiving, attachments.c.began_at < func.now() - bindparam("patience", type_=Interval))
_FORGET = Query(
    delete(attachments)
    .where(
        attachments.c.id.in_(
            select(attachments.c.id)
            .where(*_unfinished)
            .limit(bindparam("limit", type_=Integer))
            .with_for_update(skip_locked=True)
        )
    )
    .returning(attachments.c.id)
)
_OLDEST_UNFINISHED = Query(
    select(func.now() - func.min(attachments.c.began_at) - bindparam("patience", type_=Interval)).where(*_unfinished)
)
