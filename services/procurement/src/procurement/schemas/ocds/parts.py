"""What OCDS releases are made of. Unknown fields are extensions and stay; what the standard says of a field, holds.

The rules are those of the release schema 1.1.5 and of the extensions for lots, bids and requirements, of which a test
makes sure. A value is checked, never changed: what is kept or sent is what came.
"""

import json
import re
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr

from procurement.schemas.ocds.currencies import CURRENCIES

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]*")


def _is_date_time(text: str) -> str:
    if not _DATE_TIME.fullmatch(text):
        raise ValueError("not a date-time of RFC 3339")
    datetime.fromisoformat(text.upper())
    return text


def _is_uri(text: str) -> str:
    if not _URI.fullmatch(text):
        raise ValueError("not a URI")
    return text


def _is_currency(text: str) -> str:
    if text not in CURRENCIES:
        raise ValueError("not a currency of ISO 4217")
    return text


def _is_number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")  # noqa: TRY004 - a TypeError would not be told
    return value


def _none_twice(values: list[Any]) -> list[Any]:
    seen = [json.dumps(value, sort_keys=True, default=_plain) for value in values]
    if len(set(seen)) < len(seen):
        raise ValueError("the same twice")
    return values


def _plain(model: BaseModel) -> Any:
    return model.model_dump(exclude_unset=True)


Text: TypeAlias = StrictStr | None
Words: TypeAlias = Annotated[StrictStr, Field(min_length=1)]
Name: TypeAlias = Words | StrictInt
Moment: TypeAlias = Annotated[StrictStr, AfterValidator(_is_date_time)]
Uri: TypeAlias = Annotated[StrictStr, AfterValidator(_is_uri)]
Number: TypeAlias = Annotated[Any, BeforeValidator(_is_number)]
Currency: TypeAlias = Annotated[StrictStr, AfterValidator(_is_currency)]
Distinct = AfterValidator(_none_twice)
Some = Field(min_length=1)
Category: TypeAlias = Literal["goods", "works", "services"]
TenderStatus: TypeAlias = Literal["planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn"]


def _say_no_wrong_defaults(schema: dict[str, Any]) -> None:
    # A list that may be absent but not empty is empty here when it is absent, which its description must not say.
    for described in schema.get("properties", {}).values():
        if described.get("minItems") and described.get("default") == []:
            del described["default"]


class Part(BaseModel):
    """An object of OCDS. A list or an object that is there is never null; a plain value may be."""

    model_config = ConfigDict(extra="allow", frozen=True, json_schema_extra=_say_no_wrong_defaults)


def _not_null(value: Any) -> Any:
    if value is None:
        raise ValueError("null where an object or a list is due")
    return value


# A field that may be absent, but is not null when it is there.
There = BeforeValidator(_not_null)


class Value(Part):
    """A sum of money."""

    amount: Number | None = None
    currency: Currency | None = None


class Period(Part):
    """A span of time."""

    startDate: Moment | None = None
    endDate: Moment | None = None
    maxExtentDate: Moment | None = None
    durationInDays: StrictInt | None = None


class Identifier(Part):
    """A number in a register, by the register's scheme of org-id.guide."""

    scheme: Text = None
    id: StrictStr | StrictInt | None = None
    legalName: Text = None
    uri: Uri | None = None


class Classification(Part):
    """A class of a classifier."""

    scheme: Text = None
    id: StrictStr | StrictInt | None = None
    description: Text = None
    uri: Uri | None = None


class Address(Part):
    """Where somebody is."""

    streetAddress: Text = None
    locality: Text = None
    region: Text = None
    postalCode: Text = None
    countryName: Text = None


class ContactPoint(Part):
    """Whom to ask."""

    name: Text = None
    email: Text = None
    telephone: Text = None
    faxNumber: Text = None
    url: Uri | None = None


class OrganizationReference(Part):
    """A party by its id."""

    id: StrictStr | StrictInt = ""
    name: Words | None = None
    identifier: Annotated[Identifier, There] = Identifier()
    address: Annotated[Address, There] = Address()
    contactPoint: Annotated[ContactPoint, There] = ContactPoint()
    additionalIdentifiers: Annotated[list[Identifier], Distinct, There] = []


class Organization(Part):
    """A party to the process; a natural person has no name and no number here."""

    id: StrictStr = ""
    name: Text = None
    identifier: Annotated[Identifier, There] = Identifier()
    additionalIdentifiers: Annotated[list[Identifier], Distinct, There] = []
    address: Annotated[Address, There] = Address()
    contactPoint: Annotated[ContactPoint, There] = ContactPoint()
    roles: list[StrictStr] | None = None
    details: dict[str, Any] | None = None


class Document(Part):
    """A document, at its address."""

    id: Name
    documentType: Text = None
    title: Text = None
    description: Text = None
    url: Uri | None = None
    datePublished: Moment | None = None
    dateModified: Moment | None = None
    format: Text = None
    language: Text = None
    relatedLots: list[StrictStr] | None = None


class Milestone(Part):
    """Something due, and whether it came."""

    id: Name
    title: Text = None
    type: Text = None
    description: Text = None
    code: Text = None
    dueDate: Moment | None = None
    dateMet: Moment | None = None
    dateModified: Moment | None = None
    status: Literal["scheduled", "met", "notMet", "partiallyMet"] | None = None
    documents: Annotated[list[Document], Distinct, There] = []
    relatedLots: list[StrictStr] | None = None


class Amendment(Part):
    """What was changed, when and why."""

    id: Text = None
    date: Moment | None = None
    rationale: Text = None
    description: Text = None
    amendsReleaseID: Text = None
    releaseID: Text = None
    changes: Annotated[list[dict[str, Any]], There] = []
    relatedLots: Annotated[list[Words], Some, Distinct] | None = None


class Unit(Part):
    """What is counted, and the price of one."""

    scheme: Text = None
    id: Text = None
    name: Text = None
    value: Annotated[Value, There] = Value()
    uri: Uri | None = None


class Item(Part):
    """A thing that is bought."""

    id: Name
    description: Text = None
    classification: Annotated[Classification, There] = Classification()
    additionalClassifications: Annotated[list[Classification], Distinct, There] = []
    quantity: Number | None = None
    unit: Annotated[Unit, There] = Unit()
    relatedLot: Text = None


class RelatedProcess(Part):
    """Another process that this one has to do with."""

    id: StrictStr = ""
    relationship: list[StrictStr] | None = None
    title: Text = None
    scheme: Text = None
    identifier: Text = None
    uri: Uri | None = None
    relatedLots: Annotated[list[Words], Some, Distinct] | None = None
