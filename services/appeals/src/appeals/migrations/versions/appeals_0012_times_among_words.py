"""The words of a register's rows tell when each was put down, so that the newest are found among many."""

import sqlalchemy as sa
from alembic import op

revision = "appeals_0012"
down_revision = "appeals_0005"
branch_labels = None
depends_on = None

_SAID = (
    "to_tsvector('simple'::regconfig, translate((subject || ' '::text) || number,"
    " '-./_:@&=+~#'::text, '           '::text))"
)
_BEFORE = f"({_SAID} || array_to_tsvector(ARRAY[agency]))"
_SINCE = f"({_SAID} || array_to_tsvector(ARRAY[agency, (agency || '/'::text) || substr(id::text, 1, 4)]))"


def upgrade() -> None:
    _index(_SINCE)


def downgrade() -> None:
    _index(_BEFORE)


def _index(words: str) -> None:
    op.drop_index("appeals_words", "appeals")
    op.create_index("appeals_words", "appeals", [sa.text(words)], postgresql_using="gin")
