"""Expert opinions on drafts, each through the channel of its body."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert
from uuid_utils.compat import uuid7

from legal_acts.commands.steps import begin, party_of
from legal_acts.domain.authors import shown_name
from legal_acts.domain.draft import Action
from legal_acts.domain.opinion import Channel, Conclusion
from legal_acts.tables import opinions
from servicekit.database import Row, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record


@dataclass(frozen=True, kw_only=True)
class Expertise:
    """An opinion as its expert words it."""

    channel: Channel
    conclusion: Conclusion
    organisation: str | None
    text: str
    language: str


async def post_opinion(writing: Writing, caller: Caller, draft: Row, opinion: Expertise, *, now: datetime) -> Row:
    """Put an expert's opinion beside a draft.

    Raises:
        Forbidden, NotAllowedNow: as `begin`.
        PartyUnknown: the caller's token names no person and no company.
    """
    step = begin(draft, caller, Action.OPINIONS, now)
    scheme, number = party_of(caller)
    row: dict[str, Any] = {
        "id": uuid7(),
        "draft_id": draft["id"],
        "version": 1,
        "on_version": draft["current"],
        "channel": opinion.channel,
        "conclusion": opinion.conclusion,
        "organisation": opinion.organisation,
        "author_scheme": scheme,
        "author_id": number,
        "author_name": caller.name,
        "author_shown": shown_name(scheme, caller.name),
        "text": opinion.text,
        "language": opinion.language,
        "posted_at": now,
        "synthetic": caller.synthetic,
    }
    writing.defer(_POST, **row)
    public = {"draft": draft["number"], "channel": opinion.channel, "conclusion": opinion.conclusion}
    author = {"scheme": scheme, "id": number, "name": caller.name}
    private = {"author": author, "text": opinion.text, "organisation": opinion.organisation}
    about = Object("opinion", row["id"], 1)
    owner = (scheme, number)
    record(writing, step.event, about, at=now, role=step.role, public=public, private=private, owner=owner)
    return row


_POST = insert(opinions).values({name: bindparam(name) for name in opinions.c.keys()})  # noqa: SIM118
