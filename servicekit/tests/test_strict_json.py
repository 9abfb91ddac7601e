"""Strict JSON: everything that is refused, everything that is not, and values that come back as they went."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.strict_json import UnreadableBody, loads

REFUSED: list[tuple[str, bytes, str]] = [
    ("nothing", b"", "syntax"),
    ("only space", b" \n", "syntax"),
    ("cut off", b'{"a":', "syntax"),
    ("two values", b"{}{}", "syntax"),
    ("single quotes", b"{'a':1}", "syntax"),
    ("comma at the end", b"[1,]", "syntax"),
    ("comment", b"[1] // one", "syntax"),
    ("leading zero", b"[01]", "syntax"),
    ("plus", b"[+1]", "syntax"),
    ("key without quotes", b"{a:1}", "syntax"),
    ("raw NUL", b'["a\x00b"]', "syntax"),
    ("raw NUL outside", b"[1]\x00", "syntax"),
    ("raw line break in a text", b'["a\nb"]', "syntax"),
    ("bad escape", rb'["\x41"]', "syntax"),
    ("byte order mark", b"\xef\xbb\xbf{}", "syntax"),
    ("UTF-16 without a mark", '{"a":1}'.encode("utf-16-le"), "syntax"),
    ("UTF-16 with a mark", '{"a":1}'.encode("utf-16"), "encoding"),
    ("UTF-32", '{"a":1}'.encode("utf-32"), "encoding"),
    ("Windows-1251", '["жалоба"]'.encode("cp1251"), "encoding"),
    ("overlong UTF-8", b'["\xc0\x80"]', "encoding"),
    ("surrogate in UTF-8", b'["\xed\xa0\x80"]', "encoding"),
    ("cut UTF-8", b'["\xd0"]', "encoding"),
    ("key twice", b'{"a":1,"a":1}', "duplicate_key"),
    ("key twice, nested", b'[{"b":{"a":1,"c":2,"a":3}}]', "duplicate_key"),
    ("key twice, once escaped", b'{"a":1,"\\u0061":2}', "duplicate_key"),
    ("empty key twice", b'{"":1,"":2}', "duplicate_key"),
    ("NaN", b"[NaN]", "not_a_number"),
    ("Infinity", b'{"a":Infinity}', "not_a_number"),
    ("-Infinity", b"-Infinity", "not_a_number"),
    ("1e999", b"[1e999]", "not_a_number"),
    ("-1e999", b"[-1.0E+999]", "not_a_number"),
    ("escaped NUL", rb'["a\u0000b"]', "nul"),
    ("escaped NUL in a key", rb'{"a":{"\u0000":1}}', "nul"),
    ("escaped NUL alone", rb'"\u0000"', "nul"),
    ("high surrogate alone", rb'["\ud83d"]', "surrogate"),
    ("low surrogate alone", rb'["\udE00 "]', "surrogate"),
    ("surrogates reversed", rb'["\ude00\ud83d"]', "surrogate"),
    ("surrogate in a key", rb'{"\ud800":1}', "surrogate"),
    ("a number of 100 000 digits", b"9" * 100_000, "number_too_long"),
    ("such a number, nested and negative", b'{"a":[-' + b"7" * 100_000 + b"]}", "number_too_long"),
    ("65 lists in the outermost", b"[" * 66 + b"]" * 66, "too_deep"),
    ("objects too deep", b'{"a":' * 66 + b"1" + b"}" * 66, "too_deep"),
    ("half a million lists", b"[" * 500_000 + b"]" * 500_000, "too_deep"),
    ("half a million open lists", b"[" * 500_000, "too_deep"),
]
ACCEPTED: list[tuple[bytes, Any]] = [
    (b"null", None),
    (b" [ ] ", []),
    (b'{"":0}', {"": 0}),
    (b"-0", 0),
    (b"1e308", 1e308),
    (b"1e-999", 0.0),
    (b'{"a":{"a":1},"b":[{"a":1}]}', {"a": {"a": 1}, "b": [{"a": 1}]}),
    (rb'"\ud83d\ude00"', "😀"),
    ('"Өтініш 😀"'.encode(), "Өтініш 😀"),
    (rb'"\\u0000"', "\\u0000"),
    (rb'"\u0001\u007f\u2028"', "\x01\x7f\u2028"),
    (b"9" * 4000, int("9" * 4000)),
    (b"[" * 64 + b"]" * 64, None),
]


@pytest.mark.parametrize(("body", "reason"), [pytest.param(*case, id=name) for name, *case in REFUSED])
def test_what_is_not_strict_json_is_refused_with_its_reason(body: bytes, reason: str) -> None:
    with pytest.raises(UnreadableBody) as refusal:
        loads(body)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(("body", "value"), ACCEPTED, ids=lambda case: repr(case)[:30])
def test_what_is_odd_but_sound_is_read(body: bytes, value: Any) -> None:
    read = loads(body)
    assert read == value or (value is None and str(read) == body.decode())


_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_TEXT, inner, max_size=5),
)


@given(value=_JSON, escaped=st.booleans())
def test_every_value_comes_back_as_it_was_written(value: Any, escaped: bool) -> None:  # noqa: FBT001 - drawn
    assert loads(json.dumps(value, ensure_ascii=escaped).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else_happens(body: bytes) -> None:
    value = None
    with suppress(UnreadableBody):
        value = loads(body)
    assert loads(json.dumps(value).encode()) == value
