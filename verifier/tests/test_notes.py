"""Notes, keys and checkpoints: the published examples of other implementations, and every way to spoil them."""

import base64
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.notes import (
    LOG,
    WITNESS,
    BadKey,
    BadNote,
    BadSignature,
    Checkpoint,
    Key,
    Signature,
    checkpoint_text,
    cosigned_message,
    from_base64,
    parse_checkpoint,
    parse_key,
    parse_note,
    signature_by,
)
from verifier.signing import Signer, fast_verify

# golang.org/x/mod, sumdb/note/note_test.go
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"  # noqa: S105 - published
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
PUBLISHED = f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}"

# c2sp.org/signed-note, the example of verifier keys
EXAMPLE = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)

# A checkpoint of a public log of certificates, as its witnesses cosigned it in May 2026; their keys are published at
# transparency.dev/witnesses, that of remora.n621.de also in transparency-dev/formats, note/note_cosigv1_test.go.
ARCHE = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""  # noqa: E501 - published so
ARCHE_LOG = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
ARCHE_WITNESSES = [
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
]
# transparency-dev/formats, witness/witness_policy_test.go
OTHERS = [
    "sigsum.org+e4ade967+AZuUY6B08pW3QVHu8uvsrxWPcAv9nykap2Nb4oxCee+r",
    "example.com+3753d3de+AebBhMcghIUoavZpjuDofa4sW6fYHyVn7gvwDBfvkvuM",
]
# github.com/FiloSottile/torchwood, internal/witness/witness_test.go
SIGSUM = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
SIGSUM_PUBLIC = bytes.fromhex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f")
SIGSUM_NOTES = [
    (
        f"{SIGSUM}\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
        f"— {SIGSUM} UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=\n"
    ),
    (
        f"{SIGSUM}\n3\nRcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=\n\n"
        f"— {SIGSUM} UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=\n"
    ),
    (
        f"{SIGSUM}\n5\nQrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=\n\n"
        f"— {SIGSUM} UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=\n"
    ),
]


@pytest.mark.parametrize("text", [PETER, ENOCH, EXAMPLE, ARCHE_LOG, *ARCHE_WITNESSES, *OTHERS])
def test_published_keys_are_read_and_written_as_they_were(text: str) -> None:
    key = parse_key(text)
    assert key.text == text
    assert key.id.hex() == text.split("+")[1]
    assert key.algorithm == (WITNESS if text in ARCHE_WITNESSES else LOG)


