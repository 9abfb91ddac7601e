"""The shape of the open statistics of appeals."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from appeals.domain.appeal import Kind
from appeals.domain.pictures.figures import Bar, say
from appeals.domain.statistics import FIGURES
from appeals.queries.statistics import Line
from appeals.schemas.agencies import AgencyName, name_of
from servicekit.languages import Language

_SHARE = Field(description="From 0 to 1, with four decimals, rounded down.", examples=["0.1250"])
_WITHHELD = "Null where it is withheld."
Count = Annotated[int | None, Field(description=_WITHHELD)]
Share = Annotated[str | None, _SHARE]
Days = Annotated[int | None, Field(description="In working days of the body, from registration.")]
_PARTS = 10_000


class AppealFigures(BaseModel):
    """What became of the appeals of a body, a kind and a month of filing, or of all that have these in common.

    `filed` counts an appeal at each body that has registered it, and is the sum of what was ended, `forwarded` to
    another body, and is `open`; one that a complaint has sent back is open again, and counts by its last end.
    `overdue` are those of the open ones whose term has passed. Of what was answered, half was within `median_days` and
    nine of ten within `p90_days`. `extended_share` is of `filed`, `refused_share` (by expiry) of what the body was to
    end: answered, left and refused by expiry. `complaints` counts those about what the body did to the appeals, or did
    not; `complaints_upheld` those of them that the body satisfied itself or the body above it upheld, whole or in part.
    Counts from 1 to 4, and those by which they could be reckoned, are null, and so is all that comes from them; then
    `suppressed` is true. The figures hold all acts until `as_of`; `overdue` is of this moment.
    """

    agency: AgencyName | None
    kind: Kind | None
    month: Annotated[str | None, Field(examples=["2026-11"])]
    filed: Count
    answered: Count
    withdrawn: Count
    left: Annotated[int | None, Field(description="Without consideration.")]
    refused_by_expiry: Count
    forwarded: Count
    open: Count
    overdue: Count
    median_days: Days
    p90_days: Days
    extended: Count
    extended_share: Share
    refused_share: Share
    complaints: Count
    complaints_upheld: Count
    suppressed: bool
    as_of: datetime | None


def figures_of(
    line: Line, by: tuple[str, ...], days: tuple[int | None, int | None], as_of: datetime | None
) -> AppealFigures:
    """A line as everybody reads it; `days` are the median and the ninetieth percentile."""
    named: dict[str, Any] = dict(zip(by, line.key, strict=True))
    counts = line.counts
    ended = [counts[name] for name in ("answered", "left", "refused_by_expiry")]
    return AppealFigures(
        agency=name_of(named["agency"]) if "agency" in named else None,
        kind=named.get("kind"),
        month=named.get("month"),
        **counts,
        median_days=days[0],
        p90_days=days[1],
        extended_share=_share(counts["extended"], [counts["filed"]]),
        refused_share=_share(counts["refused_by_expiry"], ended),
        suppressed=any(counts[name] is None for name in FIGURES),
        as_of=as_of,
    )


def bar_of(figures: AppealFigures, language: Language) -> Bar | None:
    """The figures as they are drawn; None where it is withheld how many there are, or there are none."""
    if not figures.filed:
        return None
    # The long name of a body comes last: where there is no room, the end is left out.
    named = [
        figures.month,
        None if figures.kind is None else say(figures.kind, language),
        None if figures.agency is None else getattr(figures.agency.name, language),
    ]
    return Bar(
        name=", ".join(filter(None, named)) or say("all", language),
        filed=figures.filed,
        answered=figures.answered,
        refused_by_expiry=figures.refused_by_expiry,
        open=figures.open,
        median_days=figures.median_days,
        complaints=figures.complaints,
        complaints_upheld=figures.complaints_upheld,
    )


def _share(part: int | None, whole: list[int | None]) -> str | None:
    known = [each for each in whole if each is not None]
    if part is None or len(known) < len(whole) or not sum(known):
        return None
    parts = part * _PARTS // sum(known)
    return f"{parts // _PARTS}.{parts % _PARTS:04}"
