"""The appeals service put together; run by `uvicorn --factory appeals.main:create_app`."""

import sys
from dataclasses import replace

import httpx
from fastapi import FastAPI

from appeals.clients import scanner_for
from appeals.domain.agencies import UnknownAgency
from appeals.domain.errors import (
    CalendarNotNewer,
    CalendarTaken,
    ConflictOfInterest,
    CrimeReported,
    DecisionTooEarly,
    ExtensionTooLong,
    FileInfected,
    FileQuarantined,
    FileTypeMismatch,
    FileTypeNotAllowed,
    ForwardingTooLate,
    GroundNotShown,
    LearnedAtNoSuchTime,
    NoHigherBody,
    NoSuchEarlierAppeal,
    NoSuchPoint,
    NotADirectAddressee,
    NotHeard,
    NothingRemains,
    NotInVocabulary,
    NotYourChannel,
    OnceOnly,
    PenalBody,
    SameAgency,
    TermExpired,
    TooManyFiles,
)
from appeals.permissions import PERMISSIONS
from appeals.queries.keeping import Kept
from appeals.routes import RECEIPTS, ROUTERS
from appeals.routes.calendars import CalendarsHeld
from appeals.settings import Settings
from appeals.sweeps import SWEEPS, scanning, with_calendars
from servicekit.app import Service, create_service
from servicekit.logs import configure_logs
from servicekit.problems import Catalogue, read_kinds
from statute.calendar_changes import DayTwice, DayUnfit, NothingChanges
from statute.calendars import CalendarMissing, Calendars, OutsideCalendar, UnknownCalendar
from statute.procedures import NotAllowedNow
from statute.rules import Undecided, UnknownRuleSet

PROBLEMS = Catalogue(
    read_kinds("appeals", "data/problems.json"),
    {
        CalendarMissing: "calendar-missing",
        CalendarNotNewer: "calendar-not-newer",
        CalendarTaken: "calendar-taken",
        ConflictOfInterest: "conflict-of-interest",
        CrimeReported: "crime-reported",
        DayTwice: "day-twice",
        DayUnfit: "day-unfit",
        DecisionTooEarly: "decision-too-early",
        ExtensionTooLong: "extension-too-long",
        FileInfected: "file-infected",
        FileQuarantined: "file-quarantined",
        FileTypeMismatch: "file-type-mismatch",
        FileTypeNotAllowed: "file-type-not-allowed",
        ForwardingTooLate: "forwarding-too-late",
        GroundNotShown: "ground-not-shown",
        LearnedAtNoSuchTime: "learned-at-no-such-time",
        NoHigherBody: "no-higher-body",
        NoSuchEarlierAppeal: "no-such-earlier-appeal",
        NoSuchPoint: "no-such-point",
        NotADirectAddressee: "not-a-direct-addressee",
        NotAllowedNow: "not-allowed-now",
        NotHeard: "not-heard",
        NotInVocabulary: "not-in-vocabulary",
        NotYourChannel: "not-your-channel",
        NothingChanges: "nothing-changes",
        NothingRemains: "nothing-remains",
        OnceOnly: "once-only",
        OutsideCalendar: "outside-calendar",
        PenalBody: "penal-body",
        SameAgency: "same-agency",
        TermExpired: "term-expired",
        TooManyFiles: "too-many-files",
        Undecided: "undecided",
        UnknownAgency: "unknown-agency",
        UnknownCalendar: "unknown-calendar",
        UnknownRuleSet: "unknown-rules",
    },
)
# Its sweeps need the scanner of files, so one is added when the settings are known.
SERVICE = Service(
    name="appeals",
    title="Ashyq appeals",
    description="Appeals to public bodies: filed, forwarded by competence, answered in time or refused by law.",
    routers=ROUTERS,
    permissions=PERMISSIONS,
    problems=PROBLEMS,
    receipts=RECEIPTS,
    sweeps=SWEEPS,
)


def create_app(settings: Settings | None = None, *, issuer: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """The application, by the settings given; without them it is a process of its own, set up by its environment."""
    if settings is None:
        configure_logs(sys.stderr)
        settings = Settings()
    scanner = scanner_for(settings.clamd_url, local=settings.local)
    calendars = Calendars()
    sweeps = [with_calendars(sweep, calendars) for sweep in (*SWEEPS, scanning(scanner))]
    app = create_service(replace(SERVICE, sweeps=sweeps), settings, issuer=issuer)
    app.state.kept = Kept()
    app.add_middleware(CalendarsHeld, calendars=calendars)
    return app
