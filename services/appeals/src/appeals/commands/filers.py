"""In whose name an appeal is filed, by the channel that it comes in by."""

from dataclasses import dataclass
from typing import Any

from appeals.domain.appeal import Relation
from appeals.domain.channels import Channel, Form, role_in
from appeals.domain.parties import Behalf, Party
from servicekit.identity import Caller, PartyUnknown


@dataclass(frozen=True, kw_only=True)
class Filer:
    """Who files, as an appeal keeps it: the applicant (None is nobody known), other parties, and who took it."""

    role: str
    applicant: Party | None
    participants: list[dict[str, Any]] | None = None
    form: Form = Form.ELECTRONIC
    taken_by: str | None = None
    synthetic: bool = False

    @property
    def private(self) -> dict[str, Any]:
        """What the journal keeps of them for the parties alone."""
        known = {"participants": self.participants, "taken_by": self.taken_by}
        applicant = None if self.applicant is None else self.applicant.shown
        return {"applicant": applicant} | {name: value for name, value in known.items() if value is not None}


NOBODY_KNOWN = Filer(role="anyone", applicant=None)


def filer_of(caller: Caller, channel: Channel, behalf: Behalf) -> Filer:
    """Who files by a channel.

    Raises:
        NotYourChannel: the caller has no role that files by it.
        PartyUnknown: the caller's token names no person and no company, and would be a party.
    """
    role = role_in(channel, caller.roles)
    if channel is Channel.FRONT_OFFICE:
        officer = caller.name or caller.subject
        return Filer(role=role, applicant=behalf.other, form=behalf.form, taken_by=officer, synthetic=caller.synthetic)
    if caller.party is None:
        raise PartyUnknown
    own = Party(*caller.party, caller.name)
    if channel is Channel.REPRESENTATIVE:
        acting = own.shown | {"as": Relation.REPRESENTATIVE, "authority": behalf.authority}
        return Filer(role=role, applicant=behalf.other, participants=[acting], synthetic=caller.synthetic)
    others = [each.shown | {"as": Relation.CO_APPLICANT} for each in behalf.together_with]
    return Filer(role=role, applicant=own, participants=others or None, synthetic=caller.synthetic)
