"""The report that ends a discussion: everything that was said and answered, counted, as it stood when produced."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from legal_acts.domain.comment import Outcome, is_late
from statute.deadlines import local


def report_of(draft: Mapping[str, Any], comments: Sequence[Mapping[str, Any]], at: datetime) -> dict[str, Any]:
    """The report on a draft in plain values; every comment has its answer by then.

    The text of a comment that is hidden is not repeated; that it came, and why it is hidden, is.
    """
    return {
        "number": draft["number"],
        "produced_at": local(at).isoformat(),
        "discussion": {
            "opened_on": local(draft["posted_at"]).date().isoformat(),
            "until": draft["discussion_until"].isoformat(),
        },
        "versions": draft["current"],
        "counts": count(comments),
        "comments": [_entry(each) for each in comments],
    }


def count(comments: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """What came and what became of it."""
    answered = [each for each in comments if each["answered_at"] is not None]
    outcomes = [each["outcome"] for each in answered]
    return {
        "received": len(comments),
        "answered": len(answered),
        "accepted": outcomes.count(Outcome.ACCEPTED),
        "partly": outcomes.count(Outcome.PARTLY),
        "not_accepted": outcomes.count(Outcome.NOT_ACCEPTED),
        "late": sum(is_late(each["answered_at"], each["due_on"]) for each in answered),
        "hidden": sum(each["hidden_at"] is not None for each in comments),
    }


def _entry(comment: Mapping[str, Any]) -> dict[str, Any]:
    hidden = comment["hidden_at"] is not None
    return {
        "id": str(comment["id"]),
        "clause": comment["clause"],
        "version": comment["on_version"],
        "author": comment["author_shown"],
        "submitted_at": local(comment["submitted_at"]).isoformat(),
        "due_on": comment["due_on"].isoformat(),
        "language": comment["language"],
        "text": None if hidden else comment["text"],
        "suggestion": None if hidden else comment["suggestion"],
        "hidden": comment["hidden_ground"],
        "outcome": comment["outcome"],
        "reason": comment["answer"],
        "reason_language": comment["answer_language"],
        "answer_clause": comment["answer_clause"],
        "answered_at": local(comment["answered_at"]).isoformat(),
        "late": is_late(comment["answered_at"], comment["due_on"]),
    }
