"""A release of OCDS 1.1.5: what an official act said of a contracting process, or all that was said (compiled)."""

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr

from procurement.schemas.ocds.parts import (
    Amendment,
    Category,
    Classification,
    Currency,
    Distinct,
    Document,
    Item,
    Milestone,
    Moment,
    Name,
    Number,
    Organization,
    OrganizationReference,
    Part,
    Period,
    RelatedProcess,
    Some,
    TenderStatus,
    Text,
    There,
    Uri,
    Value,
    Words,
)

Tag = Literal[
    "planning",
    "planningUpdate",
    "tender",
    "tenderAmendment",
    "tenderUpdate",
    "tenderCancellation",
    "award",
    "awardUpdate",
    "awardCancellation",
    "contract",
    "contractUpdate",
    "contractAmendment",
    "implementation",
    "implementationUpdate",
    "contractTermination",
    "compiled",
]
References = Annotated[list[OrganizationReference], Distinct, There]
Documents = Annotated[list[Document], Distinct, There]
Amendments = Annotated[list[Amendment], There]


class Budget(Part):
    """Where the money comes from."""

    id: StrictStr | StrictInt | None = None
    description: Text = None
    amount: Annotated[Value, There] = Value()
    project: Text = None
    projectID: StrictStr | StrictInt | None = None
    uri: Uri | None = None
    source: Uri | None = None


class Planning(Part):
    """What the process was planned as."""

    rationale: Text = None
    budget: Annotated[Budget, There] = Budget()
    documents: Annotated[list[Document], There] = []
    milestones: Annotated[list[Milestone], There] = []


class Requirement(Part):
    """What is required."""

    id: Words
    title: Words | None = None
    description: Words | None = None
    dataType: Literal["string", "date-time", "number", "integer", "boolean"] | None = None
    pattern: Words | None = None
    expectedValue: Words | StrictBool | Number | None = None
    minValue: Number | None = None
    maxValue: Number | None = None
    period: Annotated[Period, There] = Period()


class RequirementGroup(Part):
    """Requirements that are met together."""

    id: Words
    description: Words | None = None
    requirements: Annotated[list[Requirement], Some, Distinct, There] = []


class Criterion(Part):
    """By what bids are admitted or scored."""

    id: Name
    title: Words | None = None
    description: Words | None = None
    relatesToTenderer: StrictBool | None = None
    relatedItem: Words | None = None
    relatedLots: Annotated[list[Words], Some, Distinct] | None = None
    requirementGroups: Annotated[list[RequirementGroup], Some, Distinct, There] = []


class SimpleIdentifier(Part):
    """A number in some list."""

    scheme: Words | None = None
    id: Words | None = None


Identifiers = Annotated[list[SimpleIdentifier], Some, Distinct, There]


class Lot(Part):
    """A part of a tender that is awarded by itself."""

    id: StrictStr
    identifiers: Identifiers = []
    title: Text = None
    description: Text = None
    status: TenderStatus | None = None
    value: Annotated[Value, There] = Value()
    minimumValue: Annotated[Value, There] = Value()
    tenderPeriod: Annotated[Period, There] = Period()
    contractPeriod: Annotated[Period, There] = Period()
    enquiryPeriod: Annotated[Period, There] = Period()
    buyer: Annotated[OrganizationReference, There] = OrganizationReference()
    additionalClassifications: Annotated[list[Classification], Some, Distinct, There] = []
    mainProcurementCategory: Category | None = None
    additionalProcurementCategories: Annotated[list[Words], Some, Distinct] | None = None
    milestones: Annotated[list[Milestone], Some, Distinct, There] = []
    submissionMethodDetails: Words | None = None


class LotGroup(Part):
    """Lots that can be bid for together."""

    id: StrictStr
    identifiers: Identifiers = []
    title: Words | None = None
    description: Words | None = None
    relatedLots: list[StrictStr] | None = None
    optionToCombine: StrictBool | None = None
    maximumValue: Annotated[Value, There] = Value()


class LotDetails(Part):
    """How many lots one may bid for and be awarded."""

    maximumLotsBidPerSupplier: StrictInt | None = None
    maximumLotsAwardedPerSupplier: StrictInt | None = None
    awardCriteriaDetails: Text = None


class Enquiry(Part):
    """What was asked or suggested before the publication, and what was answered (our local extension)."""

    id: Words
    date: Moment | None = None
    author: Annotated[OrganizationReference, There] = OrganizationReference()
    title: Text = None
    description: Text = None
    language: Text = None
    answer: Text = None
    dateAnswered: Moment | None = None
    relatedItem: Text = None
    relatedLot: Text = None
    threadID: Text = None


