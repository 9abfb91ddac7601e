"""What the parties of a proceeding are told when it is opened and when it is closed."""

import json
from collections.abc import Iterator
from importlib.resources import files

from registry.domain.proceeding import Ground
from servicekit.database import Row
from servicekit.journal import Object
from servicekit.notices import Notice
from statute.deadlines import local

_Texts = dict[str, dict[str, str]]
_TEXTS: dict[str, dict[str, _Texts]] = json.loads((files("registry") / "data" / "notices.json").read_text("utf-8"))
GROUNDS: dict[str, dict[str, str]] = json.loads((files("registry") / "data" / "grounds.json").read_text("utf-8"))


def opened(row: Row) -> Iterator[Notice]:
    """Tell the debtor and each claimant that the proceeding in this row is open."""
    on = local(row["opened_at"]).date().isoformat()
    yield from _to_parties("proceeding.opened", row, {language: {"on": on} for language in ("kk", "ru", "en")})


def closed(row: Row) -> Iterator[Notice]:
    """Tell the debtor and each claimant that it is closed, and on which ground."""
    on = local(row["closed_at"]).date().isoformat()
    names = GROUNDS[Ground(row["ground"])]
    yield from _to_parties(
        "proceeding.closed", row, {language: {"on": on, "ground": name} for language, name in names.items()}
    )


def _to_parties(event: str, row: Row, facts: dict[str, dict[str, str]]) -> Iterator[Notice]:
    claimants = dict.fromkeys((claim["scheme"], claim["number"]) for claim in row["claims"])
    parties = [("debtor", (row["debtor_scheme"], row["debtor_id"])), *(("claimant", party) for party in claimants)]
    for side, party in parties:
        texts = _TEXTS[event][side]
        yield Notice(
            event=event,
            to=party,
            about=Object("proceeding", row["id"], row["version"]),
            title=texts["title"],
            text={
                language: text.format(number=row["number"], **facts[language])
                for language, text in texts["text"].items()
            },
        )
