"""Lists in pages, by the key of the last item seen: no depth limit, nothing skipped, nothing counted."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel

from servicekit.forms import Form
from servicekit.strict_json import UnreadableBody, loads

# The most items of a page.
LARGEST_PAGE = 1000
# Where the scope of a request says in which form the whole of a list is asked for.
WHOLE = "ashyq.whole"
Item = TypeVar("Item")


class BadCursor(Exception):
    """The `after` of a list is not one that we gave out."""


class ListOf(BaseModel, Generic[Item]):
    """A page of a list; `next` is the address of the following page, or null at the end."""

    items: list[Item]
    next: str | None

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """The name of a list in the OpenAPI document: AppealList rather than ListOf[Appeal]."""
        return f"{params[0].__name__}List"


class Packaged(BaseModel):
    """A page of a list as a standard of others wants it, with the rows in the member that `packed` names.

    Such rows are trees of no fixed columns: all of them can be had as lines of JSON, which PostgreSQL writes, and not
    as CSV. The endpoint answers with a `CopyOf` where the page says `whole`.
    """

    packed: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Page:
    """What part of a list is asked for: at most `limit` items behind the item with the key `after`.

    `whole` is the form in which all that is behind `after` is asked for; an endpoint may look at it, to answer with a
    `CopyOf` instead of a page.
    """

    limit: int
    after: str | None
    _request: Request
    whole: Form | None = None

    def key(self, *kinds: Callable[[str], Any]) -> tuple[Any, ...] | None:
        """The key behind which the page starts, each part read by its kind, or None at the list's start.

        Raises:
            BadCursor: when the cursor does not hold such a key.
        """
        if self.after is None:
            return None
        try:
            parts = loads(base64.urlsafe_b64decode(self.after + "=" * (-len(self.after) % 4)))
            if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
                raise BadCursor
            return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
        except (ValueError, TypeError, UnreadableBody) as error:
            raise BadCursor from error

    def number(self, most: int) -> int | None:
        """The number behind which the page starts, where items are numbered from 0 to `most`; None at the start.

        Raises:
            BadCursor: when it is no such number.
        """
        if self.after is None:
            return None
        is_number = self.after.isascii() and self.after.isdigit() and len(self.after) <= len(str(most))
        if not is_number or int(self.after) > most:
            raise BadCursor
        return int(self.after)

    def next_after(self, *key: object) -> str:
        """The address of the page behind the item with this key."""
        return self.next_behind(cursor(*key))

    def next_behind(self, item: object) -> str:
        """The address of the page behind the item that `after` names so."""
        url = self._request.url.include_query_params(after=item)
        return f"{url.path}?{url.query}"


def cursor(*key: object) -> str:
    """What `after` must be, to go on behind the item with this key."""
    packed = json.dumps([str(part) for part in key], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


async def _page(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="The most items to answer with.")] = 50,
    after: Annotated[str | None, Query(description="Where to go on: taken from the last answer's `next`.")] = None,
) -> Page:
    return Page(limit, after, request, request.scope.get(WHOLE))


Paging = Annotated[Page, Depends(_page)]


def up_to(most: int) -> Callable[[str], int]:
    """The kind of a key's part that is a number from 0 to `most`: what its column can hold."""

    def read(text: str) -> int:
        number = int(text)
        if not 0 <= number <= most:
            raise ValueError
        return number

    return read
