"""Packages: how releases and records of OCDS travel, out of this house and into it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, ClassVar

from pydantic import BaseModel, ValidationError

from procurement.domain.imports import Imported, Refusal
from procurement.schemas.ocds.parts import Moment, Part, Uri
from procurement.schemas.ocds.release import Release
from servicekit.paging import Packaged
from servicekit.strict_json import UnreadableBody, loads

VERSION = "1.1"
_ADDRESS = "/v1/ocds/extensions"
_LOCAL = ("complaints", "enquiries")
_CATALOGUE = "https://raw.githubusercontent.com/open-contracting-extensions"
_EXTENSIONS = tuple(
    f"{_CATALOGUE}/ocds_{name}_extension/{version}/extension.json"
    for name, version in (("bid", "v1.1.5"), ("lots", "v1.1.5"), ("requirements", "master"))
)
_FAULTS_A_RELEASE = 20


class Publisher(Part):
    """Who publishes."""

    name: str


class Links(Part):
    """Where to go on."""

    next: Uri | None = None


class ReleasePackage(Packaged, Part):
    """Releases, with what is to be said of all of them."""

    packed: ClassVar[str] = "releases"

    uri: Uri
    version: str
    publishedDate: Moment
    publisher: Publisher
    extensions: list[Uri]
    releases: list[Release]
    links: Links


class Record(Part):
    """All that was said of a process, and what it comes to."""

    ocid: str
    releases: list[Release]
    compiledRelease: Release
    versionedRelease: dict[str, Any] | None = None


class RecordPackage(Part):
    """Records, with what is to be said of all of them."""

    uri: Uri
    version: str
    publishedDate: Moment
    publisher: Publisher
    extensions: list[Uri]
    records: list[Record]


class ReleaseFault(BaseModel):
    """Why a release was not kept: `n` is its place in what was sent, from 1; `pointer` is inside of the release."""

    n: int
    ocid: str | None
    id: str | None
    pointer: str
    reason: str
    detail: str


class ImportResult(BaseModel):
    """What became of the releases that were sent: so many are new, were known, and were refused, each with its reason.

    `awards` is how many awards the processes have now that are in the list of awards.
    """

    kept: int
    known: int
    refused: int
    awards: int
    errors: list[ReleaseFault]


@dataclass(frozen=True)
class Publication:
    """As who we publish: the prefix of our ocids, the address that the public knows, and our name."""

    prefix: str
    url: str
    name: str

    def envelope(self, address: str, published: str) -> dict[str, Any]:
        """What a package says beside its releases or records; `address` is where it was asked for."""
        return {
            "uri": f"{self.url}{address}",
            "version": VERSION,
            "publishedDate": published,
            "publisher": {"name": self.name},
            "extensions": [*_EXTENSIONS, *(f"{self.url}{_ADDRESS}/{name}/extension.json" for name in _LOCAL)],
        }

    @cached_property
    def extension_files(self) -> dict[tuple[str, str], bytes]:
        """The files of our local extensions, by the names of extension and file."""
        data = files("procurement") / "data"
        return {
            (extension, name): (data / f"{extension}_extension" / name).read_bytes()
            for extension in _LOCAL
            for name in ("extension.json", "release-schema.json")
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """What was sent, taken apart: sound releases by their place, and what is wrong with the others."""

    sound: list[tuple[int, dict[str, Any]]]
    faults: list[Refusal]


def check_sent(body: bytes, *, by_lines: bool) -> Checked:
    """Take packages, records and releases apart: one JSON document, or one in each line.

    Raises:
        UnreadableBody: the one document is no JSON; a line that is none is a fault of its own.
    """
    checked = Checked([], [])
    n = 0
    for document in _lines(body) if by_lines else [loads(body)]:
        for release in releases_in(document):
            n += 1
            faults = _faults(n, release)
            checked.faults.extend(faults)
            if not faults:
                checked.sound.append((n, release))
    return checked


def releases_in(document: Any) -> Iterator[Any]:
    """The releases in a package, a record, or a list of these; of a record without releases its compiled one."""
    if isinstance(document, list):
        for each in document:
            yield from releases_in(each)
    elif isinstance(document, dict) and isinstance(document.get("releases"), list) and "tag" not in document:
        embedded = [each for each in document["releases"] if not is_linked(each)]
        if "compiledRelease" in document and not embedded:
            yield document["compiledRelease"]
        else:
            yield from document["releases"]
    elif isinstance(document, dict) and isinstance(document.get("records"), list):
        for each in document["records"]:
            yield from releases_in(each)
    elif isinstance(document, dict) and "compiledRelease" in document:
        yield document["compiledRelease"]
    else:
        yield document


def is_linked(release: Any) -> bool:
    """Whether a release is only linked to, and not here."""
    return isinstance(release, dict) and "url" in release and "ocid" not in release


def import_result_of(imported: Imported, faults: list[Refusal]) -> ImportResult:
    """The answer to an import."""
    refusals = sorted([*imported.refusals, *faults], key=lambda each: each.n)
    return ImportResult(
        kept=imported.kept,
        known=imported.known,
        refused=len({each.n for each in refusals}),
        awards=imported.awards,
        errors=[
            ReleaseFault(
                n=each.n, ocid=each.ocid, id=each.id, pointer=each.pointer, reason=each.reason, detail=each.detail
            )
            for each in refusals
        ],
    )


def _lines(body: bytes) -> Iterator[Any]:
    for line in body.splitlines():
        if line.strip():
            try:
                yield loads(line)
            except UnreadableBody as error:
                yield error


def _faults(n: int, release: Any) -> list[Refusal]:
    if isinstance(release, UnreadableBody):
        return [Refusal(n, None, None, "", "unreadable", release.reason)]
    if not isinstance(release, dict):
        return [Refusal(n, None, None, "", "not-a-release", "a release is a JSON object")]
    ocid, name = (value if isinstance(value := release.get(key), str) else None for key in ("ocid", "id"))
    if is_linked(release):
        return [Refusal(n, ocid, name, "", "linked", "releases that are only linked to are not fetched")]
    try:
        Release.model_validate(release)
    except ValidationError as error:
        found: dict[str, Refusal] = {}
        for fault in error.errors(include_url=False, include_input=False):
            pointer = _pointer(release, fault["loc"])
            reason = "missing" if fault["type"] == "missing" else "invalid"
            found.setdefault(pointer, Refusal(n, ocid, name, pointer, reason, fault["msg"]))
        return list(found.values())[:_FAULTS_A_RELEASE]
    return []


def _pointer(release: Any, place: tuple[int | str, ...]) -> str:
    """The JSON pointer (RFC 6901) of a place in a release; what pydantic adds of kinds tried is left out."""
    value, pointer = release, ""
    for part in place:
        is_there = part in value if isinstance(value, dict) else isinstance(value, list) and isinstance(part, int)
        if not is_there and not (isinstance(value, dict) and part == place[-1]):
            break
        pointer += f"/{str(part).replace('~', '~0').replace('/', '~1')}"
        if not is_there:
            break
        value = value[part]
    return pointer
