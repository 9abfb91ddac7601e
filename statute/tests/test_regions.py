"""Every region has its name in the three languages."""

from statute.regions import NAMES, Region


def test_every_region_is_named_in_every_language() -> None:
    assert NAMES.keys() == set(Region)
    for names in NAMES.values():
        assert names.keys() == {"kk", "ru", "en"}
        assert all(name.strip() for name in names.values())
