"""The command `ashyq-verify`: what it prints, how it exits, and that one file of it runs without anything else."""

import ast
import io
import json
import os
import re
import subprocess
import sys
import tokenize
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verifier.__main__ import main
from verifier.canonical import canonical
from verifier.notes import LOG, WITNESS
from verifier.packing import packed
from verifier.signing import Signer

from .conftest import ABOUT, ORIGIN, SEEN, Journal

MEMBER = Path(__file__).parents[1]
SOURCES = sorted((MEMBER / "src/verifier").glob("*.py"))
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def place(tmp_path: Path, journal: Journal, receipt: dict[str, Any]) -> Path:
    """A folder with an honest receipt, one that was changed, and the keys of the journal."""
    (tmp_path / "receipt.json").write_bytes(canonical(receipt) + b"\n")
    receipt["entries"][1]["entry"]["event"] = "appeal.refused"
    (tmp_path / "changed.json").write_bytes(canonical(receipt))
    (tmp_path / "keys").write_text("".join(f"{key}\n" for key in journal.keys))
    (tmp_path / "others").write_text(Signer.new(ORIGIN, LOG).key.text)
    return tmp_path


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(place)

    def run(*words: str) -> tuple[int, str]:
        code = main(words)
        return code, capsys.readouterr().out

    return run


def test_an_honest_receipt_is_told_act_by_act(run: Run) -> None:
    code, text = run("receipt.json", "--keys", "keys")
    assert code == 0
    assert text.splitlines() == [
        f"verified: 4 acts about appeal {ABOUT['id']} are in the journal {ORIGIN}",
        "2026-08-20T12:00:00.000001Z  appeal.registered  by citizen  version 1  entry 1",
        "2026-08-20T12:00:00.000004Z  appeal.registered  by citizen  version 4  entry 4",
        "2026-08-20T12:00:00.000007Z  appeal.registered  by citizen  version 7  entry 7",
        "2026-08-20T12:00:00.000010Z  appeal.registered  by citizen  version 10  entry 10",
        f"checkpoint of 11 entries, signed by {ORIGIN}",
        "witnessed by witness.example/w1 at 2026-08-20T12:00:00Z",
        "private parts: 1 shown, each as it was committed to; 1 not shown",
    ]


def test_one_act_is_said_to_be_one(run: Run, journal: Journal, place: Path) -> None:
    (place / "receipt.json").write_bytes(canonical(Journal(journal.acts[:2]).receipt()))
    assert run("receipt.json")[1].startswith(f"verified: 1 act about appeal {ABOUT['id']} is in the journal {ORIGIN}\n")


def test_keys_that_come_from_the_receipt_are_said_to(run: Run) -> None:
    code, text = run("receipt.json")
    assert code == 0
    assert text.splitlines()[-1] == (
        "The keys are those in the receipt itself; --keys FILE checks against keys that you already have."
    )


def test_a_changed_receipt_is_not_verified(run: Run) -> None:
    code, text = run("changed.json", "--keys", "keys")
    assert code == 1
    assert text == "NOT verified: entry at entries[1].entry: It was changed: its hash is not the leaf.\n"


def test_a_receipt_under_other_keys_is_not_verified(run: Run) -> None:
    code, text = run("receipt.json", "--keys", "others")
    assert code == 1
    assert text == "NOT verified: key at keys[0]: It is not among the keys that were given.\n"


def test_a_journal_without_witnesses_is_said_to_have_none(run: Run, journal: Journal, place: Path) -> None:
    journal.witnesses.clear()
    (place / "receipt.json").write_bytes(canonical(journal.receipt()))
    assert "\nwitnessed by nobody\n" in run("receipt.json")[1]


def test_json_says_all_that_was_found(run: Run) -> None:
    code, text = run("receipt.json", "--json", "--keys", "keys")
    found = json.loads(text)
    assert code == 0
    assert text.count("\n") == 1
    entry = {
        "index": 1,
        "at": "2026-08-20T12:00:00.000001Z",
        "event": "appeal.registered",
        "version": 1,
        "role": "citizen",
    }
    assert found.pop("entries")[0] == {**entry, "disclosed": True}
    assert found == {
        "verified": True,
        "fault": None,
        "origin": ORIGIN,
        "object_kind": "appeal",
        "object_id": ABOUT["id"],
        "size": 11,
        "witnesses": [["witness.example/w1", SEEN]],
        "keys_given": True,
    }


def test_json_says_the_fault(run: Run) -> None:
    code, text = run("--json", "changed.json")
    message = "It was changed: its hash is not the leaf."
    fault = {"kind": "entry", "place": "entries[1].entry", "message": message, "evidence": []}
    assert (code, json.loads(text)) == (1, {"verified": False, "fault": fault})


def test_a_receipt_is_read_from_the_standard_input(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((place / "receipt.json").read_bytes())))
    assert run("-")[0] == 0


