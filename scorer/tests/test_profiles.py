"""The profile as data: complete, strict about its form, hashed, and told by the document."""

import copy
import datetime as dt
import os
import re
from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from scorer import Bid, Lot, Profile, UnknownProfile, canonical, profile, profiles, read_profile, score

DOCUMENT = Path(__file__).parents[2] / "docs" / "law" / "procurement.md"
REPORT = profile("report-2022")


def changed(**answers: str) -> Profile:
    data = REPORT.as_data()
    for name, answer in answers.items():
        data["parameters"][name]["value"] = answer
    return read_profile(data)


def test_the_profiles() -> None:
    assert "report-2022" in profiles()
    assert REPORT is profile("report-2022")
    assert (REPORT.name, REPORT.version, REPORT.since, REPORT.until) == (
        "report-2022",
        "2026-11",
        dt.date(2022, 1, 1),
        None,
    )
    with pytest.raises(UnknownProfile) as refused:
        profile("tomorrow")
    assert refused.value.name == "tomorrow"


def test_the_numbers() -> None:
    assert {name: str(parameter.value) for name, parameter in REPORT.parameters.items()} == {
        "weights_total": "100",
        "price_weight_minimum": "30",
        "price_band": "1/5",
        "experience_full_years": "10",
        "financial_years": "3",
        "income_full_ratio": "1",
        "taxes_full_ratio": "3/100",
        "payroll_full_ratio": "33/500",
        "warranty_full_months": "36",
        "display_places": "2",
        "missing_year": "counts_as_zero",
        "zero_income": "counts_as_zero",
        "warranty_below_required": "no_points",
        "experience_in_ties": "all_years",
    }
    assert all(parameter.source and parameter.reason for parameter in REPORT.parameters.values())
    assert REPORT.default_weights == {"price": 40, "experience": 20, "financial_stability": 20, "warranty": 20}
    with pytest.raises(KeyError):
        REPORT.number("missing_year")
    with pytest.raises(KeyError):
        REPORT.answer("price_band")


def test_the_words_name_the_numbers_in_force() -> None:
    for name, said in {"price": ["20 %"], "experience": ["10"], "warranty": ["36"]}.items():
        for language, words in REPORT.criteria[name].words.items():
            assert all(number in words for number in said), (name, language)
    for language, payroll in {"kk": "6,6 %", "ru": "6,6 %", "en": "6.6 %"}.items():
        words = REPORT.criteria["financial_stability"].words[language]
        assert all(number in words for number in ("100 %", " 3 %", payroll)), language


def test_the_hash_is_that_of_the_whole_profile() -> None:
    """A published profile never changes: what would change this line is a profile of another name."""
    assert REPORT.hash == sha256(canonical(REPORT.as_data())).hexdigest()
    assert REPORT.hash == "ae0072914436823d425fe70c3c36838dc6884c678ce04f95ec1c3faccc92e19d"


def test_the_data_is_read_back() -> None:
    again = read_profile(REPORT.as_data())
    assert again == REPORT
    assert again.hash == REPORT.hash
    assert changed(zero_income="left_out").hash != REPORT.hash
    REPORT.as_data()["parameters"].clear()
    assert REPORT.as_data() == again.as_data()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.update(surprise=1),
        lambda data: data.pop("source"),
        lambda data: data.update(since="yesterday"),
        lambda data: data["parameters"].pop("price_band"),
        lambda data: data["parameters"].update(mood=data["parameters"]["price_band"]),
        lambda data: data["parameters"]["price_band"].update(value=0.2),
        lambda data: data["parameters"]["price_band"].update(value="0.2"),
        lambda data: data["parameters"]["price_band"].update(value="1/0"),
        lambda data: data["parameters"]["price_band"].update(value="0/1"),
        lambda data: data["parameters"]["financial_years"].update(value=0),
        lambda data: data["parameters"]["financial_years"].update(value=True),
        lambda data: data["parameters"]["financial_years"].update(answers=["3"]),
        lambda data: data["parameters"]["zero_income"].update(value="perhaps"),
        lambda data: data["parameters"]["zero_income"].update(answers=["counts_as_zero"]),
        lambda data: data["parameters"]["price_band"].update(open=True),
        lambda data: data["parameters"].update(price=data["parameters"]["price_band"]),
        lambda data: data["measures"][0].update(formula="mean_taxes + mean_payroll + income_ratio"),
        lambda data: data["measures"][0].update(formula="earned"),
        lambda data: data["total"].update(better="prettier"),
        lambda data: data["total"].update(formula="beauty"),
        lambda data: data["criteria"][0].update(parts=["beauty"]),
        lambda data: data["lot"][0].update(kind="colour"),
        lambda data: data["lot"][1].update(default="none"),
        lambda data: data["bid"].append(data["bid"][0]),
        lambda data: data["requirements"][0].update(of="buyer"),
        lambda data: data["complaint"].update(appealable=False),
        lambda data: data.update(dumping=data["total"] | {"name": "beauty"}),
        lambda data: data["parameters"]["zero_income"].pop("reason"),
        lambda data: data["criteria"].append(data["criteria"][0]),
        lambda data: data["criteria"][0]["words"].pop("kk"),
        lambda data: data["ties"][0].pop("better"),
        lambda data: data["undecided"].clear(),
    ],
)
def test_a_malformed_profile_is_refused(spoil: Callable[[Any], object]) -> None:
    data = copy.deepcopy(REPORT.as_data())
    spoil(data)
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_profile(data)


