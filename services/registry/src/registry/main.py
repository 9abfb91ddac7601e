"""The registry put together; run by `uvicorn --factory registry.main:create_app`."""

import sys

import httpx
from fastapi import FastAPI

from registry.domain.errors import (
    BirthDateNeeded,
    GroundMissing,
    NameIncomplete,
    NotOneQuestion,
    OfficeUnknown,
    ReceivedLater,
    RestrictionInForce,
)
from registry.permissions import PERMISSIONS
from registry.routes import RECEIPTS, router
from registry.settings import Settings
from registry.sweeps import SWEEPS
from servicekit.app import Service, create_service
from servicekit.logs import configure_logs
from servicekit.problems import Catalogue, read_kinds
from statute.calendars import CalendarMissing
from statute.procedures import NotAllowedNow
from statute.rules import Undecided

PROBLEMS = Catalogue(
    read_kinds("registry", "data/problems.json"),
    {
        BirthDateNeeded: "birth-date-needed",
        CalendarMissing: "calendar-missing",
        GroundMissing: "ground-missing",
        NameIncomplete: "name-incomplete",
        NotAllowedNow: "not-allowed-now",
        NotOneQuestion: "not-one-question",
        OfficeUnknown: "office-unknown",
        ReceivedLater: "received-later",
        RestrictionInForce: "restriction-in-force",
        Undecided: "undecided",
    },
)
SERVICE = Service(
    name="registry",
    title="Ashyq registry",
    description="Enforcement proceedings, and who is a debtor while one is open.",
    routers=[router],
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
