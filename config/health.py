"""``/healthz`` and ``/readyz``: answered before sessions, CSRF and everything else.

``/healthz``: this process answers; it looks at nothing, so that a database that is away does not
get web processes killed. ``/readyz``: this process can do its work; 503 says which part cannot and
what to do now.
"""

import threading
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

_schema_seen = threading.Event()


class HealthDoor:
    """Answer the two addresses, pass everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request."""
        if request.path == "/healthz":
            return JsonResponse({"ok": True})
        if request.path == "/readyz":
            parts = {"database": _database(), "migrations": _migrations()}
            ready = all(part["ok"] for part in parts.values())
            return JsonResponse({"ok": ready, **parts}, status=200 if ready else 503)
        return self.get_response(request)


def _database() -> dict[str, Any]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        connection.close()
        return {
            "ok": False,
            "why": str(error).strip().partition("\n")[0],
            "now": "Start PostgreSQL, or correct DATABASE_URL; jobs and webhooks wait meanwhile.",
        }
    return {"ok": True}


def _migrations() -> dict[str, Any]:
    # The plan reads every migration file; once it was empty, only a restart can change that.
    if _schema_seen.is_set():
        return {"ok": True}
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return {"ok": False, "why": "unknown: the database does not answer", "now": "See database."}
    if plan:
        waiting = [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
        return {
            "ok": False,
            "why": f"{len(waiting)} not applied, the first is {waiting[0]}",
            "now": "Run ./run manage migrate (production: the compose service `migrate`).",
        }
    _schema_seen.set()
    return {"ok": True}
