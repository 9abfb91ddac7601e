#!/bin/bash
# One database and two roles for each service, as stack/src/stack/databases.py makes them: an owner, who migrates, and
# an application, which works with rows and makes nothing. The public image runs this when its data folder is new; it
# may be run again at any time, and then sets the passwords that the environment gives:
#   docker compose exec postgres bash /docker-entrypoint-initdb.d/services.sh
set -euo pipefail

for service in appeals procurement legal_acts registry; do
  variable=ASHYQ_${service^^}_PASSWORD
  APP_PASSWORD=${!variable:?} OWNER_PASSWORD=${ASHYQ_OWNER_PASSWORD:?} \
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set "owner=ashyq_$service" --set "app=ashyq_${service}_app" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv app_password APP_PASSWORD
\getenv owner_password OWNER_PASSWORD

SELECT format('CREATE ROLE %I', wanted) FROM unnest(ARRAY[:'owner', :'app']) AS wanted
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) \gexec
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'app_password';
-- The journal's gate must see which database each open transaction belongs to.
GRANT pg_read_all_stats TO :"owner";

-- The character type decides what a letter is for full-text search and for case: with C no Cyrillic one would be.
SELECT format(
    'CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' LC_COLLATE ''C'' LC_CTYPE ''C.UTF-8'' TEMPLATE template0',
    :'owner', :'owner'
) WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'owner') \gexec
REVOKE ALL ON DATABASE :"owner" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"owner" TO :"owner", :"app";

\connect :"owner"
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"app";
-- Only default privileges: where a migration takes a right back, it stays taken.
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT USAGE, SELECT ON SEQUENCES TO :"app";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT EXECUTE ON FUNCTIONS TO :"app";
SQL
done
