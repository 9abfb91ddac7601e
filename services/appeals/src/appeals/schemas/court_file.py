"""The file for the court: what each of its members is called, and what it says."""

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from servicekit.database import Row

_README: Mapping[str, str] = json.loads((files("appeals") / "data" / "court_file.json").read_text("utf-8"))


def readme(language: str, number: str) -> bytes:
    """What the file is and how to check it, in the language of the appeal."""
    return _README[language].format(number=number).encode()


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


def as_json(content: Any) -> bytes:
    """JSON to be read by people."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def as_receipt(content: dict[str, Any]) -> bytes:
    """A receipt, as short as the service gives it by itself."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
