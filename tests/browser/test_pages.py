"""Every page of the house, as a browser meets it: for those who see and those who do not, wide and narrow."""

import re
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import pytest

from servicekit.languages import LANGUAGES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

# How many pages of one kind are looked at, as two lots, in one language; in the others one, and not what is filtered.
SEVERAL = {"ru": 2, "kk": 1, "en": 1}
_FILE = re.compile(r"receipt$|[.](json|zip|ics)$|/attachments/")
_OTHERS = re.compile(r"^/(kk|ru|en)(/|$)")
_ID = re.compile(r"/([0-9a-f]{8}-[0-9a-f-]{27}|(?<=/agencies/)[^/]+|(?<=/parties/)[^/]+)")


class Visitor(Protocol):
    """Somebody with a browser; see conftest.py."""

    site: str

    def go(self, path: str) -> int: ...
    def sign_in(self, persona: str, language: str) -> None: ...
    def links(self) -> list[str]: ...
    def fetch(self, path: str) -> int: ...


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_that_links_lead_to(
    language: str,
    new_visitor: Callable[..., Visitor],
    examine: Callable[[Visitor, str, str], list[str]],
    scene: Mapping[str, str],
) -> None:
    visitor = new_visitor(language=language)
    visitor.sign_in("citizen", language)
    waiting = deque([f"/{language}", *(f"/{language}{path}" for path in scene.values())])
    seen: set[str] = set()
    kinds: Counter[str] = Counter()
    faults: list[str] = []
    while waiting:
        path = waiting.popleft()
        kind = kind_of(path)
        most = SEVERAL[language]
        # Of filters with each other there is no end.
        if path in seen or kinds[kind] >= (most if "*" in kind else 1) or "&" in kind or ("?" in kind and most == 1):
            continue
        seen.add(path)
        kinds[kind] += 1
        if not is_page(path, language):
            status = visitor.fetch(path.removeprefix("keep:"))
            faults += [f"{path}: is {status}"] if status >= 400 else []
        elif (status := visitor.go(path)) != 200:
            faults.append(f"{path}: is {status}")
        else:
            faults += examine(visitor, language, f"{named(kind)}-{kinds[kind]}")
            waiting += (each for each in visitor.links() if not _OTHERS.match(each) or each.startswith(f"/{language}"))
    print(*(f"{count} {kind}" for kind, count in sorted(kinds.items())), sep="\n")  # noqa: T201 - for whoever asks -s
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_that_no_link_of_a_citizen_leads_to(
    language: str,
    new_visitor: Callable[..., Visitor],
    examine: Callable[[Visitor, str, str], list[str]],
    scene: Mapping[str, str],
) -> None:
    nobody = new_visitor(language=language)
    assert nobody.go(f"/{language}/nowhere") == 404
    faults = examine(nobody, language, "nowhere")
    for path, name in (("/register", "register-signed-out"), (scene["draft"], "draft-signed-out"), ("/appeals", "who")):
        assert nobody.go(f"/{language}{path}") == 200
        faults += examine(nobody, language, name)
    officer = new_visitor(language=language)
    officer.sign_in("officer", language)
    for path, name in (("/appeals", "office"), ("/appeals?overdue=true", "office-overdue"), (scene["filed"], "case")):
        assert officer.go(f"/{language}{path}") == 200
        faults += examine(officer, language, f"officer-{name}")
    assert not faults, "\n".join(faults)


def is_page(path: str, language: str) -> bool:
    """Whether it is one of ours to read, in the language that is being read."""
    return path.startswith(f"/{language}") and not _FILE.search(path)


def kind_of(path: str) -> str:
    """An address without what makes it one of many: ids, and what exactly is asked for, or in which form."""
    found = urlsplit(path)
    asked = "&".join(sorted(parse_qs(found.query)))
    return _ID.sub("/*", found.path) + (f"?{asked}" if asked else "")


def named(kind: str) -> str:
    room = kind.partition("/")[2].partition("/")[2].replace("*", "one")
    return re.sub(r"[^a-z0-9]+", "-", room.lower()).strip("-") or "home"
