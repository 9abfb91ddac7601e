"""The file for the court: what each of its members is called, and what it says."""

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from appeals.domain.attachments import State
from appeals.schemas.attachments import attachment_of
from servicekit.database import Row

_Texts = Mapping[str, str]
_DATA = json.loads((files("appeals") / "data" / "court_file.json").read_text("utf-8"))
_README: _Texts = _DATA["readme"]
_MISSING: Mapping[str, _Texts] = _DATA["missing"]
_NOT_HERE: _Texts = _DATA["not_here"]
# What file systems allow a name to have, in bytes.
_LONGEST = 255


def readme(language: str, number: str, attached: Sequence[Row]) -> bytes:
    """What the file is, how to check it, and which attached files are not in it, in the language of the appeal."""
    lines = [_README[language].format(number=number)]
    for row in attached:
        if row["state"] != State.CLEAN:
            why = _MISSING[row["state"]][language]
            lines.append(_NOT_HERE[language].format(name=row["name"], sha256=row["sha256"].hex(), why=why))
    return "".join(lines).encode()


def documents(appeal: Row, complaints: Sequence[Row]) -> Iterator[tuple[str, bytes]]:
    """The texts that were exchanged, each as it was written, those of a complaint under its place among them."""
    said: list[tuple[str, Any]] = [("appeal", appeal["text"]), ("answer", appeal["answer"])]
    for n, row in enumerate(complaints, 1):
        said += [(f"complaint-{n}", row["text"]), (f"challenged-answer-{n}", row["act"]["answer"])]
        said += [(f"correction-{n}", row["correction"]), (f"opinion-{n}", row["opinion"])]
        said += [(f"ruling-{n}", row["ruling"])]
    for name, text in said:
        if text is not None:
            yield f"documents/{name}.txt", text.encode()


def list_of_files(attached: Sequence[Row]) -> list[dict[str, Any]]:
    """Each attached file with its digest as the journal has it, and the member that it is, or why it is none."""
    return [
        attachment_of(row).model_dump(mode="json")
        | {"file": member_of(row) if row["state"] == State.CLEAN else None, "missing": _MISSING.get(row["state"])}
        for row in attached
    ]


def member_of(row: Row) -> str:
    """What an attached file is called here: by what it was called, which two may be, and no longer than may be."""
    name = PurePath(row["name"])
    prefix = f"{row['id']}-"
    stem = name.stem.encode()[: _LONGEST - len(f"{prefix}{name.suffix}".encode())].decode(errors="ignore")
    return f"attachments/{prefix}{stem}{name.suffix}"


def as_json(content: Any) -> bytes:
    """JSON to be read by people."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def as_receipt(content: dict[str, Any]) -> bytes:
    """A receipt, as short as the service gives it by itself."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
