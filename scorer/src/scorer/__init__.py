"""Award scoring: a profile, a lot and bids in; a ranking out, with the reason of every point and of every place.

Pure and exact: whole numbers and fractions, never floats. The same input always gives the same answer, to the byte.
Everything a caller needs is named here.
"""

from scorer.bids import Bid, Lot, UnfitBid, UnfitLot
from scorer.criteria import Earned, Part, check_weights
from scorer.margins import Margin, margin
from scorer.notation import canonical
from scorer.profiles import Parameter, Profile, UnknownProfile, profile, profiles, read_profile
from scorer.scoring import Ranked, Refused, Scoring, check_lot, score
from scorer.ties import TieStep

__all__ = [
    "Bid",
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
    "check_weights",
    "margin",
    "profile",
    "profiles",
    "read_profile",
    "score",
]
