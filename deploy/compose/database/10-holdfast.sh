#!/bin/bash
# Runs once, at the first start of PostgreSQL: makes the role and the database of Holdfast. The role owns the database and
# can do nothing else. psql reads the password from the file, so it is in no command line.
set -euo pipefail

[ -s /run/secrets/holdfast_password ] || { echo "secrets/holdfast_password is empty" >&2; exit 1; }
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'END'
\set password `cat /run/secrets/holdfast_password`
CREATE ROLE holdfast LOGIN PASSWORD :'password';
CREATE DATABASE holdfast OWNER holdfast;
REVOKE CONNECT, TEMPORARY ON DATABASE holdfast FROM PUBLIC;
END
