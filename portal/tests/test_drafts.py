"""Drafts as readers see them: the text, what is said of it, and what is answered."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

Api = Callable[[str], httpx.Client]
SignedIn = Callable[..., httpx.Client]
Hidden = Callable[[str], dict[str, str]]
Draft = dict[str, Any]


def _clause(id_: str | None, number: str, ru: str, kk: str) -> dict[str, Any]:
    return {"id": id_, "number": number, "heading": None, "text": {"ru": ru, "kk": kk}}


@pytest.fixture
def draft(api: Api) -> Draft:
    """A draft of three clauses in two languages, open for comment for some weeks."""
    until = (datetime.now(UTC) + timedelta(days=40)).date()
    body = {
        "type": "law",
        "agency_name": {"ru": "Министерство юстиции", "kk": "Әділет министрлігі"},
        "title": {"ru": f"О доступе {uuid4().hex}", "kk": "Қол жеткізу туралы"},
        "languages": ["kk", "ru"],
        "clauses": [
            _clause("c1", "1", "Срок – пятнадцать дней.", "Мерзім – он бес күн."),
            _clause("c2", "2", "Отказ <b>мотивирован</b>.", "Бас тарту негізделеді."),
            _clause("c3", "3", "Плата не взимается.", "Ақы алынбайды."),
        ],
        "discussion_until": until.isoformat(),
    }
    made: Draft = api("drafter").post("/v1/drafts", json=body).raise_for_status().json()
    return made


def _comment(api: Api, draft: Draft, **said: str) -> dict[str, Any]:
    body = {"language": "ru", "text": "Слишком долго.", **said}
    made: dict[str, Any] = api("citizen").post(f"/v1/drafts/{draft['id']}/comments", json=body).json()
    return made


def _do(api: Api, who: str, path: str, body: Any) -> Any:
    """What somebody does with an object, in its newest version."""
    client = api(who)
    place = path.rpartition("/")[0]
    tag = client.get(place).headers["etag"]
    return client.post(path, json=body, headers={"If-Match": tag}).raise_for_status().json()


def _second_version(api: Api, draft: Draft) -> None:
    clauses = [
        _clause("c1", "1", "Срок – десять дней.", "Мерзім – он күн."),
        _clause(None, "2", "Ответ – на языке запроса.", "Жауап – сұрау тілінде."),
        _clause("c2", "3", "Отказ <b>мотивирован</b>.", "Бас тарту негізделеді."),
    ]
    _do(api, "drafter", f"/v1/drafts/{draft['id']}/versions", {"clauses": clauses})


@pytest.mark.parametrize(
    ("language", "lead", "left"),
    [
        ("kk", "Жобаны тармақ бойынша", "41 күнтізбелік күн қалды"),
        ("ru", "Прочтите проект", "ещё 41 календарный день"),
        ("en", "Read a draft", "41"),
    ],
)
def test_drafts_are_listed_with_the_days_left(
    language: str, lead: str, left: str, draft: Draft, house: httpx.Client
) -> None:
    page = house.get(f"/{language}/drafts", params={"q": draft["number"]}).text
    assert lead in page
    assert left in page
    assert f'href="/{language}/drafts/{draft["id"]}"' in page


def test_filters_say_when_nothing_is_found_and_when_they_are_wrong(draft: Draft, house: httpx.Client) -> None:
    found = {"q": draft["number"], "phase": "discussion", "type": "law", "agency": draft["agency"]["bin"]}
    assert draft["id"] in house.get("/en/drafts", params=found).text
    nothing = house.get("/en/drafts", params=found | {"phase": "adopted"}).text
    assert "There is no such draft" in nothing
    wrong = house.get("/en/drafts", params={"phase": "dreaming"})
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)


def test_a_draft_that_waits_for_answers_comes_first(draft: Draft, api: Api, house: httpx.Client) -> None:
    _comment(api, draft)
    operator = api("operator")
    now = operator.get("/sandbox/clock").json()["now"]
    later = datetime.fromisoformat(now) + timedelta(days=45)
    try:
        operator.put("/sandbox/clock", json={"now": later.isoformat()}).raise_for_status()
        operator.post("/sandbox/sweep").raise_for_status()
        page = house.get("/en/drafts").text
        whole = house.get(f"/en/drafts/{draft['id']}").text
    finally:
        operator.put("/sandbox/clock", json={"now": now}).raise_for_status()
    assert "0 of 1 comments are answered. Overdue: 1." in page.replace("\n", "")
    assert "The answer is overdue" in whole
    assert "left to comment" not in whole


def test_the_text_is_shown_in_a_language_that_it_has(draft: Draft, house: httpx.Client) -> None:
    in_english = house.get(f"/en/drafts/{draft['id']}").text
    assert 'lang="kk">Мерзім – он бес күн.</p>' in in_english
    in_russian = house.get(f"/en/drafts/{draft['id']}?text=ru").text
    assert 'lang="ru">Срок – пятнадцать дней.</p>' in in_russian
    assert "Отказ &lt;b&gt;мотивирован&lt;/b&gt;." in in_russian
    assert house.get(f"/en/drafts/{draft['id']}?text=en").text.count("Мерзім – он бес күн.") == 1


def test_who_has_not_signed_in_is_asked_to(draft: Draft, house: httpx.Client) -> None:
    page = house.get(f"/en/drafts/{draft['id']}").text
    assert f'href="/en/sign-in?back=%2Fen%2Fdrafts%2F{draft["id"]}"' in page
    assert "<textarea" not in page
    sent = house.post(f"/en/drafts/{draft['id']}/comments", data={"text": "Hello", "language": "en"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/en/sign-in?back=")


def test_a_comment_is_taken_once_and_shown_as_text(draft: Draft, api: Api, signed_in: SignedIn, hidden: Hidden) -> None:
    client = signed_in("citizen")
    place = f"/en/drafts/{draft['id']}"
    fields = hidden(client.get(place).text) | {
        "clause": "c2",
        "text": "<script>alert(1)</script>",
        "suggestion": "Отказ краток.",
        "language": "ru",
    }
    first, again = (client.post(f"{place}/comments", data=fields) for _ in range(2))
    assert first.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    [made] = api("citizen").get(f"/v1/drafts/{draft['id']}/comments").json()["items"]
    assert (made["clause"], made["suggestion"]) == ("c2", "Отказ краток.")
    page = client.get(first.headers["location"]).text
    assert "Your comment is taken" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert f'href="/en/comments/{made["id"]}/receipt"' in page


@pytest.mark.parametrize(
    ("language", "fault"),
    [("kk", "Пікіріңізді жазыңыз."), ("ru", "Напишите замечание."), ("en", "Write your comment.")],
)
def test_what_cannot_be_taken_comes_back_as_it_was_typed(
    language: str, fault: str, draft: Draft, signed_in: SignedIn, hidden: Hidden
) -> None:
    client = signed_in("citizen")
    place = f"/{language}/drafts/{draft['id']}"
    fields = hidden(client.get(place).text) | {"clause": "c3", "suggestion": "Плата <невелика>.", "language": "ru"}
    refused = client.post(f"{place}/comments", data=fields)
    assert refused.status_code == 422
    assert fault in refused.text
    assert "Плата &lt;невелика&gt;.</textarea>" in refused.text
    assert f'name="key" value="{fields["key"]}"' in refused.text
    assert client.post(f"{place}/comments", data=fields | {"text": "Пусть."}).status_code == 303


def test_a_draft_that_was_withdrawn_takes_no_comments(
    draft: Draft, api: Api, signed_in: SignedIn, hidden: Hidden
) -> None:
    client = signed_in("citizen")
    place = f"/en/drafts/{draft['id']}"
    fields = hidden(client.get(place).text) | {"text": "Too long, I fear.", "language": "en"}
    _do(api, "drafter", f"/v1/drafts/{draft['id']}/withdrawal", {"reason": "Not <needed>."})
    refused = client.post(f"{place}/comments", data=fields)
    assert refused.status_code == 409
    assert "Too long, I fear.</textarea>" in refused.text
    assert "Not &lt;needed&gt;." in refused.text
    assert "<textarea" not in client.get(place).text


def test_answers_hidden_words_opinions_and_old_clauses_are_told(draft: Draft, api: Api, house: httpx.Client) -> None:
    answered = _comment(api, draft, clause="c1")
    rude = _comment(api, draft, clause="c2", text="Реклама!")
    _comment(api, draft, clause="c3", text="А большой запрос?")
    _second_version(api, draft)
    answer = {"outcome": "accepted", "reason": "Согласны.", "language": "ru", "clause": "c1"}
    _do(api, "drafter", f"/v1/comments/{answered['id']}/answers", answer)
    hiding = {"action": "hide", "ground": "advertising", "reason": "Продажа услуг."}
    _do(api, "moderator", f"/v1/comments/{rude['id']}/moderation", hiding)
    opinion = {"channel": "scientific_legal", "conclusion": "objects", "text": "Срок мал.", "language": "ru"}
    api("expert").post(f"/v1/drafts/{draft['id']}/opinions", json=opinion).raise_for_status()
    page = house.get(f"/ru/drafts/{draft['id']}").text
    for words in ("Согласны.", "принято", "Продажа услуг.", "пункт исключён из текста", "возражает", "Срок мал."):
        assert words in page
    assert "Реклама!" not in page
    assert "О пунктах, которых в тексте больше нет" in page
    only = house.get(f"/ru/drafts/{draft['id']}?state=answered").text
    assert "Согласны." in only
    assert "А большой запрос?" not in only


def test_versions_differ_in_words_that_are_marked_without_colour(draft: Draft, api: Api, house: httpx.Client) -> None:
    _second_version(api, draft)
    page = house.get(f"/en/drafts/{draft['id']}/diff?from=1&to=2&text=ru").text
    assert '<del><span class="mark">[–</span>пятнадцать<span class="mark">–]</span></del>' in page
    assert '<ins><span class="mark">[+</span>десять<span class="mark">+]</span></ins>' in page
    for words in ("formerly 2", "new</span>", "removed</span>", "renumbered</span>"):
        assert words in page
    old = house.get(f"/en/drafts/{draft['id']}/versions/1?text=ru").text
    assert "Срок – пятнадцать дней." in old
    assert "SHA-256" in old
    for nowhere in ("versions/3", "versions/0", "diff?from=1&to=9", "diff?from=1"):
        assert house.get(f"/en/drafts/{draft['id']}/{nowhere}").status_code == 404


def test_a_report_is_told_with_its_counts_and_its_receipt(draft: Draft, api: Api, house: httpx.Client) -> None:
    assert "There is no report yet" in house.get(f"/en/drafts/{draft['id']}").text
    operator = api("operator")
    now = operator.get("/sandbox/clock").json()["now"]
    later = datetime.fromisoformat(now) + timedelta(days=45)
    try:
        operator.put("/sandbox/clock", json={"now": later.isoformat()}).raise_for_status()
        operator.post("/sandbox/sweep").raise_for_status()
        _do(api, "drafter", f"/v1/drafts/{draft['id']}/report", None)
    finally:
        operator.put("/sandbox/clock", json={"now": now}).raise_for_status()
    assert "0 comments, 0 answers" in house.get(f"/en/drafts/{draft['id']}").text
    proved = _taken(house, f"/en/drafts/{draft['id']}/report/receipt")["entries"]
    assert proved[-1]["entry"]["event"] == "draft.reported"


def test_receipts_go_home(draft: Draft, api: Api, house: httpx.Client) -> None:
    made = _comment(api, draft)
    opinion = {"channel": "atameken", "conclusion": "supports", "text": "Да.", "language": "ru"}
    posted = api("expert").post(f"/v1/drafts/{draft['id']}/opinions", json=opinion).json()
    for kind, object_id in (("draft", draft["id"]), ("comment", made["id"]), ("opinion", posted["id"])):
        assert _taken(house, f"/en/{kind}s/{object_id}/receipt")["object"] == {"kind": kind, "id": object_id}
    for nowhere in (f"/en/drafts/{uuid4()}", f"/en/drafts/{uuid4()}/receipt", "/en/drafts/x", "/en/comments/x/receipt"):
        assert house.get(nowhere).status_code == 404


def _taken(house: httpx.Client, address: str) -> Any:
    """A receipt, once what it proves is sealed; until then the page says that it will be."""
    until = time.monotonic() + 30
    while (answer := house.get(address)).status_code == 202 and time.monotonic() < until:
        assert "The receipt is being sealed" in answer.text
        time.sleep(0.2)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    return answer.json()
