"""The ways in which an appeal comes in: who may use which, and what keeps appeals out of prison from its keepers."""

import json
from collections.abc import Collection, Mapping
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from appeals.domain.agencies import agency, is_higher
from appeals.domain.errors import NotADirectAddressee, NotYourChannel, PenalBody


class Channel(StrEnum):
    """How an appeal comes in; where a table's row is silent, its applicant sends it for themselves."""

    PORTAL = "portal"
    MOBILE = "mobile"
    FRONT_OFFICE = "front_office"  # an officer at a counter takes it from who stands there
    REPRESENTATIVE = "representative"  # somebody with an authority files for another
    COLLECTIVE = "collective"  # one files for several
    TERMINAL = "terminal"  # in a penal institution, past its administration


class Form(StrEnum):
    """In what form an appeal was made; at a counter on paper or by word of mouth (APPC art. 63)."""

    ELECTRONIC = "electronic"
    PAPER = "paper"
    ORAL = "oral"


_APPLICANTS = frozenset({"citizen", "company"})
CHANNEL_ROLES: Mapping[Channel, frozenset[str]] = MappingProxyType(
    {
        Channel.PORTAL: _APPLICANTS,
        Channel.MOBILE: _APPLICANTS,
        Channel.FRONT_OFFICE: frozenset({"front_office"}),
        Channel.REPRESENTATIVE: _APPLICANTS,
        Channel.COLLECTIVE: _APPLICANTS,
        Channel.TERMINAL: frozenset({"terminal"}),
    }
)

_DATA: dict[str, Any] = json.loads((files("appeals") / "data" / "channels.json").read_text("utf-8"))
MOST_CO_APPLICANTS: int = _DATA["co_applicants"]["at_most"]
"""How many may file together besides who files for them; no figure of the law (docs/law/appeals.md)."""
DIRECT: tuple[str, ...] = tuple(_DATA["direct"]["agencies"])
"""The bodies to which the terminals of penal institutions send."""
PENAL: frozenset[str] = frozenset(_DATA["penal"]["agencies"])
"""The bodies that an appeal from a terminal never reaches, with what stands under the committee among them."""
_PENAL_COMMITTEE = "penal-system-committee"


def role_in(channel: Channel, roles: Collection[str]) -> str:
    """The role in which somebody with these roles files by a channel.

    Raises:
        NotYourChannel: none of them may.
    """
    for role in sorted(roles):
        if role in CHANNEL_ROLES[channel]:
            return role
    raise NotYourChannel([each for each in Channel if not CHANNEL_ROLES[each].isdisjoint(roles)])


def is_confidential(channel: str) -> bool:
    """Whether what came by a channel is kept from the penal administration."""
    return channel == Channel.TERMINAL


def require_addressee(channel: Channel, code: str) -> None:
    """Raises NotADirectAddressee when a terminal does not send to the body of that code."""
    if is_confidential(channel) and code not in DIRECT:
        raise NotADirectAddressee([*DIRECT])


def require_kept_from_penal(channel: str, code: str) -> None:
    """Raises PenalBody when an appeal that came by a channel must not reach the body of that code."""
    if is_confidential(channel) and is_penal(code):
        raise PenalBody


def is_penal(code: str) -> bool:
    """Whether a body is of the penal administration, or stands over it so that what it has the other has too."""
    return code in PENAL or is_higher(_PENAL_COMMITTEE, of=agency(code).code)
