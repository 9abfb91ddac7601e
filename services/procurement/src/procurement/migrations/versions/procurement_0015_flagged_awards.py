"""Which awards a rule stands of is kept, and follows every change of a finding or of an award."""

import sqlalchemy as sa
from alembic import op

revision = "procurement_0015"
down_revision = "procurement_0014"
branch_labels = None
depends_on = None

# That a finding stands of an award: of itself, its contract, its lot, or its whole process. Findings are looked up by
# their process; the index of states, which the planner takes for as good while it knows nothing of new findings, would
# be walked whole for each of them, and does not fit what is written so.
_STANDS = """
flags.ocid = awards.ocid AND flags.state || '' = 'flag'
AND (flags.award IS NULL OR flags.award = awards.id::text OR flags.listed_as = awards.id)
AND (flags.lot IS NULL OR flags.award IS NOT NULL OR flags.lot = awards.lot_id::text)
"""
_KEEP = f"""
INSERT INTO flagged_awards (rule, award_id, awarded_at, amount)
SELECT DISTINCT flags.rule, awards.id, awards.awarded_at, awards.amount FROM flags JOIN awards ON {_STANDS}
"""  # noqa: S608 - our own words
# Of two transactions that do not see each other yet, one with a finding and one with an award, the later to get the
# lock sees what the earlier did: a statement behind the lock looks anew. Awards shut out findings, and not each other.
_LOCK = "PERFORM pg_advisory_xact_lock{shared}(hashtextextended('flagged_awards', 0))"
_OF_FINDINGS = f"""
CREATE FUNCTION keep_awards_of_flag() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    process text;
BEGIN
    {_LOCK.format(shared="")};
    FOREACH process IN ARRAY array_remove(ARRAY[OLD.ocid, NEW.ocid], NULL) LOOP
        DELETE FROM flagged_awards AS kept USING awards
         WHERE awards.ocid = process AND kept.award_id = awards.id
           AND NOT EXISTS (SELECT FROM flags WHERE flags.rule = kept.rule AND {_STANDS});
        {_KEEP} WHERE awards.ocid = process ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN NULL;
END
$$
"""  # noqa: S608 - our own words
_OF_AWARDS = f"""
CREATE FUNCTION keep_flags_of_award() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_LOCK.format(shared="_shared")};
    DELETE FROM flagged_awards WHERE award_id = OLD.id;
    {_KEEP} WHERE awards.id = NEW.id;
    RETURN NULL;
END
$$
"""  # noqa: S608 - our own words
_OF_NOTHING = """
CREATE FUNCTION forget_flagged_awards() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM flagged_awards;
    RETURN NULL;
END
$$
"""
# Findings of all processes are written for minutes: awards need not wait for them until they are committed.
_FINDINGS = {
    "insert": "NEW.state = 'flag' AND NEW.ocid IS NOT NULL",
    "update": "OLD.state = 'flag' OR NEW.state = 'flag'",
    "delete": "OLD.state = 'flag' AND OLD.ocid IS NOT NULL",
}
_TRIGGERS = {
    **{
        f"flags_keep_awards_{event}": f"""
CREATE CONSTRAINT TRIGGER flags_keep_awards_{event} AFTER {event} ON flags DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION keep_awards_of_flag()"""
        for event, condition in _FINDINGS.items()
    },
    "awards_keep_flags": """
CREATE TRIGGER awards_keep_flags AFTER INSERT OR DELETE OR UPDATE OF id, ocid, lot_id, awarded_at, amount ON awards
FOR EACH ROW EXECUTE FUNCTION keep_flags_of_award()""",
    **{
        f"{table}_forget": f"""
CREATE TRIGGER {table}_forget AFTER TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION forget_flagged_awards()"""
        for table in ("flags", "awards")
    },
}


def upgrade() -> None:
    op.create_table(
        "flagged_awards",
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("award_id", sa.Uuid, nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
    )
    for function in (_OF_FINDINGS, _OF_AWARDS, _OF_NOTHING):
        op.execute(function)
    for name, trigger in _TRIGGERS.items():
        op.execute(trigger)
        # Whoever copies rows, none is left out.
        op.execute(f"ALTER TABLE {name.partition('_')[0]} ENABLE ALWAYS TRIGGER {name}")
    op.execute(_KEEP)
    op.create_primary_key("flagged_awards_pkey", "flagged_awards", ["award_id", "rule"])
    op.create_index("flagged_awards_newest", "flagged_awards", ["rule", "awarded_at", "award_id"])
    op.create_index("flagged_awards_amounts", "flagged_awards", ["rule", "amount", "award_id"])


def downgrade() -> None:
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {name.partition('_')[0]}")
    for function in ("keep_awards_of_flag", "keep_flags_of_award", "forget_flagged_awards"):
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_table("flagged_awards")
