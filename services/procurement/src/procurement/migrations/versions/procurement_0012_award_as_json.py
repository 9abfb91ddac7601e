"""An award carries the text that lists show of it, written by the database whenever the award changes."""

import sqlalchemy as sa
from alembic import op

revision = "procurement_0012"
down_revision = "procurement_0011"
branch_labels = None
depends_on = None

# Money is a whole number of tiyn, which times 0.01 has two decimals exactly; decimals are texts, so that nobody rounds.
FUNCTION = """
CREATE FUNCTION award_as_json() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  NEW.as_json := (SELECT row_to_json(shown) FROM (SELECT
    NEW.id,
    NEW.source,
    NEW.ocid,
    nullif(NEW.status, '') AS status,
    (SELECT row_to_json(one) FROM (SELECT NEW.tender_id AS id, NEW.tender_number AS number) AS one
      WHERE NEW.tender_id IS NOT NULL) AS tender,
    (SELECT row_to_json(one) FROM
       (SELECT NEW.lot_id AS id, NEW.lot_position AS position, NEW.lot_title AS title) AS one
      WHERE NEW.lot_id IS NOT NULL) AS lot,
    (SELECT row_to_json(one) FROM
       (SELECT nullif(NEW.item_code, '') AS code, nullif(NEW.item_name, '') AS name) AS one) AS item,
    NEW.quantity::text AS quantity,
    NEW.unit,
    nullif(NEW.method, '') AS method,
    nullif(NEW.region, '') AS region,
    (SELECT row_to_json(one) FROM
       (SELECT NEW.buyer_scheme AS scheme, NEW.buyer AS id, NEW.buyer_name AS name) AS one) AS buyer,
    (SELECT row_to_json(one) FROM
       (SELECT NEW.supplier AS party, NEW.supplier_scheme AS scheme, NEW.supplier_number AS id,
               NEW.supplier_name AS name) AS one) AS supplier,
    (SELECT row_to_json(one) FROM (SELECT (NEW.amount * 0.01)::text AS amount, NEW.currency) AS one) AS amount,
    (SELECT row_to_json(one) FROM (SELECT (NEW.allocated * 0.01)::text AS amount, NEW.currency) AS one
      WHERE NEW.allocated IS NOT NULL) AS allocated,
    (SELECT row_to_json(one) FROM
       (SELECT ((NEW.allocated - NEW.amount) * 0.01)::text AS amount, NEW.currency) AS one
      WHERE NEW.allocated IS NOT NULL) AS saving,
    NEW.awarded_on,
    NEW.complaints_until,
    NEW.synthetic
  ) AS shown);
  RETURN NEW;
END $$
"""
TRIGGER = "CREATE TRIGGER award_as_json BEFORE INSERT OR UPDATE ON awards FOR EACH ROW EXECUTE FUNCTION award_as_json()"


def upgrade() -> None:
    op.add_column("awards", sa.Column("as_json", sa.Text(), nullable=False, server_default=""))
    op.execute(FUNCTION)
    op.execute(TRIGGER)
    op.execute("ALTER TABLE awards ENABLE ALWAYS TRIGGER award_as_json")  # whoever copies rows, none is without it
    op.execute("UPDATE awards SET version = version")
    op.alter_column("awards", "as_json", server_default=None)


def downgrade() -> None:
    op.execute("DROP TRIGGER award_as_json ON awards")
    op.execute("DROP FUNCTION award_as_json()")
    op.drop_column("awards", "as_json")
