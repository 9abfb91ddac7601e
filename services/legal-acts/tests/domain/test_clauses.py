"""Clauses keep their identity: what a version did to each, and where comments stand, follows from ids alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legal_acts.domain.clauses import (
    Carried,
    Change,
    Clause,
    as_json,
    carry,
    change_of,
    compare,
    compose,
    digest,
    from_json,
)
from legal_acts.domain.errors import LanguageMissing, RepeatedClause, UnknownClause

ids = st.sampled_from(["c1", "c2", "c3", "c4", "c5"])
clauses = st.builds(
    Clause,
    id=ids,
    number=st.sampled_from(["1", "2", "3"]),
    heading=st.none() | st.just({"kk": "Атауы"}),
    text=st.sampled_from([{"kk": "бір"}, {"kk": "екі"}]),
)
texts = st.lists(clauses, max_size=5, unique_by=lambda clause: clause.id).map(tuple)
Text = tuple[Clause, ...]


def said(number: str, **more: Any) -> dict[str, Any]:
    return {"id": None, "number": number, "heading": None, "text": {"kk": number}} | more


@given(texts, texts)
def test_every_clause_of_both_texts_is_told_of_once(old: Text, new: Text) -> None:
    told = compare(old, new)
    assert len({each.id for each in told}) == len(told)
    assert {each.id for each in told} == {each.id for each in (*old, *new)}
    assert tuple(each.new for each in told if each.new is not None) == new
    assert sorted(each.id for each in told if each.old is not None) == sorted(each.id for each in old)


@given(texts, texts)
def test_a_change_is_what_the_two_texts_show(old: Text, new: Text) -> None:
    for each in compare(old, new):
        if each.old is None or each.new is None:
            assert each.change is (Change.NEW if each.old is None else Change.REMOVED)
        elif (each.old.text, each.old.heading) != (each.new.text, each.new.heading):
            assert each.change is Change.CHANGED
        else:
            assert (each.change is Change.UNCHANGED) is (each.old.number == each.new.number)


@given(texts, texts)
def test_a_comment_is_carried_as_its_clause_was_changed(old: Text, new: Text) -> None:
    became = {each.id: each.change for each in compare(old, new)}
    meaning = {
        Change.UNCHANGED: Carried.EXACT,
        Change.CHANGED: Carried.CHANGED,
        Change.MOVED: Carried.MOVED,
        Change.REMOVED: Carried.ORPHANED,
    }
    for each in old:
        assert carry(each.id, old, new) is meaning[became[each.id]]
        assert carry(each.id, old, old) is Carried.EXACT


def test_a_comment_on_no_clause_of_the_text_is_never_carried_by_a_guess() -> None:
    text = compose([said("1")], ["kk"], known=None)
    with pytest.raises(UnknownClause):
        carry("c2", text, text)


def test_what_an_answer_cites_may_have_come_and_gone() -> None:
    first = compose([said("1")], ["kk"], known=None)
    assert change_of("c2", first, first) is Change.REMOVED
    second = compose([said("1", id="c1"), said("2")], ["kk"], known=["c1"])
    assert change_of("c2", first, second) is Change.NEW


@given(texts)
def test_what_is_stored_is_what_is_read(text: Text) -> None:
    assert from_json(as_json(text)) == text
    assert digest(from_json(as_json(text))) == digest(text)


@given(texts, texts)
def test_different_texts_have_different_digests(one: Text, other: Text) -> None:
    assert (digest(one) == digest(other)) is (one == other)


def test_new_clauses_get_ids_that_the_draft_never_had() -> None:
    known = ["c1", "c2", "art_3"]
    text = compose([said("1", id="art_3"), said("2"), said("3"), said("4", id="c1")], ["kk"], known=known)
    assert [each.id for each in text] == ["art_3", "c3", "c4", "c1"]


def test_the_first_version_may_choose_ids() -> None:
    text = compose([said("1", id="c2"), said("2"), said("3")], ["kk"], known=None)
    assert [each.id for each in text] == ["c2", "c1", "c3"]


def test_a_later_version_may_not_invent_ids() -> None:
    with pytest.raises(UnknownClause):
        compose([said("1", id="c9")], ["kk"], known=["c1"])


def test_an_id_stands_once() -> None:
    with pytest.raises(RepeatedClause):
        compose([said("1", id="c1"), said("2", id="c1")], ["kk"], known=["c1"])


def test_each_clause_has_its_words_in_each_language() -> None:
    with pytest.raises(LanguageMissing) as caught:
        compose([said("1"), said("2", text={"kk": "а", "ru": "б"})], ["kk", "ru"], known=None)
    assert caught.value.errors == [{"pointer": "/clauses/0/text", "detail": "ru"}]