def bid(*, hour: int = 1, **change: Any) -> Bid:
    figures = (1000_00, 1000_00, 1000_00)
    moment = dt.datetime(2026, 11, 23, hour, tzinfo=dt.UTC)
    fields: dict[str, Any] = {"id": "one", "price": 900_00} | {
        name: change.pop(name) for name in ("id", "price") if name in change
    }
    facts: dict[str, Any] = {"experience_years": 0, "warranty_months": 0, "income": figures}
    return Bid(**fields, received_at=moment, facts=facts | {"taxes": (0, 0, 0), "payroll": (0, 0, 0)} | change)


LOT = Lot(1000_00, {"weights": REPORT.default_weights, "warranty_months": 12})


def stability(under: Profile, one: Bid) -> Fraction | None:
    return score(under, LOT, [one]).ranking[0].points[2].share


def test_the_chain_of_ties_is_data() -> None:
    data = REPORT.as_data()
    data["ties"].reverse()
    cheaper, earlier = bid(id="cheaper", price=1_00, hour=2), bid(id="earlier", price=2_00, hour=1)
    assert score(REPORT, LOT, [cheaper, earlier]).winner == "cheaper"
    assert score(read_profile(data), LOT, [cheaper, earlier]).winner == "earlier"


def test_every_question_has_another_answer() -> None:
    assert {name: one.answers for name, one in REPORT.parameters.items() if one.answers} == {
        "missing_year": ("counts_as_zero", "left_out"),
        "zero_income": ("counts_as_zero", "left_out"),
        "warranty_below_required": ("no_points", "refused"),
        "experience_in_ties": ("all_years", "counted_years"),
    }


def test_a_missing_year_may_be_left_out() -> None:
    young = bid(income=(None, None, 1000_00))
    assert stability(REPORT, young) == Fraction(1, 9)
    assert stability(changed(missing_year="left_out"), young) == Fraction(1, 3)
    assert stability(changed(missing_year="left_out"), bid(income=(None, None, None))) == 0


def test_taxes_without_income_may_be_left_out() -> None:
    idle = bid(income=(0, 0, 0), payroll=(66_00, 66_00, 66_00))
    assert stability(REPORT, idle) == Fraction(1, 3)
    told = score(changed(zero_income="left_out"), LOT, [idle])
    assert told.ranking[0].points[2].share == Fraction(1, 2)
    parts = told.as_data()["ranking"][0]["points"][2]["parts"]
    assert (parts[3]["name"], parts[3]["value"]) == ("taxes_share", None)


def test_a_short_warranty_may_be_refused() -> None:
    short = bid(warranty_months=11)
    assert score(REPORT, LOT, [short]).winner == "one"
    told = score(changed(warranty_below_required="refused"), LOT, [short, bid(id="two", warranty_months=12)])
    assert [(one.bid, one.reason) for one in told.refused] == [("one", "warranty_below_required")]
    assert told.winner == "two"


def test_years_beyond_the_tenth_may_not_count_in_ties() -> None:
    bids = [bid(id="ten", experience_years=10, hour=1), bid(id="twelve", experience_years=12, hour=2)]
    assert score(REPORT, LOT, bids).winner == "twelve"
    assert score(changed(experience_in_ties="counted_years"), LOT, bids).winner == "ten"


def shown(one: Any) -> str:
    weighed = "weight · " if one.weight else ""
    text = one.formula.text.replace("*", "·").replace("/", "÷")
    return f"{weighed}`{text}`"


def parameter_table() -> str:
    rows = [
        f"| `{name}` | {number_or_answer(one)} | {one.get('reason')} | {one['source']} |"
        for name, one in REPORT.as_data()["parameters"].items()
    ]
    return "\n".join(["| Parameter | Value | Why | Source |", "|---|---|---|---|", *rows])


def number_or_answer(parameter: dict[str, Any]) -> str:
    others = [answer for answer in parameter.get("answers", ()) if answer != parameter["value"]]
    return f"`{parameter['value']}`" + "".join(f", not `{other}`" for other in others)


def criterion_table() -> str:
    rows = [f"| {one.title['en']} | {shown(one)} | {one.source} |" for one in REPORT.criteria.values()]
    return "\n".join(["| Criterion | Points | Source |", "|---|---|---|", *rows])


def tie_table() -> str:
    rows = [f"| {n} | `{one.name}` | {one.words['en']} | {one.source} |" for n, one in enumerate(REPORT.ties, 1)]
    return "\n".join(["| | Step | What it says | Source |", "|---|---|---|---|", *rows])


DRAWN = {"parameters": parameter_table, "criteria": criterion_table, "ties": tie_table}


@pytest.mark.parametrize("name", DRAWN)
def test_the_document_tells_the_same_rules(name: str) -> None:
    between = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=\n<!-- end -->)", re.DOTALL)
    drawn = DRAWN[name]()
    if os.environ.get("ASHYQ_WRITE") == "1":
        DOCUMENT.write_text(between.sub(lambda _: drawn, DOCUMENT.read_text("utf-8"), count=1), "utf-8")
    found = between.search(DOCUMENT.read_text("utf-8"))
    assert found is not None, f"the document has no place for {name}"
    assert found.group() == drawn, "draw it anew with `ASHYQ_WRITE=1 .venv/bin/pytest scorer/tests/test_profiles.py`"


def test_the_document_names_the_hash() -> None:
    assert REPORT.hash in DOCUMENT.read_text("utf-8")
