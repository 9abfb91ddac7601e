"""The procurement service put together; run by `uvicorn --factory procurement.main:create_app`."""

import sys
from dataclasses import replace

import httpx
from fastapi import FastAPI

from procurement.domain.errors import (
    AbovePlan,
    AdvanceAboveAmount,
    AlreadyComplained,
    AlreadyPlanned,
    BidsClosed,
    BidsNotYetOpen,
    BidWindowTooShort,
    CommentsClosed,
    ComplaintWindowOver,
    ContractStands,
    ContractTooEarly,
    DayOutsideContract,
    Debtor,
    DiscussionMissing,
    DiscussionOpen,
    LessThanAccepted,
    MethodNotAutomatic,
    MoreThanAccepted,
    MoreThanContracted,
    NoRunnerUp,
    NotAppealable,
    NothingChanged,
    PlanItemInUse,
    ProfileAsksMore,
    SignatureAwaited,
    TooManyPlanChanges,
    UnfitRuling,
    UnknownGround,
    UnknownLot,
    UnknownPlanItem,
)
from procurement.permissions import PERMISSIONS
from procurement.queries.sealing import Seal
from procurement.routes import RECEIPTS, routers
from procurement.schemas.ocds.packages import Publication
from procurement.settings import Settings
from procurement.sweeps import sweeps_with
from scorer import UnfitBid, UnfitLot, UnknownProfile
from servicekit.app import Service, create_service
from servicekit.logs import configure_logs
from servicekit.neighbours import Neighbour
from servicekit.problems import Catalogue, read_kinds
from statute.calendars import CalendarMissing
from statute.procedures import NotAllowedNow
from statute.rules import Undecided

PROBLEMS = Catalogue(
    read_kinds("procurement", "data/problems.json"),
    {
        AbovePlan: "above-plan",
        AdvanceAboveAmount: "advance-above-amount",
        DayOutsideContract: "day-outside-contract",
        LessThanAccepted: "less-than-accepted",
        MoreThanAccepted: "more-than-accepted",
        MoreThanContracted: "more-than-contracted",
        AlreadyComplained: "already-complained",
        AlreadyPlanned: "already-planned",
        BidWindowTooShort: "bid-window-too-short",
        BidsClosed: "bids-closed",
        BidsNotYetOpen: "bids-not-yet-open",
        CalendarMissing: "calendar-missing",
        CommentsClosed: "comments-closed",
        ComplaintWindowOver: "complaint-window-over",
        ContractStands: "contract-stands",
        ContractTooEarly: "contract-too-early",
        Debtor: "debtor",
        DiscussionMissing: "discussion-missing",
        DiscussionOpen: "discussion-open",
        MethodNotAutomatic: "method-not-automatic",
        NoRunnerUp: "no-runner-up",
        NotAllowedNow: "not-allowed-now",
        NotAppealable: "not-appealable",
        NothingChanged: "nothing-changed",
        PlanItemInUse: "plan-item-in-use",
        ProfileAsksMore: "profile-asks-more",
        SignatureAwaited: "signature-awaited",
        TooManyPlanChanges: "too-many-plan-changes",
        Undecided: "undecided",
        UnfitBid: "unfit-bid",
        UnfitLot: "unfit-lot",
        UnfitRuling: "unfit-ruling",
        UnknownGround: "unknown-ground",
        UnknownLot: "unknown-lot",
        UnknownPlanItem: "unknown-plan-item",
        UnknownProfile: "unknown-profile",
    },
)
# Its sweeps need the key that seals bids, so they are added when the settings are known.
SERVICE = Service(
    name="procurement",
    title="Ashyq procurement",
    description="Public procurement: tenders, sealed bids, awards by rule with the reason of every point, contracts.",
    routers=routers,
    permissions=PERMISSIONS,
    problems=PROBLEMS,
    receipts=RECEIPTS,
)


def create_app(
    settings: Settings | None = None,
    *,
    issuer: httpx.AsyncBaseTransport | None = None,
    registry: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """The application, by the settings given; without them it is a process of its own, set up by its environment.

    `issuer` and `registry` are the ways to these two when they are not the network.
    """
    if settings is None:
        configure_logs(sys.stderr)
        settings = Settings()
    seal = Seal(settings.sealing_key)
    service = replace(SERVICE, sweeps=sweeps_with(seal))
    neighbours = {"registry": Neighbour(settings.registry_url, registry)}
    app = create_service(service, settings, issuer=issuer, neighbours=neighbours)
    app.state.seal = seal
    app.state.publication = Publication(settings.ocid_prefix, settings.public_url, settings.publisher)
    return app
