"""Award scoring: a profile, a lot and bids in; a ranking out, with the reason of every point and of every place.

Pure and exact: whole numbers and fractions, never floats. The same input always gives the same answer, to the byte.
Everything a caller needs is named here.
"""

from scorer.documents import read_profile
from scorer.inputs import Asked, Bid, Lot, UnfitBid, UnfitLot
from scorer.margins import Margin, margin
from scorer.notation import canonical
from scorer.packaged import UnknownProfile, profile, profiles
from scorer.profiles import Parameter, Profile
from scorer.reading import check_lot, read_bid, read_lot
from scorer.scoring import Dumped, Earned, Part, Ranked, Refused, Scoring, score
from scorer.ties import TieStep

__all__ = [
    "Asked",
    "Bid",
    "Dumped",
    "Earned",
    "Lot",
    "Margin",
    "Parameter",
    "Part",
    "Profile",
    "Ranked",
    "Refused",
    "Scoring",
    "TieStep",
    "UnfitBid",
    "UnfitLot",
    "UnknownProfile",
    "canonical",
    "check_lot",
    "margin",
    "profile",
    "profiles",
    "read_bid",
    "read_lot",
    "read_profile",
    "score",
]
