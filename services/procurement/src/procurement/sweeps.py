"""What procurement needs done as time passes: bids opened, lots awarded, awards that become final."""

from collections.abc import Mapping
from datetime import datetime

import httpx
import structlog
from pydantic import ValidationError

from procurement.clients import RegistryRefused, RegistrySilent, debtors_among
from procurement.commands.awards import finish_awards, waiting_to_finish
from procurement.commands.evaluation import Case, award_lots, opened_cases, waiting_for_award
from procurement.commands.flags import flag_populations, flag_processes, waiting_for_populations, waiting_for_processes
from procurement.commands.ocds import publish_releases
from procurement.commands.opening import open_tenders, waiting_to_open
from procurement.commands.prices import check_prices, waiting_to_check
from procurement.commands.revision import revise_awards, waiting_for_revision
from procurement.commands.watching import contracts_to_ask_about, note_debtors, waiting_to_ask
from procurement.domain.evaluation import ProfileChanged
from procurement.domain.ocds import release_of
from procurement.queries.ocds import acts_to_tell, processes_of, waiting_to_publish
from procurement.queries.sealing import Seal
from procurement.schemas.ocds.release import Release
from servicekit.conditional import ChangedMeanwhile
from servicekit.database import Database, Writing
from servicekit.sweeps import Errand, Sweep
from statute.calendars import CalendarMissing
from statute.deadlines import local

_TENDERS_A_BATCH = 20
_AWARDS_A_BATCH = 200
_CONTRACTS_A_BATCH = 200
PRICES_A_BATCH = 2500
_ACTS_A_BATCH = 200
_PROCESSES_A_BATCH = 100
_log = structlog.get_logger("award")


def sweeps_with(seal: Seal) -> tuple[Sweep | Errand, ...]:
    """The periodic work, in the order in which one makes the next possible; `seal` reads the bids."""

    async def open_due(writing: Writing, now: datetime) -> int:
        return await open_tenders(writing, seal, now=now, limit=_TENDERS_A_BATCH)

    return (
        Sweep("open-tenders", open_due, waiting_to_open),
        Errand("award-lots", award_due, waiting_for_award),
        Sweep("revise-awards", _revise_due, waiting_for_revision),
        Sweep("finish-awards", _finish_due, waiting_to_finish),
        Sweep("check-prices", _check_due, waiting_to_check),
        Sweep("publish-releases", _publish_due, waiting_to_publish),
        Sweep("flag-processes", _flag_changed, waiting_for_processes),
        Sweep("flag-populations", _flag_all, waiting_for_populations),
        Errand("watch-debtors", watch_debtors, waiting_to_ask),
    )


async def award_due(database: Database, neighbours: Mapping[str, httpx.AsyncClient], now: datetime) -> int:
    """Award what was opened, as far as the registry says who is a debtor; how many tenders."""
    async with database.read() as reading:
        cases = await opened_cases(reading, limit=_TENDERS_A_BATCH)
    done = 0
    for case in cases:
        try:
            debtors = await debtors_among(neighbours["registry"], case.parties)
        except RegistryRefused:
            _log.error("the registry refuses to say who is a debtor", tender=case.tender["number"])
            continue
        except RegistrySilent:
            _log.warning("the registry is silent", tender=case.tender["number"])
            return done
        done += await _award(database, case, debtors, now)
    return done


async def watch_debtors(database: Database, neighbours: Mapping[str, httpx.AsyncClient], now: datetime) -> int:
    """Ask, once a day, whether the suppliers of live contracts are debtors now; of how many contracts."""
    async with database.read() as reading:
        rows = await contracts_to_ask_about(reading, today=local(now).date(), limit=_CONTRACTS_A_BATCH)
    if not rows:
        return 0
    try:
        debtors = await debtors_among(neighbours["registry"], [(row["scheme"], row["party_number"]) for row in rows])
    except RegistrySilent as error:
        _log.warning("the registry does not say whose debts there are", reason=type(error).__name__)
        return 0
    async with database.write() as writing:
        await note_debtors(writing, rows, debtors, now=now)
    return len(rows)


async def _award(database: Database, case: Case, debtors: frozenset[tuple[str, str]], now: datetime) -> int:
    try:
        async with database.write() as writing:
            await award_lots(writing, case, debtors, now=now)
    except ChangedMeanwhile:
        return 0  # another process was quicker
    except (CalendarMissing, ProfileChanged) as error:
        # It waits for us, and holds up no other.
        _log.error("a tender cannot be awarded", tender=case.tender["number"], reason=type(error).__name__)
        return 0
    return 1


async def _revise_due(writing: Writing, now: datetime) -> int:
    return await revise_awards(writing, now=now, limit=_TENDERS_A_BATCH)


async def _finish_due(writing: Writing, now: datetime) -> int:
    return await finish_awards(writing, now=now, limit=_AWARDS_A_BATCH)


async def _check_due(writing: Writing, now: datetime) -> int:
    return await check_prices(writing, now=now, limit=PRICES_A_BATCH)


async def _publish_due(writing: Writing, _: datetime) -> int:
    """Tell the public of acts that were sealed in the journal; how many.

    A release that is not what the standard says is held back and logged: it is a fault of ours, and not data.
    """
    acts = await acts_to_tell(writing, limit=_ACTS_A_BATCH)
    of_tender = await processes_of(writing, {tender for tender, __ in acts})
    told = []
    for tender, act in acts:
        release = release_of(of_tender[tender], act)
        if release is None:
            continue
        try:
            Release.model_validate(release)
        except ValidationError as error:
            _log.error("a release is not valid", entry=str(act.entry), faults=len(error.errors()))
            continue
        told.append((act.index, release))
    await publish_releases(writing, told)
    return len(told)


async def _flag_changed(writing: Writing, now: datetime) -> int:
    return await flag_processes(writing, now=now, limit=_PROCESSES_A_BATCH)


async def _flag_all(writing: Writing, now: datetime) -> int:
    return await flag_populations(writing, now=now)
