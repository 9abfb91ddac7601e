"""The ready personas carry claims that the services understand, and numbers that belong to one persona only."""

import json
from importlib.resources import files
from typing import Any

import pytest

from stack.personas import PERSONAS
from statute.identifiers import parse_bin, parse_iin

PEOPLE = [
    "citizen",
    "neighbour",
    "officer",
    "head",
    "higher-officer",
    "front-office",
    "terminal",
    "buyer",
    "auditor",
    "drafter",
    "expert",
    "observer",
    "bailiff",
    "moderator",
    "operator",
]
COMPANIES = ["company", "supplier", "supplier-2"]
FOREIGN = ["supplier-foreign"]
SERVICES = ["service-appeals", "service-procurement", "service-legal-acts", "service-registry"]
ROLES = {
    "citizen": ["citizen"],
    "neighbour": ["citizen"],
    "company": ["company"],
    "officer": ["officer"],
    "head": ["officer", "head"],
    "higher-officer": ["officer"],
    "front-office": ["front_office"],
    "terminal": ["terminal"],
    "buyer": ["buyer"],
    "supplier": ["company", "supplier"],
    "supplier-2": ["company", "supplier"],
    "supplier-foreign": ["supplier"],
    "auditor": ["auditor"],
    "drafter": ["drafter"],
    "expert": ["expert"],
    "observer": ["observer"],
    "bailiff": ["bailiff"],
    "moderator": ["moderator"],
    "operator": ["operator"],
    **{service: ["service"] for service in SERVICES},
}
OFFICES = {
    "officer": "min-transport",
    "head": "min-transport",
    "higher-officer": "government",
    "front-office": "government-for-citizens",
    "buyer": "health-department-astana",
    "auditor": "supreme-audit-chamber",
    "drafter": "min-justice",
    "bailiff": "justice-department-astana",
    "moderator": "min-culture",
    "operator": "min-digital",
}


@pytest.fixture(scope="module")
def agencies() -> dict[str, dict[str, Any]]:
    # By path: the stack may import nothing of a service but its main and settings.
    rows = json.loads(files("appeals").joinpath("data", "agencies.json").read_text(encoding="utf-8"))
    return {row["code"]: row for row in rows}


def test_all_are_there_with_their_roles() -> None:
    assert {name: claims["roles"] for name, claims in PERSONAS.items()} == ROLES
    assert set(ROLES) == {*PEOPLE, *COMPANIES, *FOREIGN, *SERVICES}


def test_subjects_and_names_are_their_own() -> None:
    assert [claims["sub"] for claims in PERSONAS.values()] == [f"sandbox:{name}" for name in PERSONAS]
    assert len({claims["name"] for claims in PERSONAS.values()}) == len(PERSONAS)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_has_an_iin_that_agrees_with_the_name(name: str) -> None:
    claims = PERSONAS[name]
    iin = parse_iin(str(claims["iin"]))
    patronymic = str(claims["name"]).split()[1]
    assert patronymic.endswith("қызы" if iin.sex == "female" else "ұлы")
    assert 18 <= 2026 - iin.birth_date.year <= 63
    assert "bin" not in claims


@pytest.mark.parametrize("name", COMPANIES)
def test_a_company_has_a_bin(name: str) -> None:
    parse_bin(str(PERSONAS[name]["bin"]))
    assert not {"iin", "agency"} & PERSONAS[name].keys()


@pytest.mark.parametrize("name", FOREIGN)
def test_who_is_from_another_country_has_a_party_and_no_number_of_kazakhstan(name: str) -> None:
    party = PERSONAS[name]["party"]
    assert isinstance(party, dict)
    assert not str(party["scheme"]).startswith("KZ-")
    assert not {"iin", "bin", "agency"} & PERSONAS[name].keys()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_number(name: str) -> None:
    assert PERSONAS[name].keys() == {"sub", "name", "roles"}


def test_no_number_is_used_twice(agencies: dict[str, dict[str, Any]]) -> None:
    own = [claims[key] for claims in PERSONAS.values() for key in ("iin", "bin") if key in claims]
    numbers = own + [row["bin"] for row in agencies.values()]
    assert len(own) == len(PEOPLE) + len(COMPANIES)
    assert len(set(numbers)) == len(numbers)


def test_people_in_office_sit_in_bodies_of_the_list(agencies: dict[str, dict[str, Any]]) -> None:
    offices = {name: claims["agency"] for name, claims in PERSONAS.items() if "agency" in claims}
    assert offices == {name: agencies[code]["bin"] for name, code in OFFICES.items()}
    assert agencies[OFFICES["officer"]]["higher"] == OFFICES["higher-officer"]


def test_claims_can_be_written_into_a_token() -> None:
    assert json.loads(json.dumps(dict(PERSONAS))) == PERSONAS


def test_a_persona_cannot_be_replaced() -> None:
    with pytest.raises(TypeError):
        PERSONAS["citizen"] = {}  # type: ignore[index]
