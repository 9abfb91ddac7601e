"""Cardinal's eleven indicators over many releases, with its results under its keys.

A result that a rule has about a process is also one about the tenderers it flags, with the value that Cardinal gives
them: 1 where the bid itself is the sign, 0 where the tenderer only took part.
"""

from collections.abc import Mapping
from typing import Any, Final

from redflags.examination import Populations, examine
from redflags.findings import FLAG, Finding
from redflags.options import CARDINAL, Currency, Options
from redflags.releases import Release

GROUPS: Final[Mapping[str, str]] = {
    "process": "OCID",
    "buyer": "Buyer",
    "procuring_entity": "ProcuringEntity",
    "tenderer": "Tenderer",
}
_OF_TENDERERS = {"R024": 0.0, "R028": 1.0, "R030": 1.0, "R035": 0.0, "R058": 0.0}


class Cardinal:
    """The indicators of the options over the releases that were added, in their order."""

    def __init__(self, options: Options | None = None) -> None:
        self._options = options or Options(rules=CARDINAL)
        self._currency = Currency(self._options.currency)
        self._populations = Populations(self._options, self._currency)
        self._results: dict[str, dict[str, dict[str, float]]] = {rule: {} for rule in self._options.rules}

    def add(self, release: Release) -> None:
        """Take in a compiled release, whose ``ocid`` is a string."""
        # First what Cardinal does first: the first currency that is met becomes the main one.
        self._populations.add(release)
        for finding in examine(release, self._options, self._currency):
            self._note(self._results, finding)

    def results(self) -> dict[str, dict[str, dict[str, float]]]:
        """Values by indicator, group and id; an indicator that flags nothing is empty."""
        results = {rule: {group: dict(of) for group, of in groups.items()} for rule, groups in self._results.items()}
        for finding in self._populations.findings():
            self._note(results, finding)
        return results

    @staticmethod
    def _note(results: dict[str, dict[str, dict[str, float]]], finding: Finding) -> None:
        if finding.state != FLAG or finding.value is None:
            return
        groups = results[finding.rule]
        groups.setdefault(GROUPS[finding.kind], {})[finding.subject] = finding.value
        if finding.rule in _OF_TENDERERS:
            for tenderer in finding.parties:
                groups.setdefault("Tenderer", {})[tenderer] = _OF_TENDERERS[finding.rule]


def by_indicator(results: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, float]]:
    """Values by indicator and id. Of an id that stands in several groups, the highest value."""
    flat: dict[str, dict[str, float]] = {}
    for rule, groups in results.items():
        values = flat.setdefault(rule, {})
        for of in groups.values():
            for name, value in of.items():
                values[name] = max(value, values.get(name, value))
    return flat


def by_group(results: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Values by group, id and indicator, as Cardinal itself prints them."""
    turned: dict[str, dict[str, dict[str, Any]]] = {}
    for group in GROUPS.values():
        for rule, groups in results.items():
            for name, value in groups.get(group, {}).items():
                turned.setdefault(group, {}).setdefault(name, {})[rule] = value
    return turned
