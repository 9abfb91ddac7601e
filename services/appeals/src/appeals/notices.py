"""What applicants are told of their appeals: each step that somebody else takes, and what they may do then."""

import json
from importlib.resources import files

from appeals.domain.agencies import agency
from appeals.domain.next_step import written
from servicekit.database import Row
from servicekit.journal import Object
from servicekit.notices import Notice

KIND = "appeal"
# Events by name, in them `title` and `text`, in those a sentence for each language.
_TEXTS: dict[str, dict[str, dict[str, str]]] = json.loads(
    (files("appeals") / "data" / "notices.json").read_text("utf-8")
)


TOLD = frozenset(_TEXTS)
"""The events of which applicants are told; those are the ones that others cause."""


def notice_of(event: str, row: Row) -> Notice:
    """What the applicant is told when this has happened to the appeal in this row.

    What a body answered is not in it: that is read where one is known.
    """
    texts = _TEXTS[event]
    name = agency(row["agency"]).name
    return Notice(
        event=event,
        to=(row["applicant_scheme"], row["applicant_id"]),
        about=Object(KIND, row["id"], row["version"]),
        title={language: title.format(number=row["number"]) for language, title in texts["title"].items()},
        text={
            language: text.format(number=row["number"], agency=name[language], **_dates(row, language))
            for language, text in texts["text"].items()
        },
        # What an invented person gave as a number may be somebody's.
        contact=None if row["synthetic"] else (row["contact"] or {}) | {"language": row["language"]},
    )


def _dates(row: Row, language: str) -> dict[str, str]:
    days = {name: row[name] for name in ("due_on", "correct_by", "object_by")}
    return {name: written(day, language) for name, day in days.items() if day is not None}
