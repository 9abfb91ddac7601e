"""What a citizen takes home, and why nobody can change it."""

import subprocess
import sys

from stack.demo.stage import Stage

_VERIFY = (sys.executable, "-I", "-m", "verifier", "-")


def tell(stage: Stage) -> None:
    """Tell it: a receipt is verified without us, and a flipped byte is found.

    Raises:
        RuntimeError: it is not so.
    """
    stage.title("A receipt")
    stage.heading("A citizen files an appeal, and downloads the receipt as soon as it is sealed and witnessed")
    body = {"kind": "application", "agency": "min-transport", "subject": "A bridge", "language": "en"}
    filed = stage.post("citizen", "/v1/appeals", body | {"text": "The bridge at Kaskelen has lost its railing."})
    receipt = stage.download("citizen", f"/v1/appeals/{filed['id']}/receipt")
    stage.heading("On any other machine, without a network: python ashyq-verify.pyz receipt.json")
    verify(stage, receipt, whole=True)
    stage.heading("Somebody flips one byte of it")
    at = receipt.index(b"min-transport") + len("min-")
    stage.say(f"Byte {at}: the agency was [bold]min-transport[/bold] and is [bold]min-Transport[/bold] now.")
    verify(stage, receipt[:at] + b"T" + receipt[at + 1 :], whole=False)


def verify(stage: Stage, receipt: bytes, *, whole: bool) -> None:
    """Let the verifier, in a process of its own, say what it finds in a receipt, a certificate or a file for a court.

    Raises:
        RuntimeError: it finds it whole, and it should not be, or the other way round.
    """
    said = subprocess.run(_VERIFY, input=receipt, capture_output=True, check=False)  # noqa: S603 - our own program
    if (said.returncode == 0) != whole:
        raise RuntimeError(said.stderr.decode() or said.stdout.decode())
    stage.quote(said.stdout.decode())
