"""The list of state bodies is sound, and is found by code, by BIN and by words in three languages."""

import dataclasses
from typing import Any

import pytest

from appeals.domain.agencies import (
    AGENCIES,
    LANGUAGES,
    LEVELS,
    UnknownAgency,
    agencies_from,
    agency,
    find_agencies,
    is_higher,
)
from statute.calendars import Week
from statute.identifiers import BinKind, BinPart, parse_bin

TOPS = {"government", "president-administration", "supreme-court", "general-prosecutor", "national-bank", "ombudsman"}


def row(code: str, bin_: str, higher: str | None = None, **changes: object) -> dict[str, Any]:
    name = {"kk": "Кеңсе", "ru": "Канцелярия", "en": "Office"}
    plain = {"code": code, "bin": bin_, "bin_placeholder": True, "name": name}
    return {**plain, "level": "central", "week": "five", "higher": higher, **changes}


def codes(q: str | None, level: str | None = None) -> list[str]:
    return [each.code for each in find_agencies(q, level)]


class TestTheList:
    def test_holds_the_whole_government_and_all_regions(self) -> None:
        assert len(AGENCIES) >= 40
        assert len([each for each in AGENCIES if each.code.startswith("min-")]) == 21
        assert len(find_agencies("akimat-", "region")) == 17
        assert {"akimat-astana", "akimat-almaty", "akimat-shymkent"} <= set(codes(None, "city"))

    @pytest.mark.parametrize("each", AGENCIES, ids=lambda each: each.code)
    def test_every_row_is_well_formed(self, each: Any) -> None:
        number = parse_bin(each.bin)
        assert (number.kind, number.part) == (BinKind.LEGAL_ENTITY_RESIDENT, BinPart.HEAD)
        assert tuple(each.name) == LANGUAGES
        assert all(text == text.strip() != "" for text in each.name.values())
        assert each.level in LEVELS

    def test_no_bin_pretends_to_be_real(self) -> None:
        assert all(each.bin_placeholder for each in AGENCIES)

    def test_kazakh_names_have_kazakh_letters_and_english_names_have_none(self) -> None:
        kazakh = set("әғқңөұүһі")
        assert [each.code for each in AGENCIES if not kazakh & set(each.name["kk"].casefold())] == []
        assert [each.code for each in AGENCIES if any("Ѐ" <= letter <= "ӿ" for letter in each.name["en"])] == []

    def test_bodies_with_open_saturdays_are_marked_as_assumed(self) -> None:
        six = {each.code for each in AGENCIES if each.week is Week.SIX}
        assert six == {"government-for-citizens", "polyclinic-1-astana"}
        assert {each.code for each in AGENCIES if each.week_assumed} == six

    def test_a_body_cannot_be_changed(self) -> None:
        with pytest.raises(dataclasses.FrozenInstanceError):
            agency("min-transport").level = "city"  # type: ignore[misc]


class TestLookup:
    @pytest.mark.parametrize("each", AGENCIES, ids=lambda each: each.code)
    def test_by_code_and_by_bin(self, each: Any) -> None:
        assert agency(each.code) is each
        assert agency(each.bin) is each

    @pytest.mark.parametrize("given", ["", "min-magic", "MIN-TRANSPORT", "000000000000", " min-transport"])
    def test_unknown(self, given: str) -> None:
        with pytest.raises(UnknownAgency) as caught:
            agency(given)
        assert caught.value.given == given


