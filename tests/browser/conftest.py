"""A real browser in front of a whole house, in which a small year was played, or of the one that ASHYQ_URL names."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright
from rich.console import Console

from stack import postgres
from stack.composition import compose
from stack.house import prepared
from stack.personas import PERSONAS
from stack.place import Place
from stack.seeding import seed_first_start
from stack.serving import serving_beside
from stack.year.world import ALMATY

CHROMIUM = "/usr/bin/chromium"
PICTURES = Path(__file__).parents[2] / ".screenshots"
# A tenth of the usual year: something to see on every page.
SCALE = 0.1
WIDTHS = {"desktop": 1280, "phone": 390}
HEIGHT = 900
# What browsers do with more than they show, which is where they meet a page: the width of a page that scrolls sideways.
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_LINKS = "all => all.map(each => (each.hasAttribute('download') ? 'keep:' : '') + each.href)"
_BROKEN_PICTURES = """async () => {
  const pictures = [...document.images];
  for (const each of pictures) each.loading = "eager";
  await Promise.all(pictures.map(each => each.decode().catch(() => null)));
  return pictures.filter(each => !each.naturalWidth).map(each => each.src);
}"""


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of a house that lasts as long as the tests."""
    if given := os.environ.get("ASHYQ_URL"):
        yield given.rstrip("/")
        return
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        # Tests ask more often than people do.
        for limit in ("ASHYQ_SUBJECT_LIMIT", "ASHYQ_ADDRESS_LIMIT", "ASHYQ_SEARCH_LIMIT"):
            patch.setenv(limit, "0")
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ashyq-browser-")))
        data.chmod(0o755)  # as root, the database's own account must be able to enter
        stack.callback(postgres.remove, data)
        ground = stack.enter_context(prepared(Place(data, 0, empty=False), lambda _: None))
        assert seed_first_start(ground, Console(quiet=True), scale=SCALE)
        yield stack.enter_context(serving_beside(compose(ground)))


@pytest.fixture(scope="session")
def api(site: str) -> Iterator[Callable[[str | None], httpx.Client]]:
    """The API as a persona, or as nobody, for what no page of a reader does."""
    with ExitStack() as stack:
        clients: dict[str | None, httpx.Client] = {}

        def of(persona: str | None) -> httpx.Client:
            if persona not in clients:
                client = clients[persona] = stack.enter_context(httpx.Client(base_url=site, timeout=60))
                if persona is not None:
                    given = client.post("/sandbox/token", json={"persona": persona}).raise_for_status().json()
                    client.headers["Authorization"] = f"Bearer {given['access_token']}"
            return clients[persona]

        yield of


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of the machine; as root it cannot shut itself off, and it only meets pages of ours."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody with a browser, and what went wrong in it that they may not have seen."""

    site: str
    page: Page
    runs_scripts: bool
    language: str
    width: int
    faults: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note each request that leaves the house, what a page needed and did not get, and all that it complains of."""
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.on("console", self._complained)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))

    def go(self, path: str) -> int:
        """Open an address of the house; the status."""
        answer = self.page.goto(f"{self.site}{path}")
        assert answer is not None
        return answer.status

    def sign_in(self, persona: str, language: str, back: str = "") -> None:
        """Sign in as a browser does: to the issuer, a choice there, and back."""
        self.go(f"/{language}/sign-in?back={back or f'/{language}'}")
        self.page.get_by_role("link", name=str(PERSONAS[persona]["name"])).click()
        self.page.wait_for_load_state()

    def links(self) -> list[str]:
        """Where the page leads to in this house, without the place on it; a file to be kept begins with `keep:`."""
        told: list[str] = self.page.eval_on_selector_all("a[href]", _LINKS)
        ours = (each.partition("#")[0] for each in told)
        return [each.replace(self.site, "") for each in ours if each.removeprefix("keep:").startswith(self.site)]

    def fetch(self, path: str) -> int:
        """Ask for something as the visitor, without looking at it; the status."""
        return self.page.request.get(f"{self.site}{path}").status

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:")):
            self.faults.append(f"{self.page.url}: asks {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= httpx.codes.BAD_REQUEST and response.request.resource_type != "document":
            self.faults.append(f"{self.page.url}: {response.url} is {response.status}")

    def _complained(self, message: ConsoleMessage) -> None:
        # That an answer is an error is told for pages too that say so with reason; `_answered` sees to the others.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.faults.append(f"{self.page.url}: {message.text}")


@pytest.fixture
def new_visitor(site: str, chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors; what went wrong in their browsers fails the test."""
    visitors: list[Visitor] = []

    def make(*, script: bool = True, language: str = "en", device: str = "desktop") -> Visitor:
        width = WIDTHS[device]
        context = chromium.new_context(
            java_script_enabled=script, locale=language, viewport={"width": width, "height": HEIGHT}
        )
        visitor = Visitor(site, context.new_page(), script, language, width)
        visitor.watch()
        visitors.append(visitor)
        return visitor

    yield make
    for visitor in visitors:
        visitor.page.context.close()
    faults = [fault for visitor in visitors for fault in visitor.faults]
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def examine() -> Callable[[Visitor, str, str], list[str]]:
    """Looks at the page that a visitor is on, wide and narrow: what is wrong with it; and takes its picture."""
    axe = Axe()
    shutil.rmtree(PICTURES, ignore_errors=True)

    def look(visitor: Visitor, language: str, name: str) -> list[str]:
        page = visitor.page
        found: list[str] = []
        told = page.locator("html").get_attribute("lang")
        if told != language:
            found.append(f"its language is {told}")
        if (headings := page.locator("h1").count()) != 1:
            found.append(f"it has {headings} first headings")
        # What is looked for by a script is looked for in browsers that run some; the page is the same in both.
        if visitor.runs_scripts:
            found += [f"the picture {each} is not shown" for each in page.evaluate(_BROKEN_PICTURES)]
        for device, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": HEIGHT})
            if (beyond := page.evaluate(_OVERFLOW)) > 0:
                found.append(f"on a {device} it is {beyond} pixels too wide")
            if visitor.runs_scripts:
                found += [f"on a {device} {each}" for each in _violations(axe, page)]
                target = PICTURES / language / f"{name}-{device}.png"
                target.parent.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=target, full_page=True)
        page.set_viewport_size({"width": visitor.width, "height": HEIGHT})
        return [f"{page.url.removeprefix(visitor.site)}: {each}" for each in found]

    return look


