"""The door: everything `./run` does after `.venv` exists.

It starts an embedded PostgreSQL and Redis (unless `DATABASE_URL` and `REDIS_URL` name real ones),
the processes of Backroom and the sandbox shop, watches over them, and runs one of its commands
against them:

* `demo`, `dev`, `services`, `manage` work on this checkout's own data in `var/`;
* `test`, `bench`, `chaos` work on throwaway servers that are gone afterwards.

Which module does what:

* `cli` reads the command line; `demo`, `developing`, `managing`, `testing`, `measuring`, `checking`
  are its commands;
* `stack` puts a whole Backroom up and takes it down: the one mechanism that commands, benchmarks
  and fault runs share;
* `postgres_server`, `redis_server`, `sandbox_server` and `services` say what each process is and
  when it is ready;
* `supervisor` starts, restarts and stops processes; `guardian` kills them when the door itself is
  killed;
* `places`, `accounts`, `ports`, `keys`, `environment` decide where, as whom, on which port, with
  which secrets.

The door never imports Django: it must start, and say what is wrong, when the settings do not.
"""
