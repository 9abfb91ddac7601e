"""The register as readers ask it: nothing about a person stands in an address, and nothing is kept."""

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from stack.house import furnished
from stack.personas import PERSONAS
from stack.place import Place
from stack.postgres import remove
from stack.serving import serving_beside

Api = Callable[[str], httpx.Client]
SignedIn = Callable[..., httpx.Client]
Hidden = Callable[[str], dict[str, str]]
CITIZEN, COMPANY, NEIGHBOUR = PERSONAS["citizen"], PERSONAS["company"], PERSONAS["neighbour"]


@pytest.fixture
def debtors(api: Api) -> None:
    """A person and a company in the register."""
    bailiff = api("bailiff")
    for scheme, number, name in (
        ("KZ-IIN", CITIZEN["iin"], CITIZEN["name"]),
        ("KZ-BIN", COMPANY["bin"], COMPANY["name"]),
    ):
        claimant = {"scheme": "KZ-IIN", "id": NEIGHBOUR["iin"], "name": NEIGHBOUR["name"]}
        body = {
            "region": "KZ-71",
            "document": {"number": "7119-26-00-2/4815", "issued_by": "Сот"},
            "debtor": {"scheme": scheme, "id": number, "name": name},
            "claims": [{"claimant": claimant, "category": "labour", "amount": {"amount": "100.00"}}],
        }
        received = bailiff.post("/v1/proceedings", json=body).raise_for_status()
        place = received.headers["location"]
        bailiff.post(f"{place}/opening", headers={"If-Match": received.headers["etag"]}).raise_for_status()


def _ask(client: httpx.Client, hidden: Hidden, language: str = "en", **fields: str) -> httpx.Response:
    sent = hidden(client.get(f"/{language}/register").text) | fields
    return client.post(f"/{language}/register", data=sent)


@pytest.mark.parametrize(
    ("language", "found", "certainty"),
    [
        ("kk", "Тізілімде бар", "дәл сәйкестік"),
        ("ru", "В реестре есть", "точное совпадение"),
        ("en", "In the register", "certain"),
    ],
)
@pytest.mark.usefixtures("debtors")
def test_a_person_is_found_by_number_and_nothing_keeps_it(
    language: str, found: str, certainty: str, house: httpx.Client, hidden: Hidden
) -> None:
    answer = _ask(house, hidden, language, way="iin", iin=f" {str(CITIZEN['iin'])[:6]} {str(CITIZEN['iin'])[6:]} ")
    assert answer.status_code == 200
    assert f"<h2>{found}" in answer.text
    assert certainty in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text
    assert str(CITIZEN["iin"]) not in answer.text
    assert str(answer.url).endswith(f"/{language}/register")


@pytest.mark.usefixtures("debtors")
def test_a_name_with_a_birth_date_may_be_somebody_elses(house: httpx.Client, hidden: Hidden) -> None:
    answer = _ask(house, hidden, way="name", name="Сапарова Айгерим", birth_date="1988-04-17")
    assert "probable" in answer.text
    assert "This may not be you" in answer.text
    assert "Сапарова" not in answer.text


@pytest.mark.usefixtures("debtors")
def test_companies_are_named_and_listed(house: httpx.Client, hidden: Hidden) -> None:
    name = str(COMPANY["name"])
    answer = _ask(house, hidden, way="bin", bin=str(COMPANY["bin"]))
    assert f"In the register: {name}" in answer.text
    listed = house.get("/ru/register", params={"name": "Көкжиек", "region": "KZ-71"}).text
    assert f'<th scope="row">{name}<br>' in listed
    assert str(CITIZEN["name"]) not in listed
    assert "Таких компаний в реестре нет." in house.get("/ru/register?name=Nobody").text
    wrong = house.get("/en/register?region=KZ-00")
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)


@pytest.mark.parametrize(
    ("language", "words"),
    [("kk", "Ештеңе істеудің қажеті жоқ"), ("ru", "Ничего делать не нужно"), ("en", "There is nothing to do")],
)
def test_who_is_not_in_it_is_told_so(language: str, words: str, house: httpx.Client, hidden: Hidden) -> None:
    assert words in _ask(house, hidden, language, way="iin", iin=str(NEIGHBOUR["iin"])).text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"way": "iin", "iin": "880417499015"}, "This is no IIN"),
        ({"way": "bin", "bin": "<12>"}, "This is no BIN"),
        ({"way": "name", "name": "<Aigerim> S", "birth_date": "1988-02-30"}, "Write a right birth date"),
        ({"way": "name", "name": "<Aigerim>"}, "Write a right birth date"),
        ({"way": "name", "name": "<Aigerim>", "birth_date": "1988-04-17"}, "Write the surname and the first name"),
        ({"way": "magic"}, "Search in one way"),
    ],
)
def test_what_cannot_be_asked_comes_back_as_it_was_typed(
    fields: dict[str, str], told: str, house: httpx.Client, hidden: Hidden
) -> None:
    refused = _ask(house, hidden, **fields)
    assert refused.status_code == 422
    assert told in refused.text
    assert refused.headers["cache-control"] == "private, no-store"
    for name in ("iin", "bin", "name"):
        typed = fields.get(name, "").replace("<", "&lt;").replace(">", "&gt;")
        assert f'value="{typed}"' in refused.text


@pytest.mark.usefixtures("debtors")
def test_the_answer_has_a_receipt_for_who_has_asked(signed_in: SignedIn, hidden: Hidden, house: httpx.Client) -> None:
    client = signed_in("citizen")
    assert "receipt-iin" not in house.get("/en/register").text
    answer = _ask(client, hidden, way="iin", iin=str(CITIZEN["iin"]), receipt="yes")
    [address] = re.findall(r'href="(/en/register/answers/[\w-]+/receipt)"', answer.text)
    assert _taken(client, address)["object"]["kind"] == "register-answer"
    assert house.get(address).headers["location"].startswith("/en/sign-in")
    assert signed_in("neighbour").get(address).status_code == 404
    assert "/receipt" not in _ask(client, hidden, way="iin", iin=str(CITIZEN["iin"])).text


def _taken(client: httpx.Client, address: str) -> Any:
    until = time.monotonic() + 30
    while (answer := client.get(address)).status_code == 202 and time.monotonic() < until:
        time.sleep(0.2)
    return answer.raise_for_status().json()


@pytest.fixture(scope="module")
def patient() -> Iterator[httpx.Client]:
    """A visitor of a house that answers one search a minute."""
    data = Path(tempfile.mkdtemp(prefix="ashyq-pages-"))
    data.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASHYQ_SEARCH_LIMIT", "1")
        try:
            with (
                furnished(Place(data, 0), lambda _: None) as app,
                serving_beside(app) as url,
                httpx.Client(base_url=url, timeout=60) as client,
            ):
                yield client
        finally:
            remove(data)


def test_too_many_questions_are_refused_kindly(patient: httpx.Client, hidden: Hidden) -> None:
    asked = {"way": "iin", "iin": str(NEIGHBOUR["iin"])}
    assert _ask(patient, hidden, "ru", **asked).status_code == 200
    refused = _ask(patient, hidden, "ru", **asked)
    assert refused.status_code == 429
    assert "Подождите минуту и спросите снова" in refused.text
    assert f'value="{asked["iin"]}"' in refused.text