def _violations(axe: Axe, page: Page) -> Iterator[str]:
    """What axe finds by all of its rules, each with the first place where it is so."""
    broken: list[dict[str, Any]] = axe.run(page).response["violations"]
    for rule in broken:
        places = rule["nodes"]
        first = " ".join(places[0]["html"].split())[:200]
        yield f"{rule['id']} ({rule['help']}), {len(places)} times, as {first}"


@pytest.fixture(scope="session")
def scene(api: Callable[[str | None], httpx.Client]) -> dict[str, str]:
    """What the citizen has in hand and others have published: an address of each kind, without its language."""
    draft = api("drafter").post("/v1/drafts", json=_draft()).raise_for_status().json()["id"]
    said = {"clause": "c2", "text": "Thirty days is too long: ten would do.", "language": "en"}
    api("citizen").post(f"/v1/drafts/{draft}/comments", json=said).raise_for_status()
    filed, answered = (_file(api, subject) for subject in ("Bus stop without a roof", "Noise at night"))
    notes = {"name": "log.txt"}
    api("citizen").post(
        f"/v1/appeals/{filed}/attachments",
        content=b"02:10, 02:40, 03:15\n",
        params=notes,
        headers={"Content-Type": "text/plain"},
    ).raise_for_status()
    answer = {"outcome": "explained", "text": "The trains keep to the rules of traffic.", "language": "en"}
    api("officer").post(f"/v1/appeals/{answered}/decision", json=answer).raise_for_status()
    words = {"text": "That is no answer to what I asked.", "language": "en"}
    complaint = api("citizen").post(f"/v1/appeals/{answered}/complaints", json=words).raise_for_status().json()["id"]
    [award] = api(None).get("/v1/awards", params={"limit": 1}).raise_for_status().json()["items"]
    return {
        "filed": f"/appeals/{filed}",
        "answered": f"/appeals/{answered}",
        "complaint": f"/complaints/{complaint}",
        "draft": f"/drafts/{draft}",
        "lot": f"/lots/{award['lot']['id']}",
        "party": f"/parties/{award['supplier']['party']}",
        "agency": "/agencies/min-transport",
        **{room: f"/{room}" for room in ("about", "agencies", "appeals", "awards", "drafts", "register", "verify")},
        "filing": "/appeals/new",
    }


def _file(api: Callable[[str | None], httpx.Client], subject: str) -> str:
    body = {"kind": "request", "agency": "min-transport", "subject": subject, "text": f"{subject}?", "language": "en"}
    return str(api("citizen").post("/v1/appeals", json=body).raise_for_status().json()["id"])


def _draft() -> dict[str, Any]:
    clause = "The body answers recommendations within 30 days."
    return {
        "type": "law",
        "agency_name": {"kk": "Әділет министрлігі", "ru": "Министерство юстиции", "en": "Ministry of Justice"},
        "title": {"kk": "Қоғамдық бақылау туралы", "ru": "Об общественном контроле", "en": "On public control"},
        "languages": ["ru", "en"],
        "clauses": [
            {"id": "c1", "number": "1", "text": {"ru": "Наблюдатели бывают в органах.", "en": "Observers may visit."}},
            {"id": "c2", "number": "2", "text": {"ru": "Орган отвечает за 30 дней.", "en": clause}},
        ],
        "discussion_until": (datetime.now(ALMATY) + timedelta(days=200)).date().isoformat(),
    }
