"""The regions and the cities of republican significance of Kazakhstan, by ISO 3166-2 (edition of 2022)."""

import json
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files


class Region(StrEnum):
    """A region or a city of republican significance."""

    ABAI_REGION = "KZ-10"
    AKMOLA_REGION = "KZ-11"
    AKTOBE_REGION = "KZ-15"
    ALMATY_REGION = "KZ-19"
    ATYRAU_REGION = "KZ-23"
    WEST_KAZAKHSTAN_REGION = "KZ-27"
    ZHAMBYL_REGION = "KZ-31"
    ZHETISU_REGION = "KZ-33"
    KARAGANDA_REGION = "KZ-35"
    KOSTANAY_REGION = "KZ-39"
    KYZYLORDA_REGION = "KZ-43"
    MANGYSTAU_REGION = "KZ-47"
    PAVLODAR_REGION = "KZ-55"
    NORTH_KAZAKHSTAN_REGION = "KZ-59"
    TURKISTAN_REGION = "KZ-61"
    ULYTAU_REGION = "KZ-62"
    EAST_KAZAKHSTAN_REGION = "KZ-63"
    ASTANA = "KZ-71"
    ALMATY_CITY = "KZ-75"
    SHYMKENT = "KZ-79"


# By code, the name in each language.
NAMES: Mapping[str, Mapping[str, str]] = json.loads((files("statute") / "data" / "regions.json").read_text("utf-8"))
