"""Settings by Cardinal's names, and what is refused in them."""

from typing import Any

import pytest

from redflags import CARDINAL, RULES, UnfitSettings, read_settings
from redflags.options import names


def test_settings_are_cardinals() -> None:
    options = read_settings(
        {
            "currency": "USD",
            "defaults": {"bid_status": "valid"},
            "exclusions": {"procurement_method_details": "A|B"},
            "price_comparison_procurement_methods": "C",
            "R003": {"threshold": -1},
            "R048": {"digits": 3, "threshold": None},
        }
    )
    assert options.rules == ("R003", "R048")
    assert options.currency == "USD"
    assert (set(options.excluded), set(options.compared)) == ({"A", "B"}, {"C"})
    assert options.of("R003")["threshold"] == -1
    assert options.of("R048") == {"digits": 3, "threshold": None, "minimum_contracting_processes": 20}
    assert read_settings({"currency": "USD"}).rules == CARDINAL


def test_names_are_between_bars() -> None:
    assert names("") == set()
    assert names("A|B|") == {"A", "B"}
    assert names("A||B") == {"A", "", "B"}


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ([], "settings"),
        ({"R999": {}}, "R999"),
        ({"R010": {}}, "R010"),
        ({"R024": {"treshold": 1}}, "R024.treshold"),
        ({"R028": {"threshold": 1}}, "R028.threshold"),
        ({"R024": {"threshold": "0.05"}}, "R024.threshold"),
        ({"R024": {"threshold": True}}, "R024.threshold"),
        ({"R025": {"percentile": 75.5}}, "R025.percentile"),
        ({"R035": {"threshold": -1}}, "R035.threshold"),
        ({"R003": {"threshold": 1.5}}, "R003.threshold"),
        ({"R003": {"procurement_method_details": {"A": "10"}}}, "R003.procurement_method_details"),
        ({"R003": {"procurement_methods": ["open"]}}, "R003.procurement_methods"),
        ({"R024": 0.05}, "R024"),
        ({"currency": 1}, "currency"),
        ({"exclusions": {"methods": "A"}}, "exclusions.methods"),
    ],
)
def test_what_is_unknown_or_of_another_type_is_refused(settings: Any, where: str) -> None:
    with pytest.raises(UnfitSettings) as caught:
        read_settings(settings)
    assert caught.value.where == where


def test_all_rules_can_be_set() -> None:
    options = read_settings({"R031": {"margin": 0.05}}, tuple(RULES))
    assert options.rules == ("R031",)
    assert options.of("R031")["margin"] == 0.05
