"""The elements of a picture, escaped, and the sheet that they stand on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

INK, GREY, FAINT, ACCENT, PAPER = "#1a1a1a", "#595959", "#d9d9d9", "#1f4e79", "#ffffff"
SMALL, TEXT, LARGE = 12, 13, 17
_PER_LETTER = 0.62  # of the size, on the average of a sans-serif; enough to know whether words fit
# What XML 1.0 cannot hold even escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PATTERNS = {
    "solid": f'<rect width="8" height="8" fill="{ACCENT}"/>',
    "lines": f'<rect width="8" height="8" fill="{PAPER}"/><path d="M-2 2l4-4M0 8l8-8M6 10l4-4" stroke="{ACCENT}" stroke-width="2"/>',  # noqa: E501
    "dots": f'<rect width="8" height="8" fill="{PAPER}"/><circle cx="2" cy="2" r="1.4" fill="{INK}"/><circle cx="6" cy="6" r="1.4" fill="{INK}"/>',  # noqa: E501
    "pale": '<rect width="8" height="8" fill="#b9cde0"/>',
    "cross": f'<rect width="8" height="8" fill="{PAPER}"/><path d="M0 4h8M4 0v8" stroke="{GREY}" stroke-width="1.2"/>',
}
PATTERNS = tuple(_PATTERNS)


@dataclass(frozen=True)
class Caption:
    """What is said with a picture: its title, what it shows in words, where its data is, and how to say so."""

    title: str
    description: str
    data_href: str
    data_words: str
    language: str


def plain(text: str) -> str:
    """A text as it may stand in XML, as content or as the value of an attribute."""
    return escape(_ILLEGAL.sub("\ufffd", text), quote=True)


def element(name: str, *content: str, **attributes: object) -> str:
    """An element with attributes (a trailing underscore falls away, one inside is a hyphen); content is SVG already."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{plain(_number(value))}"' for key, value in attributes.items()
    )
    return f"<{name}{written}>{''.join(content)}</{name}>" if content else f"<{name}{written}/>"


def words(
    x: float, y: float, text: str, *, size: int = TEXT, anchor: str = "start", bold: bool = False, **more: object
) -> str:
    """A line of text whose baseline begins, is centred or ends at a point."""
    placed: dict[str, object] = {"x": x, "y": y, "font_size": size}
    if anchor != "start":
        placed["text_anchor"] = anchor
    if bold:
        placed["font_weight"] = "bold"
    return element("text", plain(text), **placed, **more)


def line(x1: float, y1: float, x2: float, y2: float, **more: object) -> str:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **{"stroke": INK, **more})


def box(x: float, y: float, width: float, height: float, **more: object) -> str:
    return element("rect", x=x, y=y, width=max(width, 0), height=max(height, 0), **more)


def width_of(text: str, size: int = TEXT) -> float:
    """About how wide a text is."""
    return len(text) * size * _PER_LETTER


def fitting(text: str, width: float, size: int = TEXT) -> str:
    """The text, cut with an ellipsis where it is too wide."""
    most = max(1, int(width / (size * _PER_LETTER)))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def wrapped(text: str, width: float, size: int = TEXT, *, most: int) -> list[str]:
    """The text in lines of at most this width; what does not fit into so many lines is cut."""
    lines: list[str] = []
    rest = text.split()
    while rest and len(lines) < most - 1:
        taken = [rest.pop(0)]
        while rest and width_of(" ".join([*taken, rest[0]]), size) <= width:
            taken.append(rest.pop(0))
        lines.append(fitting(" ".join(taken), width, size))
    return [*lines, fitting(" ".join(rest), width, size)] if rest else lines


def below_title(title: str, width: int) -> int:
    """Where the next line of text stands on a sheet so wide."""
    return 36 + 21 * len(wrapped(title, width - 40, LARGE, most=2))


def sheet(width: int, height: int, caption: Caption, body: Iterable[str], *, patterns: Iterable[str] = ()) -> str:
    """The whole picture on white paper, with its title on top and the way to its data at the foot."""
    made = "".join(
        element("pattern", _PATTERNS[name], id=name, width=8, height=8, patternUnits="userSpaceOnUse")
        for name in patterns
    )
    heads = wrapped(caption.title, width - 40, LARGE, most=2)
    return element(
        "svg",
        element("title", plain(caption.title), id="t"),
        element("desc", plain(caption.description), id="d"),
        element("defs", made) if made else "",
        box(0, 0, width, height, fill=PAPER),
        *(words(20, 30 + 21 * n, head, size=LARGE, bold=True) for n, head in enumerate(heads)),
        *body,
        element(
            "a",
            words(20, height - 12, caption.data_words, size=SMALL, fill=ACCENT, text_decoration="underline"),
            href=caption.data_href,
        ),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        aria_labelledby="t d",
        lang=caption.language,
        font_family="sans-serif",
        fill=INK,
    )


def _number(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
