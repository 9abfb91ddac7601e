"""What others published: requests of litewitness's tests."""

from pathlib import Path

from servicekit.testing import serving
from verifier.notes import LOG, Key
from verifier.signing import Signer
from witness.app import create_app

# Requests of FiloSottile/torchwood, internal/witness/witness_test.go, signed by a Sigsum log's key.
SIGSUM_KEY = bytes.fromhex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f")
SIGSUM = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
FROM_0_TO_1 = f"""old 0

{SIGSUM}
1
KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

— {SIGSUM} UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=
"""
FROM_1_TO_3 = f"""old 1
KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

{SIGSUM}
3
RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=

— {SIGSUM} UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=
"""
FROM_1_TO_5 = f"""old 1
KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=
KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

{SIGSUM}
5
QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=

— {SIGSUM} UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=
"""


async def test_requests_of_another_witness_are_answered_as_it_answers(tmp_path: Path, signer: Signer) -> None:
    async with serving(create_app(tmp_path, signer, [Key(SIGSUM, LOG, SIGSUM_KEY)])) as client:
        for body, status in [(FROM_0_TO_1, 200), (FROM_1_TO_5, 200), (FROM_1_TO_3, 409), (FROM_0_TO_1, 409)]:
            answer = await client.post("/add-checkpoint", content=body.encode())
            assert answer.status_code == status
        assert answer.text == "5\n"
        latest = (await client.get("/latest", params={"origin": SIGSUM})).text
    assert latest.startswith(FROM_1_TO_5.partition("\n\n")[2])
