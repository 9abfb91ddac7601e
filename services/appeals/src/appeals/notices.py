"""What applicants are told: each step of appeals and complaints that others take; and what bodies are warned of."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.resources import files
from typing import TypeAlias

from appeals.domain.agencies import agency
from appeals.domain.channels import is_confidential, is_penal
from appeals.domain.next_step import written
from servicekit.database import Row
from servicekit.journal import Object
from servicekit.languages import LANGUAGES
from servicekit.notices import Notice

KIND = "appeal"
# Events by name, in them `title` and `text`, in those a sentence for each language.
_Texts: TypeAlias = dict[str, dict[str, dict[str, str]]]


def _read(name: str) -> _Texts:
    texts: _Texts = json.loads((files("appeals") / "data" / name).read_text("utf-8"))
    return texts


_TEXTS = _read("notices.json")
_TO_BODIES = _read("notices_to_bodies.json")
_COMPLAINT_TEXTS = _read("complaint_notices.json")
_COMPLAINT_TO_BODIES = _read("complaint_notices_to_bodies.json")
_COMPLAINT_DATES: dict[str, dict[str, str]] = json.loads(
    (files("appeals") / "data" / "complaint_dates.json").read_text("utf-8")
)
# What the body above itself has done.
_BY_HIGHER = frozenset({"complaint.ruled", "complaint.sent_back"})

COMPLAINT_KIND = "complaint"
TOLD = frozenset(_TEXTS)
"""The events of which applicants are told; those are the ones that others cause."""
COMPLAINT_TOLD = frozenset(_COMPLAINT_TEXTS)
"""The same of complaints."""


def notices_of(event: str, row: Row) -> list[Notice]:
    """What the parties are told when this has happened to the appeal in this row; nobody where none is known.

    What a body answered is not in it: that is read where one is known. Only the applicant's goes to the contact.
    """
    if row["applicant_id"] is None:
        return []
    told = _notice(event, row)
    return [told, *(replace(told, to=(each["scheme"], each["id"]), contact=None) for each in row["participants"] or ())]


def _notice(event: str, row: Row) -> Notice:
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


def notice_to_body(event: str, row: Row, *, to: str | None = None) -> Notice:
    """What the body that must answer, or another by its code, is told about an appeal: its number, and no person.

    `event` is that of the journal or the code of a warning. Whoever holds office there reads it.
    """
    texts = _TO_BODIES[event]
    name = agency(row["agency"]).name
    named = {"number": row["number"]}
    return Notice(
        event=event if "." in event else f"appeal.{event}",
        to=("KZ-BIN", agency(to or row["agency"]).bin),
        about=Object(KIND, row["id"], row["version"]),
        title={language: title.format(**named) for language, title in texts["title"].items()},
        text={
            language: text.format(agency=name[language], **named, **_dates(row, language))
            for language, text in texts["text"].items()
        },
    )


def notices_of_expiry(event: str, row: Row) -> list[Notice]:
    """Whoever is told that a term passed unanswered: the parties, the body, and its supervisors."""
    bodies = [row["agency"], *(row["supervisors"] or ())]
    kept = is_confidential(row["channel"])
    told = [code for code in bodies if not (kept and is_penal(code))]
    return [*notices_of(event, row), *(notice_to_body(event, row, to=code) for code in told)]


def complaint_notices(event: str, complaint: Row, appeal: Row, moved: Iterable[str] = ()) -> list[Notice]:
    """What the parties are told when this has happened to a complaint: by when what comes, until when a court hears.

    What was ruled is not in it: that is read where one is known. Only the applicant's goes to the contact. `moved` are
    the dates of which it tells, by column, if it tells of dates.
    """
    contact = None if complaint["synthetic"] else (appeal["contact"] or {}) | {"language": complaint["language"]}
    applicant = (complaint["applicant_scheme"], complaint["applicant_id"])
    told = _complaint_notice(event, complaint, appeal, _COMPLAINT_TEXTS, applicant, moved)
    others = complaint["participants"] or ()
    return [replace(told, contact=contact), *(replace(told, to=(each["scheme"], each["id"])) for each in others)]


def notices_of_complaint_dates(
    event: str, complaint: Row, appeal: Row, moved: Mapping[str, Mapping[str, str]]
) -> list[Notice]:
    """Whoever is told that dates of a complaint moved: the parties, and the bodies that it is with if it is theirs."""
    told = complaint_notices(event, complaint, appeal, moved)
    if moved.keys() & {"correct_by", "review_by"}:
        told += complaint_notices_to_bodies(event, complaint, appeal, moved)
    return told


def complaint_notices_to_bodies(event: str, complaint: Row, appeal: Row, moved: Iterable[str] = ()) -> list[Notice]:
    """The same for the body complained of, and for the one above once it is there: the number, and no person.

    Who decided knows it. From whom the appeal is kept, that is not told either.
    """
    if event not in _COMPLAINT_TO_BODIES:
        return []
    bodies = [complaint["agency"]]
    if complaint["sent_up_on"] is not None and event not in _BY_HIGHER:
        bodies.append(complaint["higher"])
    kept = is_confidential(complaint["channel"])
    addressees = [("KZ-BIN", agency(code).bin) for code in bodies if not (kept and is_penal(code))]
    return [_complaint_notice(event, complaint, appeal, _COMPLAINT_TO_BODIES, to, moved) for to in addressees]


def _complaint_notice(
    event: str, complaint: Row, appeal: Row, words: _Texts, to: tuple[str, str], moved: Iterable[str]
) -> Notice:
    texts = words[event]
    days = {name: complaint[name] for name in ("correct_by", "review_by", "court_until")} | {"due_on": appeal["due_on"]}
    names = {"agency": agency(complaint["agency"]).name, "higher": _name_of(complaint["higher"])}
    said: dict[str, dict[str, str]] = {
        language: {
            **{name: said[language] for name, said in names.items()},
            **{name: written(day, language) for name, day in days.items() if day is not None},
            "number": complaint["number"],
            "dates": "; ".join(
                phrase[language].format(day=written(complaint[name], language))
                for name, phrase in _COMPLAINT_DATES.items()
                if name in moved
            ),
        }
        for language in LANGUAGES
    }
    return Notice(
        event=event,
        to=to,
        about=Object(COMPLAINT_KIND, complaint["id"], complaint["version"]),
        title={language: title.format(**said[language]) for language, title in texts["title"].items()},
        text={language: text.format(**said[language]) for language, text in texts["text"].items()},
    )


def _name_of(code: str | None) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, "") if code is None else agency(code).name


def _dates(row: Row, language: str) -> dict[str, str]:
    days = {name: row[name] for name in ("due_on", "correct_by", "object_by")}
    return {name: written(day, language) for name, day in days.items() if day is not None}
