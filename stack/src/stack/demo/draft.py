"""What the public says of a draft law, and the report that cannot be made while a comment waits for its answer."""

from datetime import datetime, timedelta

from stack.demo.stage import ALMATY, Stage

_BEGINS = datetime(2026, 9, 1, 10, 0, tzinfo=ALMATY)


def tell(stage: Stage) -> None:
    """Tell it: posted, commented, changed, answered, reported."""
    stage.title("A draft law")
    stage.move_clock(_BEGINS)
    stage.heading("The ministry posts a draft law for discussion")
    body = {
        "type": "law",
        "agency_name": {"kk": "Әділет министрлігі", "en": "Ministry of Justice"},
        "title": {"en": "On public control"},
        "languages": ["en"],
        "clauses": [
            {"id": "c1", "number": "1", "text": {"en": "Observers may visit public bodies on working days."}},
            {"id": "c2", "number": "2", "text": {"en": "The body answers recommendations within 30 days."}},
        ],
        "discussion_until": "2026-09-10",
    }
    stage.say("It allows nine days. The law asks for fifteen working days:")
    stage.refused("drafter", "/v1/drafts", body)
    draft = stage.post("drafter", "/v1/drafts", body | {"discussion_until": "2026-09-25"})
    discussion = draft["discussion"]
    stage.table(
        ("number", draft["number"]),
        ("open until", discussion["until"]),
        ("earliest end by law", f"{discussion['earliest_until']} ({discussion['basis']['source']})"),
    )
    _comment_and_answer(stage, draft["id"])


def _comment_and_answer(stage: Stage, draft: str) -> None:
    stage.heading("A citizen comments on a clause")
    said = {"clause": "c2", "text": "Thirty days is too long: ten would do.", "language": "en"}
    comment = stage.post("citizen", f"/v1/drafts/{draft}/comments", said)
    stage.say(f"Shown to everybody as {comment['author']['name']}; an answer is owed by {comment['due_on']}.")
    stage.heading("The discussion ends, and the ministry wants to close the matter")
    stage.move_clock(_BEGINS + timedelta(days=27))
    stage.sweep()
    stage.refused("drafter", f"/v1/drafts/{draft}/report", {})
    stage.heading("So it changes the clause, answers, and then may report")
    clauses = [
        {"id": "c1", "number": "1", "text": {"en": "Observers may visit public bodies on working days."}},
        {"id": "c2", "number": "2", "text": {"en": "The body answers recommendations within 10 days."}},
    ]
    stage.post("drafter", f"/v1/drafts/{draft}/versions", {"clauses": clauses})
    answer = {"outcome": "accepted", "clause": "c2", "reason": "We agree: ten days.", "language": "en"}
    answered = stage.post("drafter", f"/v1/comments/{comment['id']}/answers", answer)
    late = "late" if answered["answer"]["late"] else "in time"
    change = answered["answer"]["clause_change"]
    stage.say(f"Accepted, {late}; the clause that it cites was indeed [bold]{change}[/bold] since the comment.")
    report = stage.post("drafter", f"/v1/drafts/{draft}/report", {})
    counts = report["counts"]
    stage.say(f"Received {counts['received']}, answered {counts['answered']}, accepted {counts['accepted']}.")
    stage.history(None, f"/v1/drafts/{draft}/history")
