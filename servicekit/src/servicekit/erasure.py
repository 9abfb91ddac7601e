"""The erasure of somebody's data from a journal: the keys of their private parts go, and what was done stays proven."""

from fastapi import APIRouter
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from servicekit.clock import Now
from servicekit.identity import CurrentCaller
from servicekit.journal import Object, forget_owner, record
from servicekit.routing import Route
from servicekit.shapes import Asked
from servicekit.transactions import Write

OPERATOR = "operator"


class NewErasure(Asked):
    """Whose private parts are to be erased."""

    scheme: str
    id: str


class Erasure(BaseModel):
    """How many private parts nobody can read any more."""

    erased: int


def erasure_router() -> APIRouter:
    """The way to erase, for the operator alone; the gateway has none to it."""
    router = APIRouter(include_in_schema=False, route_class=Route)

    @router.post("/internal/erasures")
    async def erase_person(_: CurrentCaller, writing: Write, now: Now, body: NewErasure) -> Erasure:
        """Destroy the keys of a person's private parts; that it was done is entered, and not whose they were."""
        erased = await forget_owner(writing, (body.scheme, body.id))
        about = Object("erasure", uuid7(), 1)
        record(writing, "erasure.done", about, at=now, role=OPERATOR, public={"private_parts": erased})
        return Erasure(erased=erased)

    return router
