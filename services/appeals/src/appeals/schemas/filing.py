"""The shapes of filing: for whom, with whom and by which channel; and a report of a crime that names nobody."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from appeals.domain.appeal import Kind, Relation
from appeals.domain.channels import MOST_CO_APPLICANTS, Channel, Form
from appeals.domain.crimes import Crime
from appeals.domain.parties import Behalf
from appeals.domain.parties import Party as Known
from appeals.schemas.agencies import AgencyKey
from appeals.schemas.texts import Line, Words
from servicekit.database import Row
from servicekit.languages import Language
from servicekit.shapes import Asked
from statute.deadlines import local
from statute.identifiers import parse_bin, parse_iin

_CHECKED: Mapping[str, Callable[[str], Any]] = MappingProxyType({"KZ-IIN": parse_iin, "KZ-BIN": parse_bin})


class Party(Asked):
    """A person or an organisation; an IIN or a BIN with a wrong digit would be somebody else's, so it is checked."""

    scheme: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}-[A-Z0-9_-]{1,30}$"), Field(examples=["KZ-IIN"])]
    id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z ./_-]{0,59}$")]
    name: Line

    @model_validator(mode="after")
    def _is_a_number(self) -> Self:
        if self.scheme in _CHECKED:
            _CHECKED[self.scheme](self.id)
        return self

    @property
    def known(self) -> Known:
        return Known(self.scheme, self.id, self.name)


class Authority(Asked):
    """What a representative acts by: a power of attorney or another paper."""

    number: Line
    date: date
    issuer: Line


# The fields that belong to a channel: it needs each of them, and no other channel has any.
_FIELDS: Mapping[Channel, frozenset[str]] = MappingProxyType(
    {
        Channel.FRONT_OFFICE: frozenset({"applicant", "form"}),
        Channel.REPRESENTATIVE: frozenset({"represented", "authority"}),
        Channel.COLLECTIVE: frozenset({"co_applicants"}),
    }
)


class ByChannel(Asked):
    """How an appeal comes in, and what that channel needs to be said."""

    channel: Channel = Channel.PORTAL
    applicant: Annotated[Party | None, Field(description="Who stands at the counter: `front_office`.")] = None
    form: Annotated[Form | None, Field(description="`paper` or `oral`: `front_office`.")] = None
    represented: Annotated[Party | None, Field(description="In whose name it is filed: `representative`.")] = None
    authority: Authority | None = None
    co_applicants: Annotated[
        list[Party] | None,
        Field(min_length=1, max_length=MOST_CO_APPLICANTS, description="Who files together with me: `collective`."),
    ] = None

    @model_validator(mode="after")
    def _says_what_its_channel_needs(self) -> Self:
        every = frozenset().union(*_FIELDS.values())
        said = {name for name in every if getattr(self, name) is not None}
        needed = _FIELDS.get(self.channel, frozenset())
        if said != needed:
            raise ValueError(f"the channel {self.channel} has the fields {sorted(needed)}, and {sorted(said)} are said")
        if self.form is Form.ELECTRONIC:
            raise ValueError("at a counter an appeal is on paper or oral")
        return self

    @property
    def behalf(self) -> Behalf:
        """For whom and with whom it is filed, and in what form it was made."""
        other = self.applicant or self.represented
        return Behalf(
            other=None if other is None else other.known,
            authority=None if self.authority is None else self.authority.model_dump(mode="json"),
            together_with=[each.known for each in self.co_applicants or ()],
            form=self.form or Form.ELECTRONIC,
        )


class NewCrimeReport(Asked):
    """A report of a crime or a threat that does not say who sends it."""

    kind: Kind = Kind.MESSAGE
    agency: AgencyKey
    subject: Line
    text: Words
    language: Language
    crime: Crime = Crime.OTHER


class Representative(BaseModel):
    """Who acts for the applicant, and by what authority; shown to the appeal's parties only."""

    scheme: str
    id: str
    name: str | None
    authority: dict[str, str]


class CoApplicant(BaseModel):
    """Who files together with the applicant; shown to the appeal's parties only."""

    scheme: str
    id: str
    name: str | None


class Slip(BaseModel):
    """The receipt slip (APPC art. 64(2)): under which number it was accepted, when, and by whom at a counter."""

    number: str
    submitted_at: datetime
    officer: str | None


def channel_shown(row: Row) -> dict[str, Any]:
    """What an appeal's parties see of how it came in."""
    others = row["participants"] or []
    acting = [each for each in others if each["as"] == Relation.REPRESENTATIVE]
    together = [each for each in others if each["as"] == Relation.CO_APPLICANT]
    return {
        "channel": row["channel"],
        "form": row["form"],
        "representative": Representative.model_validate(acting[0]) if acting else None,
        "co_applicants": [CoApplicant.model_validate(each) for each in together],
        "slip": Slip(number=row["number"], submitted_at=local(row["submitted_at"]), officer=row["taken_by"]),
    }
