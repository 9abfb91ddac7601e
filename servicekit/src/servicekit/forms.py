"""The forms in which a list can be had, and which of them a request asks for (RFC 9110, 12.5.1)."""

from collections.abc import Sequence
from enum import StrEnum

from fastapi import Request
from fastapi.exceptions import RequestValidationError


class Form(StrEnum):
    """JSON in pages, or all rows at once: a line of CSV or of JSON each."""

    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


class NotAcceptable(Exception):
    """The Accept header names no form in which the list can be had."""

    def __init__(self, forms: Sequence[Form] = tuple(Form)) -> None:
        self.offered = ", ".join(form.media_type for form in forms)


_MEDIA_TYPES = {Form.JSON: "application/json", Form.CSV: "text/csv", Form.NDJSON: "application/x-ndjson"}


def form_asked(request: Request, forms: Sequence[Form]) -> Form:
    """Which of its forms a request for a list asks for: by `format`, or else by its Accept header; JSON if in doubt.

    Raises:
        RequestValidationError: `format` is no form.
        NotAcceptable: the header takes none of the forms.
    """
    if b"format=" in request.scope["query_string"] and (named := request.query_params.getlist("format")):
        if len(named) == 1 and named[0] in forms:
            return Form(named[0])
        known = ", ".join(forms)
        raise RequestValidationError([{"loc": ("query", "format"), "msg": f"One of: {known}", "type": "enum"}])
    accepted = request.headers.get("accept")
    if not accepted or accepted.strip() in {"*/*", Form.JSON.media_type}:
        return Form.JSON
    # Of equal weights the first in the order of forms: max() keeps to it.
    weights = {form: _weight(form.media_type, accepted) for form in forms}
    best = max(weights, key=weights.__getitem__)
    if weights[best] <= 0:
        raise NotAcceptable(forms)
    return best


def _weight(media_type: str, accepted: str) -> float:
    """How welcome a media type is: the weight of the closest range that has it; what cannot be read has none."""
    found = (0, 0.0)
    kind = media_type.partition("/")[0]
    for part in accepted.lower().split(","):
        named, *parameters = (each.strip() for each in part.split(";"))
        closeness = {"*/*": 1, f"{kind}/*": 2, media_type: 3}.get(named, 0)
        if closeness > found[0]:
            found = (closeness, _quality(parameters))
    return found[1]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
