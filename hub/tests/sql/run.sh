#!/bin/sh
# Runs the SQL tests against the migrated database that libpq's environment names (PGHOST, PGDATABASE, ...), as a
# superuser: the tests speak as other roles. Each file rolls back what it did.
set -eu
cd "$(dirname "$0")"
# Sessions that a test opens from inside the server do not see this environment: they are told the password by a setting.
if [ -n "${PGPASSWORD:-}" ]; then
  export PGOPTIONS="${PGOPTIONS:-} -c fixture.password=$PGPASSWORD"
fi
exec pg_prove --failures --comments --ext .sql ./*.sql
