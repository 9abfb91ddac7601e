"""Award scoring: a profile, a lot and bids in; a ranking out, with the reason of every point and of every place.

Pure and exact: whole numbers and fractions, never floats. The same input always gives the same answer, to the byte.
Everything a caller needs is named here.
"""

from scorer.certificates import EXPLAINED, bid_data, certify, code_hash, explained, read_stated, would_have_won
from scorer.documents import read_profile
from scorer.explanation import Explanation, Reversal, explain, reversals
from scorer.inputs import Asked, Bid, Lot, UnfitBid, UnfitLot
from scorer.margins import Margin, margin
from scorer.notation import canonical
from scorer.packaged import UnknownProfile, profile, profiles
from scorer.profiles import Parameter, Profile
from scorer.reading import check_lot, read_bid, read_lot
from scorer.recounts import Fault, Recounted, recount
from scorer.scoring import Dumped, Earned, Part, Ranked, Refused, Scoring, score
from scorer.ties import TieStep

__all__ = [
    "EXPLAINED",
    "Asked",
    "Bid",
    "Dumped",
    "Earned",
    "Explanation",
    "Fault",
    "Lot",
    "Margin",
    "Parameter",
    "Part",
    "Profile",
    "Ranked",
    "Recounted",
    "Refused",
    "Reversal",
    "Scoring",
    "TieStep",
    "UnfitBid",
    "UnfitLot",
    "UnknownProfile",
    "bid_data",
    "canonical",
    "certify",
    "check_lot",
    "code_hash",
    "explain",
    "explained",
    "margin",
    "profile",
    "profiles",
    "read_bid",
    "read_lot",
    "read_profile",
    "read_stated",
    "recount",
    "reversals",
    "score",
    "would_have_won",
]
