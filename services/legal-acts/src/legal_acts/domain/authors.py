"""Under which name an author stands before the public: a company under its own, a person under a shortened one."""

import re

# Patronymics as they are written in Kazakhstan; they belong neither to the name shown nor to the letter after it.
_PATRONYMIC = re.compile(
    r".+(ұлы|улы|қызы|кызы|uly|qyzy|kyzy|ович|евич|ич|овна|евна|ична|ovich|evich|ovna|evna)", re.IGNORECASE
)
_SURNAME = re.compile(r".+(ов|ев|ёв|ин|ова|ева|ёва|ина|ский|ская|ov|ev|in|ova|eva|ina)", re.IGNORECASE)


def shown_name(scheme: str, name: str | None) -> str | None:
    """The name that the public sees; None when there is none to show.

    A person is shown with the first name and the first letter of the surname, as petitions show them. The issuer
    writes the first name first; documents write the surname first, and a name that plainly does so is read so.
    Better too little than a whole surname: a single word is shown as its letter.
    """
    if name is None or not name.strip():
        return None
    if scheme == "KZ-BIN":
        return name.strip()
    words = name.split()
    if len(words) == 1:
        return f"{words[0][0]}."
    first, surname = _ordered(words)
    return f"{first} {surname[0]}."


def _ordered(words: list[str]) -> tuple[str, str]:
    """First name and surname of a name in words."""
    if len(words) > 2 and _PATRONYMIC.fullmatch(words[-1]):  # noqa: PLR2004 - surname, first name, patronymic
        return words[1], words[0]
    first, surname = words[0], words[-1]
    if _SURNAME.fullmatch(first) and not _SURNAME.fullmatch(surname):
        return surname, first
    return first, surname
