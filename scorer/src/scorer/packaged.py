"""The profiles that come with the package, by name."""

import json
from importlib.resources import files

from scorer.documents import read_profile
from scorer.profiles import Profile


class UnknownProfile(Exception):
    """No profile has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no profile {name!r}; known: {', '.join(profiles())}")
        self.name = name


def profiles() -> tuple[str, ...]:
    """Return the names of all profiles in the package."""
    return tuple(_PROFILES)


def profile(name: str) -> Profile:
    """Return a profile by its name.

    Raises:
        UnknownProfile: no profile has this name.
    """
    found = _PROFILES.get(name)
    if found is None:
        raise UnknownProfile(name)
    return found


def _packaged() -> dict[str, Profile]:
    documents = (json.loads(text.read_text(encoding="utf-8")) for text in files("scorer").joinpath("data").iterdir())
    return {found.name: found for found in sorted(map(read_profile, documents), key=lambda one: one.name)}


_PROFILES = _packaged()
