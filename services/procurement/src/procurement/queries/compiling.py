"""What the releases of a process come to: compiled and versioned as the standard merges them.

`data/merge_rules.json` are the rules of the release schema 1.1.5, the extensions for lots, bids and requirements, and
ours for complaints and enquiries; a test compares them with the schema. With rules given, `ocdsmerge` asks no network.
"""

import json
import warnings
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, TypeAlias

from ocdsmerge import Merger
from ocdsmerge.exceptions import DuplicateIdValueWarning, OCDSMergeError

Json: TypeAlias = dict[str, Any]
_COMPILED = "compiled"


class DoesNotMerge(Exception):
    """Releases of one process contradict each other in what is an object and what a list."""


def _rules() -> dict[tuple[str, ...], str]:
    rows: dict[str, list[str]] = json.loads((files("procurement") / "data/merge_rules.json").read_text("utf-8"))
    return {tuple(path.split("/")): rule for rule, paths in rows.items() for path in paths}


MERGE_RULES = _rules()
_MERGER = Merger(merge_rules=MERGE_RULES)


def compiled(releases: Sequence[Json]) -> Json:
    """The compiled release of a process. Where only compiled ones are known, it is the last of these as it came.

    Raises:
        DoesNotMerge: as the class says.
    """
    single = single_releases(releases)
    if not single:
        return max(releases, key=lambda each: str(each["date"]))
    return _merged(_MERGER.create_compiled_release, single)


def versioned(releases: Sequence[Json]) -> Json | None:
    """Every value that each field had, by which release; None where only compiled releases are known.

    Raises:
        DoesNotMerge: as the class says.
    """
    single = single_releases(releases)
    return _merged(_MERGER.create_versioned_release, single) if single else None


def single_releases(releases: Sequence[Json]) -> list[Json]:
    """The releases that are not themselves compiled of others."""
    return [each for each in releases if _COMPILED not in each["tag"]]


def _merged(merge: Any, releases: list[Json]) -> Json:
    with warnings.catch_warnings():
        # Two objects with one id in a list are merged into one, as the standard says.
        warnings.simplefilter("ignore", DuplicateIdValueWarning)
        try:
            merged: Json = merge(releases)
        except (OCDSMergeError, TypeError, AttributeError) as error:
            raise DoesNotMerge(str(error)) from error
    return merged
