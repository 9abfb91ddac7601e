"""What filing an appeal writes, as pgbench can run it: the very statement, the same rows plainly, and a filling."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping

from appeals.commands.filing import FILE
from servicekit.database import Query
from servicekit.idempotency import storing

_PRIVATE_BYTES = 460  # encrypted: a number, a subject, a text of two lines, a salt
_KEY = b64encode(bytes(32)).decode()
_ENTRY = {
    "id": "01a20424-8974-744c-8a68-80f65b413955",
    "object_kind": "appeal",
    "object_id": "01a20424-8970-7258-9727-1958a1e2cb43",
    "object_version": 1,
    "event": "appeal.registered",
    "at": "2026-11-22T16:43:53+00:00",
    "role": "citizen",
    "public": {
        "kind": "request",
        "rules": "report",
        "agency": "min-transport",
        "due_on": "2026-12-14",
        "calendar": "kz-2026.1",
        "submitted_at": "2026-11-22T16:43:53+00:00",
        "registered_on": "2026-11-23",
        "rules_version": "2024-05",
    },
    "private": b64encode(bytes(_PRIVATE_BYTES)).decode(),
    **dict.fromkeys(("commitment", "leaf", "key"), _KEY),
    "scheme": "KZ-IIN",
    "number": "880417499014",
}
VALUES: dict[str, str] = {
    "version": "1",
    "status": "registered",
    "kind": "request",
    "agency": "min-transport",
    "applicant_scheme": "KZ-IIN",
    "applicant_id": "880417499014",
    "applicant_name": "Айгерім Сапарова",
    "subject": "Автобус аялдамасы",
    "text": "Аялдаманың шатыры қашан жөнделеді? " * 6,
    "language": "kk",
    "channel": "portal",
    "form": "electronic",
    "submitted_at": "2026-11-22T16:43:53+00:00",
    "received_at": "2026-11-22T16:43:53+00:00",
    "registered_on": "2026-11-23",
    "forward_by": "2026-11-26",
    "due_on": "2026-12-14",
    "rules": "report",
    "rules_version": "2024-05",
    "calendar": "kz-2026.1",
    "week": "five",
    "reply_subject": "bench",
    "reply_method": "POST",
    "reply_path": "/v1/appeals",
    "reply_headers": "{}",
    "reply_body": "x" * 1400,
    "journal_entries": json.dumps([_ENTRY], ensure_ascii=False),
    "public": json.dumps(_ENTRY["public"], ensure_ascii=False),
}
# What is new in each transaction, or is no text, is written into the statement.
_WRITTEN = {
    "id": "uuidv7()",
    "number": "'B-' || nextval('appeal_number')",
    "forwarded_by": "'{}'",
    "synthetic": "false",
    "reply_key": "gen_random_uuid()::text",
    "reply_fingerprint": "sha256('x')",
    "reply_status": "201",
    # Each entry needs an id of its own; the rest of it is the same work.
    "journal_entries": "jsonb_set(:journal_entries::jsonb, '{0,id}', to_jsonb(uuidv7()))",
    "crime": "false",
    **dict.fromkeys(("contact", "outcome", "answer", "answer_language", "answered_at", "parent"), "NULL"),
    **dict.fromkeys(("participants", "taken_by", "code_digest"), "NULL"),
}


def _for_pgbench(query: Query, values: Mapping[str, str]) -> str:
    """The very statement that is sent, its numbered parameters filled by pgbench's variables or written in."""
    names = query.names

    def filled(match: re.Match[str]) -> str:
        name = names[int(match[1]) - 1]
        if name in values:
            return values[name]
        if name in query.defaults:
            return f"'{query.defaults[name]}'"
        return f":{name}"

    return re.sub(r"\$(\d+)", filled, query.sql).replace("\n", " ")


AS_SENT = [_for_pgbench(storing(FILE), _WRITTEN)]
# Rows to begin with: the same again and again, but for their keys.
FILLING = [
    """
INSERT INTO appeals (id, number, version, kind, status, agency, forwarded_by, applicant_scheme, applicant_id, subject,
                     text, language, channel, submitted_at, received_at, registered_on, forward_by, due_on, rules,
                     rules_version, calendar, week)
SELECT uuidv7(), 'F-' || nextval('appeal_number'), 1, 'request', 'registered', 'agency-' || i % 80, '{}', 'KZ-IIN',
       lpad((i % 99999)::text, 12, '0'), 'Автобус аялдамасы', repeat('Аялдаманың шатыры қашан жөнделеді? ', 6), 'kk',
       'portal', now(), now(), '2026-11-23', '2026-11-26', date '2026-12-14' + (i % 300)::int, 'report', '2024-05',
       'kz-2026.1', 'five'
  FROM generate_series(1, $1::int) AS i""",
    """
INSERT INTO journal (id, object_kind, object_id, object_version, event, at, role, public, private, commitment, leaf)
SELECT uuidv7(), 'appeal', uuidv7(), 1, 'appeal.registered', now(), 'citizen', '{"kind": "request"}',
       decode(repeat('00', 460), 'hex'), sha256('x'), sha256('x')
  FROM generate_series(1, $1::int) AS i""",
    """
INSERT INTO private_keys (entry, scheme, number, key)
SELECT uuidv7(), 'KZ-IIN', lpad((i % 99999)::text, 12, '0'), sha256('x')
  FROM generate_series(1, $1::int) AS i""",
    """
INSERT INTO replies (subject, method, path, key, fingerprint, status, headers, body)
SELECT 'bench', 'POST', '/v1/appeals', gen_random_uuid()::text, sha256('x'), 201, '{}', repeat('x', 1400)::bytea
  FROM generate_series(1, $1::int) AS i""",
]
# The same rows as anybody would write them: a transaction of four inserts.
_INSERT_ENTRY = """
INSERT INTO journal (id, object_kind, object_id, object_version, event, at, role, public, private, commitment, leaf)
VALUES (uuidv7(), 'appeal', uuidv7(), 1, 'appeal.registered', now(), 'citizen', :public::jsonb,
        decode(repeat('00', 460), 'hex'), sha256('x'), sha256('x'))"""
_INSERT_KEY = """
INSERT INTO private_keys (entry, scheme, number, key)
VALUES (uuidv7(), :applicant_scheme, :applicant_id, sha256('x'))"""
_INSERT_REPLY = """
INSERT INTO replies (subject, method, path, key, fingerprint, status, headers, body)
VALUES ('bench', 'POST', '/v1/appeals', gen_random_uuid()::text, sha256('x'), 201, '{}', :reply_body)"""
PLAIN = [
    "BEGIN",
    _for_pgbench(Query(FILE), _WRITTEN),
    _INSERT_ENTRY.replace("\n", " "),
    _INSERT_KEY.replace("\n", " "),
    _INSERT_REPLY.replace("\n", " "),
    "COMMIT",
]
