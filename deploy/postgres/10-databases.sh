#!/bin/bash
# Once, in an empty cluster: for each service a database, the role that owns its tables, and the restricted role that the
# service signs in with. What the latter may do is granted by the service's migrations.
set -euo pipefail

for service in authority intake matcher media audit; do
  psql --set ON_ERROR_STOP=1 --quiet --username postgres --dbname postgres \
    --set service="$service" --set owner="shokai_${service}_owner" --set role="shokai_$service" \
    --set owner_password="$(< "/run/shokai/owner_$service")" --set role_password="$(< "/run/shokai/app_$service")" <<'SQL'
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"role" LOGIN PASSWORD :'role_password';
CREATE DATABASE :"service" OWNER :"owner" ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"role";
\connect :"service"
ALTER SCHEMA public OWNER TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL
done
