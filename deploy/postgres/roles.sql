-- The two roles and the database of Backroom. Run by psql as a superuser; running it again changes nothing but the
-- passwords. Used by the door for the embedded server and by compose when its volume is new.
--
-- backroom_owner  owns the database and everything in it; only migrations (and the tests) log in as it.
-- backroom_app    what web, workers and beat log in as: reads and writes rows, cannot create, alter or drop, and so
--                 cannot switch off a trigger that keeps a history append-only.
\set ON_ERROR_STOP on
\set QUIET on
\getenv owner_password BACKROOM_OWNER_PASSWORD
\getenv app_password BACKROOM_APP_PASSWORD

SELECT 'CREATE ROLE backroom_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'backroom_owner') \gexec
SELECT 'CREATE ROLE backroom_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'backroom_app') \gexec
-- CREATEDB: the test runner makes its own databases.
ALTER ROLE backroom_owner WITH LOGIN CREATEDB NOSUPERUSER NOCREATEROLE PASSWORD :'owner_password';
ALTER ROLE backroom_app WITH LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE PASSWORD :'app_password';
-- No transaction of ours waits for the network, so one that idles this long belongs to a process that hangs. It must
-- not keep its locks, nor hold vacuum back.
ALTER ROLE backroom_app SET idle_in_transaction_session_timeout = '2min';

SELECT 'CREATE DATABASE backroom OWNER backroom_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'backroom') \gexec
REVOKE ALL ON DATABASE backroom FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE backroom TO backroom_app;

-- In template1 too, so that a database that the tests create has the same wall inside.
\connect template1
GRANT USAGE ON SCHEMA public TO backroom_app;
ALTER DEFAULT PRIVILEGES FOR ROLE backroom_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO backroom_app;
ALTER DEFAULT PRIVILEGES FOR ROLE backroom_owner GRANT USAGE, SELECT ON SEQUENCES TO backroom_app;

\connect backroom
GRANT USAGE ON SCHEMA public TO backroom_app;
ALTER DEFAULT PRIVILEGES FOR ROLE backroom_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO backroom_app;
ALTER DEFAULT PRIVILEGES FOR ROLE backroom_owner GRANT USAGE, SELECT ON SEQUENCES TO backroom_app;