class TestSearch:
    @pytest.mark.parametrize(
        "q",
        ["Көлік министрлігі", "көлік МИНИСТРЛІГІ", "Министерство транспорта", "ministry of TRANSPORT", "min-transport"],
    )
    def test_in_every_language_whatever_the_case(self, q: str) -> None:
        assert "min-transport" in codes(q)
        assert "min-water" not in codes(q)

    def test_folds_the_letters_that_only_kazakh_has(self) -> None:
        assert codes("ҰЛЫТАУ") == codes("ұлытау") == ["akimat-ulytau"]
        assert codes("ҚЫЗЫЛОРДА ОБЛЫСЫНЫҢ ӘКІМДІГІ") == ["akimat-kyzylorda"]

    def test_finds_letters_typed_with_a_separate_mark(self) -> None:
        assert codes("Акмолинскои\u0306") == codes("Акмолинской") == ["akimat-akmola"]

    def test_keeps_to_the_level_in_the_order_of_codes(self) -> None:
        assert codes("Қарағанды", "region") == ["akimat-karaganda"]
        assert codes("Қарағанды", "city") == ["akimat-karaganda-city"]
        assert codes("Қарағанды") == ["akimat-bukhar-zhyrau-district", "akimat-karaganda", "akimat-karaganda-city"]

    def test_without_words_or_level_gives_everything(self) -> None:
        assert codes(None) == codes("") == sorted(each.code for each in AGENCIES)
        assert sum(len(codes(None, level)) for level in LEVELS) == len(AGENCIES)

    def test_what_does_not_exist_is_not_found(self) -> None:
        assert codes("Хогвартс") == codes(None, "galaxy") == []


class TestHigherBodies:
    @pytest.mark.parametrize("each", AGENCIES, ids=lambda each: each.code)
    def test_everything_reaches_a_top_without_a_circle(self, each: Any) -> None:
        steps = [each]
        while steps[-1].higher is not None:
            steps.append(agency(steps[-1].higher))
            assert steps[-1] not in steps[:-1]
        assert steps[-1].code in TOPS

    @pytest.mark.parametrize(
        ("code", "of", "expected"),
        [
            ("min-transport", "road-transport-committee", True),
            ("government", "road-transport-committee", True),
            ("government", "min-transport", True),
            ("akimat-astana", "polyclinic-1-astana", True),
            ("general-prosecutor", "legal-statistics-committee", True),
            ("president-administration", "agency-competition", True),
            ("akimat-abai", "akimat-semey-city", True),
            ("akimat-pavlodar", "akimat-semey-city", False),
            ("road-transport-committee", "min-transport", False),
            ("min-transport", "min-transport", False),
            ("government", "supreme-court", False),
        ],
    )
    def test_walks_the_chain(self, *, code: str, of: str, expected: bool) -> None:
        assert is_higher(code, of) is expected
        assert is_higher(agency(code).bin, agency(of).bin) is expected

    @pytest.mark.parametrize(("code", "of"), [("nobody", "min-transport"), ("min-transport", "nobody")])
    def test_unknown(self, code: str, of: str) -> None:
        with pytest.raises(UnknownAgency, match="nobody"):
            is_higher(code, of)


class TestRefusedData:
    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            ([row("a", "1"), row("a", "2")], "share"),
            ([row("a", "1"), row("b", "1")], "share"),
            ([row("a", "1"), row("1", "2")], "share"),
            ([row("a", "1", "b")], "unknown higher"),
            ([row("a", "1", "a")], "circle"),
            ([row("a", "1", "b"), row("b", "2", "c"), row("c", "3", "b")], "circle"),
            ([row("a", "1", level="village")], "unknown level"),
            ([row("a", "1", name={"kk": "Кеңсе", "ru": "Канцелярия"})], "needs a name"),
            ([row("a", "1", name={"kk": "Кеңсе", "ru": "", "en": "Office"})], "needs a name"),
            ([row("a", "1", week="seven")], "seven"),
        ],
    )
    def test_unsound_rows(self, rows: list[dict[str, Any]], reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            agencies_from(rows)

    def test_superfluous_field(self) -> None:
        with pytest.raises(TypeError, match="motto"):
            agencies_from([row("a", "1", motto="Ashyq")])

    def test_sound_rows_keep_their_order(self) -> None:
        built = agencies_from([row("b", "1", "a", week="six", week_assumed=True), row("a", "2")])
        assert [each.code for each in built] == ["b", "a"]
        assert built[0].week is Week.SIX
