"""The legal-acts service put together; run by `uvicorn --factory legal_acts.main:create_app`."""

import sys

import httpx
from fastapi import FastAPI

from legal_acts.domain.errors import (
    AgencyUnknown,
    AnsweredAlready,
    DiscussionOver,
    DiscussionTooShort,
    LanguageMissing,
    ModeratedAlready,
    RepeatedClause,
    Unanswered,
    UnknownClause,
    UnknownType,
)
from legal_acts.permissions import PERMISSIONS
from legal_acts.routes import RECEIPTS, ROUTERS
from legal_acts.settings import Settings
from legal_acts.sweeps import SWEEPS
from servicekit.app import Service, create_service
from servicekit.logs import configure_logs
from servicekit.problems import Catalogue, read_kinds
from statute.calendars import CalendarMissing
from statute.procedures import NotAllowedNow

PROBLEMS = Catalogue(
    read_kinds("legal_acts", "data/problems.json"),
    {
        AgencyUnknown: "agency-unknown",
        AnsweredAlready: "answered-already",
        CalendarMissing: "calendar-missing",
        DiscussionOver: "discussion-over",
        DiscussionTooShort: "discussion-too-short",
        LanguageMissing: "language-missing",
        ModeratedAlready: "moderated-already",
        NotAllowedNow: "not-allowed-now",
        RepeatedClause: "repeated-clause",
        Unanswered: "unanswered",
        UnknownClause: "unknown-clause",
        UnknownType: "unknown-type",
    },
)
SERVICE = Service(
    name="legal-acts",
    title="Ashyq legal acts",
    description="Draft acts before the public: discussed clause by clause, answered in time, reported on.",
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
    return create_service(SERVICE, settings, issuer=issuer)