class Tender(Part):
    """What is asked for, of whom, and until when."""

    id: Name
    title: Text = None
    description: Text = None
    status: TenderStatus | None = None
    procuringEntity: Annotated[OrganizationReference, There] = OrganizationReference()
    items: Annotated[list[Item], Distinct, There] = []
    value: Annotated[Value, There] = Value()
    minValue: Annotated[Value, There] = Value()
    procurementMethod: Literal["open", "selective", "limited", "direct"] | None = None
    procurementMethodDetails: Text = None
    procurementMethodRationale: Text = None
    mainProcurementCategory: Category | None = None
    additionalProcurementCategories: list[StrictStr] | None = None
    awardCriteria: Text = None
    awardCriteriaDetails: Text = None
    submissionMethod: list[StrictStr] | None = None
    submissionMethodDetails: Text = None
    tenderPeriod: Annotated[Period, There] = Period()
    enquiryPeriod: Annotated[Period, There] = Period()
    hasEnquiries: StrictBool | None = None
    enquiries: Annotated[list[Enquiry], Distinct, There] = []
    eligibilityCriteria: Text = None
    awardPeriod: Annotated[Period, There] = Period()
    contractPeriod: Annotated[Period, There] = Period()
    numberOfTenderers: StrictInt | None = None
    tenderers: References = []
    documents: Annotated[list[Document], There] = []
    milestones: Annotated[list[Milestone], There] = []
    amendments: Amendments = []
    amendment: Annotated[Amendment, There] = Amendment()
    lots: Annotated[list[Lot], There] = []
    lotGroups: Annotated[list[LotGroup], There] = []
    lotDetails: Annotated[LotDetails, There] = LotDetails()
    criteria: Annotated[list[Criterion], Some, Distinct, There] = []


class RequirementReference(Part):
    """A requirement by its id."""

    id: Words
    title: Words | None = None


class RequirementResponse(Part):
    """What a bid says to a requirement."""

    id: Words
    requirement: RequirementReference
    title: Words | None = None
    description: Words | None = None
    value: Words | StrictBool | Number | None = None
    period: Annotated[Period, There] = Period()


class Bid(Part):
    """What was offered, once it is open."""

    id: StrictStr
    identifiers: Identifiers = []
    submissionType: Literal["expressionOfInterest", "bid"] | None = None
    date: Moment | None = None
    description: Text = None
    status: Literal["invited", "pending", "valid", "disqualified", "withdrawn"] | None = None
    items: Annotated[list[Item], Distinct, There] = []
    tenderers: Annotated[list[OrganizationReference], There] = []
    value: Annotated[Value, There] = Value()
    validityPeriod: Annotated[Period, There] = Period()
    documents: Documents = []
    relatedLots: list[StrictStr] | None = None
    countriesOfOrigin: Annotated[list[StrictStr], Some] | None = None
    hasRank: StrictBool | None = None
    rank: StrictInt | None = None
    variant: StrictBool | None = None
    requirementResponses: Annotated[list[RequirementResponse], Some, Distinct, There] = []


class Statistic(Part):
    """A number about the bids."""

    id: StrictStr
    measure: StrictStr
    value: Number
    date: Moment | None = None
    valueGross: Number | None = None
    currency: Currency | None = None
    notes: Text = None
    relatedLot: Text = None


class Bids(Part):
    """All bids, and numbers about them."""

    statistics: Annotated[list[Statistic], There] = []
    details: Annotated[list[Bid], There] = []


class Award(Part):
    """Who is to supply what, for how much."""

    id: Name
    title: Text = None
    description: Text = None
    status: Literal["pending", "active", "cancelled", "unsuccessful"] | None = None
    date: Moment | None = None
    value: Annotated[Value, There] = Value()
    suppliers: References = []
    items: Annotated[list[Item], Some, Distinct, There] = []
    contractPeriod: Annotated[Period, There] = Period()
    documents: Documents = []
    amendments: Amendments = []
    amendment: Annotated[Amendment, There] = Amendment()
    relatedLots: list[StrictStr] | None = None
    relatedBid: Text = None
    relatedBids: list[StrictStr] | None = None


class Transaction(Part):
    """A payment."""

    id: Name
    source: Uri | None = None
    date: Moment | None = None
    value: Annotated[Value, There] = Value()
    payer: Annotated[OrganizationReference, There] = OrganizationReference()
    payee: Annotated[OrganizationReference, There] = OrganizationReference()
    uri: Uri | None = None
    amount: Annotated[Value, There] = Value()


class Implementation(Part):
    """What became of a contract: payments, and what was delivered when."""

    transactions: Annotated[list[Transaction], Distinct, There] = []
    milestones: Annotated[list[Milestone], Distinct, There] = []
    documents: Documents = []


class Contract(Part):
    """What was agreed after an award."""

    id: Name
    awardID: Name
    title: Text = None
    description: Text = None
    status: Literal["pending", "active", "cancelled", "terminated"] | None = None
    period: Annotated[Period, There] = Period()
    value: Annotated[Value, There] = Value()
    items: Annotated[list[Item], Some, Distinct, There] = []
    dateSigned: Moment | None = None
    documents: Documents = []
    implementation: Annotated[Implementation, There] = Implementation()
    relatedProcesses: Annotated[list[RelatedProcess], Distinct, There] = []
    milestones: Annotated[list[Milestone], There] = []
    amendments: Amendments = []
    amendment: Annotated[Amendment, There] = Amendment()
    relatedBids: list[StrictStr] | None = None


class Release(Part):
    """A release. Which fields it must have is what the standard requires; others may be there, and stay."""

    ocid: Words
    id: Words
    date: Moment
    tag: Annotated[list[Tag], Some]
    initiationType: Literal["tender"]
    language: Text = None
    parties: Annotated[list[Organization], Distinct, There] = []
    buyer: Annotated[OrganizationReference, There] = OrganizationReference()
    planning: Annotated[Planning, There] = Planning()
    tender: Annotated[Tender, There] = Tender(id="-")
    bids: Annotated[Bids, There] = Bids()
    awards: Annotated[list[Award], Distinct, There] = []
    contracts: Annotated[list[Contract], Distinct, There] = []
    relatedProcesses: Annotated[list[RelatedProcess], Distinct, There] = []
    complaints: Annotated[list[dict[str, Any]], There] = Field(default=[], description="Our local extension.")
