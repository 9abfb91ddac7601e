"""What can be wrong with a journal: of what kind, and where."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "edited",  # an entry is not the one that was sealed
    "deleted",  # an entry that was sealed is not listed
    "inserted",  # an entry is listed that was not sealed
    "duplicated",  # an entry is there twice
    "reordered",  # entries stand in another order, or an object's versions go down
    "truncated",  # the last entries are not there
    "gap",  # an index is not there, neither listed nor in a tile
    "tile",  # a tile does not hold the hashes of what is below it, or is not there
    "root",  # the signed root is not that of the entries, nor that of the tiles
    "checkpoint",  # the note is none
    "signature",  # the journal has not signed its checkpoint
    "witness",  # a witness of the journal has not cosigned its checkpoint
    "key",  # a key is none, or is not the one that was known
    "other-log",  # this is the journal of somebody else
    "rewritten",  # a checkpoint that is known is not one of this tree
    "rolled-back",  # a checkpoint that is known is of more entries
]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the notes that prove it where some do.

    `place` is the first bad index (`entries[17]`), the range in which it lies (`entries[300:400]`, the last not of it),
    a tile by its address, or what else the journal serves: `checkpoint`, `keys[0]`.
    """

    kind: Kind
    place: str
    message: str
    evidence: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} at {self.place}: {self.message}"

    @property
    def members(self) -> dict[str, Any]:
        """The fault as a JSON object."""
        return asdict(self)


def at(index: int) -> str:
    """The place of an entry."""
    return f"entries[{index}]"


def between(first: int, end: int) -> str:
    """The place of the entries from `first` to before `end`."""
    return f"entries[{first}:{end}]"