def test_no_mangled_key_is_a_key() -> None:
    # as TestNewVerifier of golang.org/x/mod does it, with its two last keys
    whole = range(len(PETER) + 1)
    pieces = [PETER[start:end] for start in whole for end in whole[start:] if (start, end) != (0, len(PETER))]
    next_letter = [f"{PETER[:n]}{chr(ord(PETER[n]) + 1)}{PETER[n + 1 :]}" for n in range(len(PETER))]
    too_long = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="
    unknown = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    for mangled in [*pieces, *next_letter, too_long, unknown, PETER + "\n", PETER.replace("c74f20a3", "C74F20A3")]:
        with pytest.raises(BadKey):
            parse_key(mangled)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\u2028b", "a\nb", "\x1b[2K", "\ud800", "a\u202eb"])
def test_a_key_has_a_name_that_can_be_shown_and_stands_in_one_line(name: str) -> None:
    with pytest.raises(BadKey):
        Key(name, LOG, bytes(32))
    with pytest.raises(BadKey):
        Signer.new(name, WITNESS)


def test_the_published_note_is_signed_by_both() -> None:
    note = parse_note(PUBLISHED)
    assert note.text == TEXT
    assert [signature_by(note, parse_key(key)) for key in (PETER, ENOCH)] == list(note.signatures)
    assert signature_by(note, parse_key(EXAMPLE)) is None


def test_the_example_of_the_specification_is_signed() -> None:
    key = parse_key(EXAMPLE)
    assert key.public.hex() == "e932791ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4"
    assert signature_by(parse_note(EXAMPLE_NOTE), key)


def test_checkpoints_of_a_public_log_are_signed() -> None:
    key = Key(SIGSUM, LOG, SIGSUM_PUBLIC)
    for text, size in zip(SIGSUM_NOTES, (1, 3, 5), strict=True):
        note = parse_note(text)
        assert signature_by(note, key)
        assert parse_checkpoint(note.text).size == size


def test_a_checkpoint_of_a_public_log_is_cosigned_by_its_witnesses() -> None:
    note = parse_note(ARCHE)
    assert parse_checkpoint(note.text).size == 1432088532
    assert signature_by(note, parse_key(ARCHE_LOG)) == note.signatures[1]
    seen = [signature_by(note, parse_key(key)) for key in ARCHE_WITNESSES]
    assert seen == list(note.signatures[2:])
    assert {one.time for one in seen if one} == {1779573024}


def test_a_cosignature_does_not_verify_for_another_size_or_another_time() -> None:
    key = parse_key(ARCHE_WITNESSES[2])
    with pytest.raises(BadSignature):
        signature_by(parse_note(ARCHE.replace("1432088532", "1432088533")), key)
    with pytest.raises(BadSignature):
        signature_by(
            parse_note(ARCHE.replace("remora.n621.de 2net5wAAAABqEiEg", "remora.n621.de 2net5wAAAABqEiEh")), key
        )


def test_a_cosignature_says_when() -> None:
    # transparency-dev/formats, note/note_cosigv1_test.go, TestCoSigV1Timestamp
    cosignature, plain = (
        from_base64(text)
        for text in (
            "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA==",
            "eQjRQm6eSKzFoiYalgwCPXu2y3ijtg68is9M46JKxuZB+dRfTmeQeDBoXnvxZx2ugnkyV+MUMLXpWs1hPb/W/4xkNQY=",
        )
    )
    assert Signature("w", cosignature[:4], cosignature[4:]).time == 1727964367
    assert Signature("w", plain[:4], plain[4:]).time is None
    assert Signature("w", bytes(4), b"\xff" * 72).time is None


def test_what_a_witness_signs_is_as_the_specification_shows_it() -> None:
    # c2sp.org/tlog-cosignature
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert cosigned_message(1679315147, text).decode() == f"cosignature/v1\ntime 1679315147\n{text}"


NO_NOTES = {
    "only a text": TEXT,
    "no signature": f"{TEXT}\n",
    "no newline at the end": PUBLISHED[:-1],
    "a control character": f"\x01{PUBLISHED}",
    "a carriage return": PUBLISHED.replace("\n", "\r\n"),
    "a lone surrogate": f"\ud800{PUBLISHED}",
    "a name with a space": f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', 'Bad Name')}",
    "a name with a plus": f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', 'Bad+Name')}",
    "no name": f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', '')}",
    "another dash": f"{TEXT}\n{PETER_LINE.replace('—', '-')}",
    "another line": f"{PUBLISHED}Unexpected line.\n",
    "a hundred and one": f"{TEXT}\n{PETER_LINE * 101}",
    "no text": f"\n\n{PETER_LINE}",
    "a bit that is thrown away": PUBLISHED.replace("nAM=", "nAN="),
    "no padding": PUBLISHED.replace("nAM=", "nAM"),
    "only a key id": f"{TEXT}\n— PeterNeumann x08gow==\n",
    "two spaces": PUBLISHED.replace("— Peter", "—  Peter"),
    "a space at the end": PUBLISHED.replace("nAM=", "nAM= "),
    "another alphabet": PUBLISHED.replace("/", "_"),
}


@pytest.mark.parametrize("text", NO_NOTES.values(), ids=NO_NOTES)
def test_what_is_not_written_as_a_note_is_none(text: str) -> None:
    with pytest.raises(BadNote):
        parse_note(text)


def test_a_note_may_have_empty_lines_and_a_hundred_signatures() -> None:
    note = parse_note(f"\n\none\n\ntwo\n\n{PETER_LINE * 100}")
    assert note.text == "\n\none\n\ntwo\n"
    assert len(note.signatures) == 100


def test_a_signature_that_says_it_is_by_a_key_and_is_not_is_refused_wherever_it_stands() -> None:
    forged = PETER_LINE[:60] + "ABCD" + PETER_LINE[64:]
    for lines in (forged, PETER_LINE + forged, forged + PETER_LINE):
        with pytest.raises(BadSignature):
            signature_by(parse_note(f"{TEXT}\n{lines}"), parse_key(PETER))
    longer = PETER_LINE[:60] + "ABCD" + PETER_LINE[60:]
    with pytest.raises(BadSignature):
        signature_by(parse_note(f"{TEXT}\n{longer}"), parse_key(PETER))


def test_a_witness_does_not_sign_as_a_log_and_a_log_not_as_a_witness() -> None:
    log, witness = Signer.new("one.example", LOG), Signer.new("one.example", WITNESS)
    text = checkpoint_text(Checkpoint("one.example", 1, bytes(32)))
    with pytest.raises(ValueError, match="algorithm 1"):
        log.cosign(text, 1)
    with pytest.raises(ValueError, match="algorithm 4"):
        witness.sign(text)
    crossed = witness.cosign(text, 1).split(" ")[2]
    blob = base64.b64encode(log.key.id + from_base64(crossed.strip())[4:]).decode()
    with pytest.raises(BadSignature):
        signature_by(parse_note(f"{text}\n— one.example {blob}\n"), log.key)


NO_CHECKPOINTS = {
    # the first eight: transparency-dev/formats, log/checkpoint_test.go
    "too few lines": "Head\n9944\n",
    "no name": "\n9944\n{root}\n",
    "no newline at the end": "Log\n123\n{root}",
    "the size is no number": "Log\nbananas\n{root}\n",
    "a negative size": "Log\n-34\n{root}\n",
    "a size that is too large": "Log\n3438945738945739845734895735\n{root}\n",
    "a root that is not base64": "Log\n123\nThisIsn'tBase64\n",
    "extension lines": "Log\n9944\n{root}\nHere's some associated data.\n",
    "an empty extension line": "Log\n9944\n{root}\n\n",
    "a short root": "Log\n123\nYmFuYW5hcw==\n",
    "a leading zero": "Log\n0123\n{root}\n",
    "a plus": "Log\n+1\n{root}\n",
    "a space": "Log\n 1\n{root}\n",
    "an underscore": "Log\n1_0\n{root}\n",
    "other digits": "Log\n\u0661\n{root}\n",
    "2**63": "Log\n9223372036854775808\n{root}\n",
    "five thousand digits": "Log\n" + "1" * 5000 + "\n{root}\n",
    "a bit that is thrown away": "Log\n1\n{root}\n",
}


@pytest.mark.parametrize("name", NO_CHECKPOINTS)
def test_what_is_not_written_as_a_checkpoint_is_none(name: str) -> None:
    root = base64.b64encode(bytes(32)).decode()
    written = root.replace("A=", "B=") if "thrown away" in name else root
    with pytest.raises(BadNote):
        parse_checkpoint(NO_CHECKPOINTS[name].format(root=written))


@settings(deadline=None)
@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_as_it_was_written(size: int, root: bytes) -> None:
    checkpoint = Checkpoint("ashyq.kz/аппеляция", size, root)
    assert parse_checkpoint(checkpoint_text(checkpoint)) == checkpoint


def test_a_signer_signs_what_others_publish() -> None:
    signer = Signer.parse(PETER_SECRET)
    assert signer.key == parse_key(PETER)
    assert signer.secret == PETER_SECRET
    assert signer.sign(TEXT) == PETER_LINE


def test_no_mangled_secret_is_a_signer_and_none_is_quoted() -> None:
    whole = range(len(PETER_SECRET) + 1)
    pieces = [PETER_SECRET[start:end] for start in whole for end in whole[start:]]
    next_letter = [
        f"{PETER_SECRET[:n]}{chr(ord(one) + 1)}{PETER_SECRET[n + 1 :]}" for n, one in enumerate(PETER_SECRET)
    ]
    for mangled in {*pieces, *next_letter, PETER} - {PETER_SECRET}:
        with pytest.raises(BadKey) as refused:
            Signer.parse(mangled)
        assert not re.search(r"AYEKFALVFGyN", str(refused.value))


def test_a_secret_is_never_shown_by_chance() -> None:
    signer = Signer.parse(PETER_SECRET)
    assert repr(signer) == str(signer) == f"Signer(key={signer.key!r})"


@settings(deadline=None)
@given(
    st.sampled_from([LOG, WITNESS]),
    st.text(st.characters(categories=["L", "N", "S"], exclude_characters="+"), min_size=1),
)
def test_a_new_signer_is_kept_and_believed(algorithm: int, name: str) -> None:
    signer = Signer.new(name, algorithm)
    assert Signer.parse(signer.secret) == signer
    assert parse_key(signer.key.text) == signer.key
    text = checkpoint_text(Checkpoint(name, 3, bytes(32)))
    line: Any = signer.sign(text) if algorithm == LOG else signer.cosign(text, 1679315147)
    note = parse_note(f"{text}\n{line}")
    found = signature_by(note, signer.key)
    assert found == signature_by(note, signer.key, fast_verify) == note.signatures[0]
    assert found.time == (None if algorithm == LOG else 1679315147)
