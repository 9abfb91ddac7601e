"""Expert opinions: through which channel they come, and what they conclude."""

from enum import StrEnum
from types import MappingProxyType


class Channel(StrEnum):
    """The expert bodies whose opinions stand beside the public's comments on the portal of open legal acts."""

    ATAMEKEN = "atameken"  # the National Chamber of Entrepreneurs
    PUBLIC_COUNCILS = "public_councils"  # public and expert councils
    ACCREDITED_NGOS = "accredited_ngos"
    LEGISLATION_INSTITUTE = "legislation_institute"  # with the inter-agency commission
    ANTI_CORRUPTION = "anti_corruption"
    SCIENTIFIC_LEGAL = "scientific_legal"
    SCIENTIFIC_ECONOMIC = "scientific_economic"


class Conclusion(StrEnum):
    """What an opinion comes to."""

    SUPPORTS = "supports"
    SUPPORTS_WITH_REMARKS = "supports_with_remarks"
    OBJECTS = "objects"


# How the portal numbers its channels; 6 is the public's own comments.
PORTAL_NUMBERS = MappingProxyType(
    {
        Channel.ATAMEKEN: 3,
        Channel.PUBLIC_COUNCILS: 1,
        Channel.ACCREDITED_NGOS: 4,
        Channel.LEGISLATION_INSTITUTE: 7,
        Channel.ANTI_CORRUPTION: 8,
        Channel.SCIENTIFIC_LEGAL: 9,
        Channel.SCIENTIFIC_ECONOMIC: 10,
    }
)