@pytest.mark.parametrize(
    "words",
    [("missing.json",), ("receipt.json", "--keys", "missing"), ("receipt.json", "--keys", "receipt.json"), (".",)],
    ids=["no receipt", "no keys", "no key", "a folder"],
)
def test_what_cannot_be_read_is_said_and_is_no_verdict(words: tuple[str, ...], place: Path) -> None:
    done = command(*words, at=place)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("ashyq-verify: ")
    assert "Traceback" not in done.stderr


def test_a_terminal_without_our_letters_shows_the_rest(journal: Journal, place: Path) -> None:
    journal.witnesses.append(Signer.new("куәгер.example", WITNESS))
    (place / "receipt.json").write_bytes(canonical(journal.receipt()))
    done = command("receipt.json", at=place, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert r"witnessed by \u043a\u0443\u04d9\u0433\u0435\u0440.example at 2026" in done.stdout


@pytest.mark.parametrize("words", [(), ("a", "b"), ("--key",), ("follow",)], ids=["nothing", "two", "unknown", "whom"])
def test_wrong_usage_is_no_verdict(words: tuple[str, ...], place: Path) -> None:
    assert command(*words, at=place).returncode == 2


@pytest.mark.parametrize("words", [("--help",), ("follow", "--help")], ids=["receipt", "follow"])
def test_help_says_how_it_exits(words: tuple[str, ...], place: Path) -> None:
    done = command(*words, at=place)
    assert done.returncode == 0
    assert "Exits with 0 if" in done.stdout


def test_one_file_of_it_runs_alone(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = built(place / "made/ashyq-verify.pyz")
    alone = tmp_path_factory.mktemp("alone")
    for name in ("receipt.json", "changed.json", "keys"):
        (alone / name).write_bytes((place / name).read_bytes())
    (alone / "ashyq-verify.pyz").write_bytes(file.read_bytes())
    # without the environment, the folder and the packages of this Python
    python = [sys.executable, "-I", "-S", "-W", "error", "ashyq-verify.pyz"]
    for words, code in ((["receipt.json"], 0), (["changed.json"], 1), (["--keys", "keys", "receipt.json"], 0), ([], 2)):
        done = subprocess.run([*python, *words], cwd=alone, check=False, capture_output=True, text=True)  # noqa: S603
        assert done.returncode == code, done.stderr
    assert {"verifier/packing.py", "verifier/signing.py"}.isdisjoint(zipfile.ZipFile(file).namelist())
    foreign = "import sys, verifier.signing"
    loaded = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = ['ashyq-verify.pyz']; {foreign}"],
        cwd=alone,
        check=False,
        capture_output=True,
        text=True,
    )
    assert "No module named 'verifier.signing'" in loaded.stderr


def test_the_file_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = built(tmp_path / "first.pyz"), built(tmp_path / "deep/er/second.pyz")
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_mode & 0o111
    assert packed() == first.read_bytes()  # as a service gives it out


def test_the_verifier_is_short() -> None:
    """It is read in one sitting: what decides; apart from it certificates, court files, the command, the following."""
    lengths = {path.stem: length(path) for path in SOURCES}
    del lengths["signing"], lengths["packing"], lengths["__init__"]
    told = re.findall(r"^\| `(\w+)` \| (\d+) \|", (MEMBER / "README.md").read_text(), re.MULTILINE)
    assert dict(told) == {name: str(lines) for name, lines in lengths.items()}
    assert lengths.pop("following") <= 75
    assert lengths.pop("certificates") <= 65
    assert lengths.pop("court") <= 105
    assert lengths.pop("__main__") + lengths.pop("telling") <= 105
    assert sum(lengths.values()) <= 300


def test_the_verifier_needs_the_standard_library_alone_and_for_certificates_what_scores() -> None:
    pure = [*(MEMBER.parent / "scorer/src/scorer").glob("*.py"), *(MEMBER.parent / "statute/src/statute").glob("*.py")]
    for path in [*SOURCES, *pure]:
        if path.stem != "signing":
            imported = {name.split(".")[0] for name in imports(path)}
            ours = {"scorer", "statute"} if path in pure else {"scorer"} if path.stem == "certificates" else set()
            assert imported <= sys.stdlib_module_names | {"verifier"} | ours, path
            assert "verifier.signing" not in imports(path)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def length(path: Path) -> int:
    """Count the lines that are not blank, nor a comment, nor a docstring."""
    blank = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    text = path.read_text()
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in blank:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= {*range(node.lineno, (node.end_lineno or 0) + 1)}
    return len(lines)


def built(target: Path) -> Path:
    subprocess.run([sys.executable, MEMBER / "build_pyz.py", target], check=True)  # noqa: S603
    return target


def command(*words: str, at: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    line, around = [sys.executable, "-m", "verifier", *words], os.environ | environment
    return subprocess.run(  # noqa: S603
        line, cwd=at, env=around, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
