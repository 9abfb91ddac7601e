"""What people are told of their comments, and the drafter of the answers that are owed; kk, ru, en."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from servicekit.database import Row
from servicekit.journal import Object
from servicekit.notices import Notice

_TEXTS: dict[str, dict[str, dict[str, str]]] = json.loads(
    (files("legal_acts") / "data" / "notices.json").read_text("utf-8")
)


def answered(comment: Row) -> Notice:
    """To its author: the drafter answered the comment."""
    words = {language: outcome[comment["outcome"]] for language, outcome in _TEXTS["outcomes"].items()}
    return _notice("comment.answered", _author(comment), _about(comment), comment, outcome=words)


def moderated(comment: Row, event: str) -> Notice:
    """To its author: the comment was hidden, or is shown again."""
    return _notice(event, _author(comment), _about(comment), comment)


def reported(draft: Row, author: tuple[str, str]) -> Notice:
    """To whoever commented: the discussion ended with a report."""
    about = Object("draft", draft["id"], draft["version"])
    return _notice("draft.reported", author, about, {"draft_number": draft["number"]})


def overdue(comment: Row) -> Notice:
    """To the body that drafts: an answer did not come in its days."""
    return _notice("comment.answer_overdue", ("KZ-BIN", comment["agency_bin"]), _about(comment), comment)


def _notice(
    event: str,
    to: tuple[str, str],
    about: Object,
    facts: Mapping[str, Any],
    *,
    outcome: Mapping[str, str] | None = None,
) -> Notice:
    texts = {
        language: text.format(
            number=facts["draft_number"],
            due_on=facts.get("due_on"),
            reason=facts.get("hidden_reason"),
            outcome=outcome[language] if outcome else None,
        )
        for language, text in _TEXTS[event]["text"].items()
    }
    return Notice(event=event, to=to, about=about, title=_TEXTS[event]["title"], text=texts)


def _author(comment: Row) -> tuple[str, str]:
    return comment["author_scheme"], comment["author_id"]


def _about(comment: Row) -> Object:
    return Object("comment", comment["id"], comment["version"])
