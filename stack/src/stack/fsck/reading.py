"""What a journal, and a witness of it, serve over HTTP."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import httpx

from stack.fsck.listing import Listing
from stack.fsck.trees import HASH, TILE, tile_address

# Told how many entries were read, of how many.
Advance: TypeAlias = Callable[[int, int], None]

_PAGE = 1000
_BITS_A_LEVEL = 8
_TRIES = 20
_LONGEST_WAIT_SECONDS = 60
_BUSY = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)


class Unreadable(Exception):
    """Something does not answer, or not as a journal or a witness does, so that nothing can be said of it."""


def opened(url: str) -> httpx.Client:
    """A client of what stands at a URL.

    Raises:
        Unreadable: it is none.
    """
    if not url.startswith(("http://", "https://")):
        raise Unreadable(f"{url} is not the URL of a journal, as http://host/v1/journals/appeals.")
    return httpx.Client(base_url=f"{url.rstrip('/')}/", timeout=30)


def text_of(client: httpx.Client, path: str, **query: str) -> str | None:
    """What is served as text; None when it is not there.

    Raises:
        Unreadable: it is no text, or something else is answered.
    """
    answer = _get(client, path, **query)
    try:
        return None if answer is None else answer.content.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{client.base_url.join(path)} answers with no text.") from error


def read_entries(client: httpx.Client, size: int, advance: Advance) -> Listing:
    """The entries as they are listed, at least the first `size` where there are so many.

    Raises:
        Unreadable: they are not.
    """
    listing = Listing()
    try:
        for page in _pages(client, size):
            for item in page:
                listing.add(item)
            advance(min(len(listing.indexes), size), size)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Unreadable(f"{client.base_url}entries lists what is no entry of a journal.") from error
    return listing


def read_tiles(client: httpx.Client, size: int) -> list[bytes]:
    """The hashes in the tiles of each level of a tree; of a level only those before the first tile that is not there.

    Raises:
        Unreadable: something else is answered.
    """
    levels = [b"".join(_tiles(client, 0, size))]
    while (size := size >> _BITS_A_LEVEL) > 0:
        levels.append(b"".join(_tiles(client, len(levels), size)))
    return levels


def _tiles(client: httpx.Client, level: int, count: int) -> Iterator[bytes]:
    for index in range(-(-count // TILE)):
        width = min(TILE, count - index * TILE)
        answer = _get(client, tile_address(level, index, width))
        if answer is None or len(answer.content) != width * HASH:
            return
        yield answer.content


def _pages(client: httpx.Client, size: int) -> Iterator[list[dict[str, Any]]]:
    """The pages with the first `size` entries; each is asked for while the one before is worked on."""
    with ThreadPoolExecutor(1) as ahead:
        page = _items(client)
        last = -1
        while page and page[-1]["index"] > last:
            last = page[-1]["index"]
            coming = ahead.submit(_items, client, after=str(last)) if last < size - 1 else None
            yield page
            page = [] if coming is None else coming.result()


def _items(client: httpx.Client, **query: str) -> list[dict[str, Any]]:
    answer = _get(client, "entries", limit=str(_PAGE), **query)
    try:
        items = None if answer is None else answer.json()["items"]
    except (ValueError, KeyError, TypeError, RecursionError):
        items = None
    if not isinstance(items, list):
        raise Unreadable(f"{client.base_url}entries is not the list of a journal's entries.")
    return items


def _get(client: httpx.Client, path: str, **query: str) -> httpx.Response | None:
    """The answer at a path; None when there is nothing. Who is asked to come later does."""
    for _ in range(_TRIES):
        try:
            answer = client.get(path, params=query or None)
        except httpx.HTTPError as error:
            raise Unreadable(f"{client.base_url.join(path)} does not answer ({type(error).__name__}).") from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.is_success:
            return answer
        wait = answer.headers.get("retry-after", "")
        if answer.status_code not in _BUSY or not wait.isdecimal():
            break
        time.sleep(min(int(wait), _LONGEST_WAIT_SECONDS))
    raise Unreadable(f"{answer.url} answers {answer.status_code}.")
