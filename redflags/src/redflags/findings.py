"""What a rule says of a subject: a flag, that it is clear, or why it cannot be computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

State = Literal["flag", "clear", "not_computable"]
Kind = Literal["process", "lot", "award", "contract", "buyer", "procuring_entity", "tenderer", "class", "pair"]
FLAG: Final = "flag"
CLEAR: Final = "clear"
NOT_COMPUTABLE: Final = "not_computable"
_ENDLESS = (float("inf"), float("-inf"))  # JSON has no word for them


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's answer about one subject, with the numbers that led to it.

    ``value`` is a double, in the unit that the rule names. ``missing`` are paths of OCDS fields that would have to be
    there, ``reason`` is a code of ``Rule.reasons`` where the fields are there and the rule still says nothing.
    ``parties`` are the tenderers or suppliers that a flag is about. A population's subject has no ``ocid``.
    """

    rule: str
    state: State
    kind: Kind
    subject: str
    value: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    reason: str | None = None
    parties: tuple[str, ...] = ()
    ocid: str | None = None
    buyer: str | None = None
    lot: str | None = None
    award: str | None = None
    contract: str | None = None

    def as_data(self) -> dict[str, Any]:
        """For JSON; what does not apply is left out."""
        data: dict[str, Any] = {"rule": self.rule, "state": self.state, "kind": self.kind, "subject": self.subject}
        told = {name: getattr(self, name) for name in ("value", "reason", "ocid", "buyer", "lot", "award", "contract")}
        data |= {name: value for name, value in told.items() if value is not None and value not in _ENDLESS}
        if self.missing:
            data["missing"] = list(self.missing)
        if self.parties:
            data["parties"] = list(self.parties)
        return data | {"evidence": dict(self.evidence)}
