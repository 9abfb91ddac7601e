"""An answer of the register that is put on record, so that who asked can prove what it was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from uuid_utils.compat import uuid7

from registry.permissions import PERMISSIONS
from registry.queries import REGISTER_ANSWER
from servicekit.identity import Caller, PartyUnknown
from servicekit.journal import Object
from servicekit.transactions import RestrictedReading


def enter_answer(
    restricted: RestrictedReading,
    caller: Caller,
    question: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    now: datetime,
) -> str:
    """Put on record what the register answered; the address of the receipt, which is for the caller alone.

    Raises:
        PartyUnknown: the caller's token names no person and no company.
    """
    if caller.party is None:
        raise PartyUnknown
    answer_id = uuid7()
    restricted.enter(
        "register.answered",
        Object(REGISTER_ANSWER, answer_id, 1),
        at=now,
        role=PERMISSIONS.role_for("search_debtors", caller, "") or "",
        public={"by": answer["by"]},
        private={"question": dict(question), "answer": dict(answer)},
        owner=caller.party,
    )
    return f"/v1/debtors/answers/{answer_id}/receipt"
