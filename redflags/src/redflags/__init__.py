"""Red flags over OCDS compiled releases: named rules, their numbers and their peers; the standard library alone."""

from redflags.cardinal import Cardinal, by_group, by_indicator
from redflags.examination import Populations, aside, examine
from redflags.findings import Finding
from redflags.options import CARDINAL, Options, UnfitSettings, read_settings
from redflags.rules import RULES, RULES_HASH, Rule

__all__ = [
    "CARDINAL",
    "RULES",
    "RULES_HASH",
    "Cardinal",
    "Finding",
    "Options",
    "Populations",
    "Rule",
    "UnfitSettings",
    "aside",
    "by_group",
    "by_indicator",
    "examine",
    "read_settings",
]
