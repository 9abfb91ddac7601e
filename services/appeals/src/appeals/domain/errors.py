"""What the rules of appeals refuse, in facts; how it is told to people is settled elsewhere."""

from datetime import date


class TermExpired(Exception):
    """The term has passed without an answer: by law the appeal is refused, and no later decision undoes that."""

    def __init__(self, due_on: date) -> None:
        super().__init__(f"the term expired on {due_on}")
        self.due_on = due_on


class ForwardingTooLate(Exception):
    """The days in which a body may still say that it is not competent are over."""

    def __init__(self, forward_by: date) -> None:
        super().__init__(f"forwarding was possible until {forward_by}")
        self.forward_by = forward_by


class SameAgency(Exception):
    """An appeal cannot be forwarded to the body that has it."""


class NoSuchPoint(Exception):
    """The appeal does not have a point of that number here."""

    def __init__(self, points: list[int]) -> None:
        super().__init__(f"the points here are {points}")
        self.points = points


class NothingRemains(Exception):
    """All points were named: the appeal is to be forwarded whole."""


class CalendarTaken(Exception):
    """There is a calendar of this version; what a version says never changes."""

    def __init__(self, version: str) -> None:
        super().__init__(f"there is a calendar {version}")
        self.version = version


class CalendarNotNewer(Exception):
    """The new version comes before the newest, and so would never be used."""

    def __init__(self, version: str, newest: str) -> None:
        super().__init__(f"{version} comes before {newest}")
        self.version = version
        self.newest = newest


class OnceOnly(Exception):
    """The law lets a body do this once in an appeal, and it was done."""


class ExtensionTooLong(Exception):
    """The term cannot be extended to that day: it ends before, or the law allows no longer than `longest`."""

    def __init__(self, after: date, longest: date) -> None:
        super().__init__(f"an extension ends after {after} and by {longest}")
        self.after = after
        self.longest = longest


class NotHeard(Exception):
    """An adverse decision needs a preliminary one, and a hearing or the stated reason for none (APPC art. 73)."""


class DecisionTooEarly(Exception):
    """The applicant was told of the preliminary decision too lately for an adverse one today (APPC art. 73(1)).

    `try_after` is the first day on which it is allowed.
    """

    def __init__(self, decide_from: date) -> None:
        super().__init__(f"an adverse decision is allowed from {decide_from}")
        self.decide_from = decide_from
        self.try_after = decide_from.isoformat()


class NotInVocabulary(Exception):
    """The procedure of this kind of appeal knows no such outcome or ground."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(f"allowed are {allowed}")
        self.allowed = allowed


class GroundNotShown(Exception):
    """The ground rests on something that is not there: its `detail` in words, or a `defect` that was told."""

    def __init__(self, needs: str) -> None:
        super().__init__(f"the ground needs its {needs}")
        self.needs = needs


class CrimeReported(Exception):
    """An appeal that reports a crime or a threat is forwarded at once, and never sent back or left (APPC art. 89)."""


class NoSuchEarlierAppeal(Exception):
    """The ground names an earlier appeal of the same applicant that was answered, and there is none with that id."""


class FileTypeNotAllowed(Exception):
    """The file is of none of the types that may be attached, whatever it is called."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(f"allowed are {allowed}")
        self.allowed = ", ".join(allowed)


class FileTypeMismatch(Exception):
    """The file is something else than its sender or its name says."""

    def __init__(self, found: str, endings: tuple[str, ...]) -> None:
        super().__init__(f"the file is {found}")
        self.found = found
        self.endings = ", ".join(endings)


class TooManyFiles(Exception):
    """The appeal has as many files as an appeal may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"an appeal has at most {most} files")
        self.most = most


class FileQuarantined(Exception):
    """The file has not been scanned yet, so nobody gets it."""


class FileInfected(Exception):
    """Something harmful was found in the file, so nobody ever gets it."""


class NotYourChannel(Exception):
    """The caller files by other channels than the one that is named."""

    def __init__(self, channels: list[str]) -> None:
        super().__init__(f"the caller's channels are {channels}")
        self.channels = channels


class NotADirectAddressee(Exception):
    """The terminals of penal institutions send to some bodies only, past the administration."""

    def __init__(self, agencies: list[str]) -> None:
        super().__init__(f"a terminal sends to {agencies}")
        self.agencies = agencies


class PenalBody(Exception):
    """What came from a terminal is kept from the penal administration and who stands over it."""


class ConflictOfInterest(Exception):
    """Nobody judges a complaint about their own act, nor does the body complained of (APPC art. 91)."""


class NoHigherBody(Exception):
    """No body stands above the one complained of, so the complaint cannot go up: after the body comes the court."""


class LearnedAtNoSuchTime(Exception):
    """The applicant learned of an act on a day that is not from its appeal's filing (`first`) to today (`last`)."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"the act was learned of between {first} and {last}")
        self.first = first
        self.last = last
