"""The people and organisations in whose name an appeal is filed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appeals.domain.channels import Form


@dataclass(frozen=True, slots=True)
class Party:
    """A person or an organisation, by scheme and number."""

    scheme: str
    id: str
    name: str | None

    @property
    def key(self) -> tuple[str, str]:
        return self.scheme, self.id

    @property
    def shown(self) -> dict[str, Any]:
        return {"scheme": self.scheme, "id": self.id, "name": self.name}


@dataclass(frozen=True, kw_only=True)
class Behalf:
    """For whom and with whom the caller files, and in what form it was made.

    `other` is the person at the counter, or who is represented with an `authority` (number, date, issuer).
    """

    other: Party | None = None
    authority: Mapping[str, Any] | None = None
    together_with: Sequence[Party] = ()
    form: Form = Form.ELECTRONIC


FOR_ONESELF = Behalf()
