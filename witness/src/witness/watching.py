"""A log that is watched: its requests are judged, stored and answered one after the other."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from verifier.notes import Key
from verifier.signing import Signer
from witness.judging import Forked, NotContinued, judge, lines_by
from witness.storage import Damaged, Seen, keep_seen, read_seen
from witness.submissions import Submission

_log = logging.getLogger(__name__)


class WatchedLog:
    """A log by its keys, what was seen of it last, and the one thread that may change that.

    The thread is the lock: a request whose client has gone away still ends before the next one begins.
    """

    def __init__(self, folder: Path, keys: Sequence[Key], signer: Signer) -> None:
        """Read what is kept of the log, whose name is that of its keys; damage is told by `last`, again and again."""
        self.origin = keys[0].name
        self._folder, self._keys, self._signer = folder, keys, signer
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=self.origin)
        self._last: Seen | Damaged | None
        try:
            self._last = read_seen(folder, self.origin, keys, signer.key)
        except Damaged as damage:
            self._last = damage
        if isinstance(self._last, Damaged):
            _log.error("REFUSED: %s", self._last)

    @property
    def last(self) -> Seen | None:
        """What was cosigned last, and is on the disk; None where nothing was yet.

        Raises:
            Damaged: it is not known any more.
        """
        if isinstance(self._last, Damaged):
            raise self._last
        return self._last

    async def cosign(self, submission: Submission, clock: Callable[[], float]) -> str:
        """Cosign a checkpoint of this log if it continues what was seen.

        Returns:
            The line of the cosignature, once what it says is on the disk.

        Raises:
            NotSigned, Stale, Forked, NotContinued: it is not cosigned.
            Damaged, NotStored: it cannot be.
        """
        lines = lines_by(submission, self._keys)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._cosign, submission, lines, clock)

    def close(self) -> None:
        """Wait for what is being stored."""
        self._thread.shutdown()

    def _cosign(self, submission: Submission, lines: Sequence[str], clock: Callable[[], float]) -> str:
        last = self.last
        self._judge(submission, last)
        # A clock that was set back must not make a later view look older than an earlier one.
        at = max(int(clock()), last.time if last else 0)
        cosignature = self._signer.cosign(submission.note.text, at)
        seen = Seen(submission.checkpoint, at, _written(submission, (*lines, cosignature)))
        if seen != last:
            keep_seen(self._folder, seen)
            self._last = seen
        return seen.cosignature

    def _judge(self, submission: Submission, last: Seen | None) -> None:
        try:
            judge(submission, last.checkpoint if last else None)
        except Forked:
            shown = last.note if last else ""
            _log.error("FORKED: %s signed %r and %r", self.origin, shown, _written(submission, submission.lines))
            raise
        except NotContinued as refusal:
            _log.warning("The log %s is not cosigned. %s", self.origin, refusal)
            raise


def _written(submission: Submission, lines: Sequence[str]) -> str:
    return "".join((submission.note.text, "\n", *lines))
