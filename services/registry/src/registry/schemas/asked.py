"""What callers send."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from registry.domain.proceeding import Ground
from registry.domain.queues import Category
from registry.domain.restrictions import Kind, LegalGround
from registry.schemas.parts import ExecutiveDocument, Line
from servicekit.shapes import Asked
from statute.identifiers import parse_bin, parse_iin
from statute.money import Money
from statute.regions import Region

# Far enough from the first day that a date can hold, so that its local date exists in every zone.
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
_Tenge = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?$")]


def _sound_iin(text: str) -> str:
    return parse_iin(text).value


def _sound_bin(text: str) -> str:
    return parse_bin(text).value


_TwelveDigits = StringConstraints(pattern=r"^[0-9]{12}$")
Iin = Annotated[str, _TwelveDigits, AfterValidator(_sound_iin)]
Bin = Annotated[str, _TwelveDigits, AfterValidator(_sound_bin)]


class NewAmount(Asked):
    """A sum in tenge, above zero, with at most two decimals."""

    amount: Annotated[_Tenge, Field(examples=["1250.00"])]
    currency: Literal["KZT"] = "KZT"

    @model_validator(mode="after")
    def _above_zero(self) -> Self:
        if self.money.tiyn == 0:
            raise ValueError("an amount is above zero")
        return self

    @property
    def money(self) -> Money:
        return Money.from_text(self.amount)


class Subject(Asked):
    """Somebody by a number; Kazakhstan's own numbers must be sound."""

    scheme: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9-]{1,20}$"), Field(examples=["KZ-BIN"])]
    id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.scheme == "KZ-IIN":
            parse_iin(self.id)
        elif self.scheme == "KZ-BIN":
            parse_bin(self.id)
        return self


class NewParty(Subject):
    """A person or a company."""

    name: Line


class NewDebtor(NewParty):
    """The debtor: a person or a company of Kazakhstan."""

    scheme: Literal["KZ-IIN", "KZ-BIN"]


class NewClaim(Asked):
    """What one claimant is owed; without a date it counts from the document's receipt."""

    claimant: NewParty
    category: Category = Category.OTHER
    amount: NewAmount
    claimed_on: date | None = None


class NewProceeding(Asked):
    """An executive document that a bailiff has received; without a moment, now."""

    region: Region
    document: ExecutiveDocument
    debtor: NewDebtor
    claims: Annotated[list[NewClaim], Field(min_length=1, max_length=100)]
    received_at: Annotated[AwareDatetime, Field(ge=_LONG_AGO)] | None = None


class NewRestriction(Asked):
    """What is forbidden to the debtor, and on which ground."""

    kind: Kind
    ground: LegalGround


class NewProceeds(Asked):
    """Money received from the debtor."""

    amount: NewAmount


class NewClosing(Asked):
    """Why the proceeding ends."""

    ground: Ground


class DebtorSearch(Asked):
    """One question: by `iin`, by `bin`, or by a person's `name` with `birth_date`."""

    iin: Iin | None = None
    bin: Bin | None = None
    name: Line | None = None
    birth_date: date | None = None
    receipt: Annotated[bool, Field(description="Put the answer on record and name the address of its receipt.")] = False

    @property
    def question(self) -> dict[str, Any]:
        """What is asked, without how it shall be answered."""
        return self.model_dump(mode="json", exclude={"receipt"}, exclude_none=True)


class DebtorCheck(Asked):
    """Numbers to be looked up in the register, and what for."""

    purpose: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,63}$"), Field(examples=["procurement-bid"])]
    subjects: Annotated[list[Subject], Field(min_length=1, max_length=1000)]
