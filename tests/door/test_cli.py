import json
import subprocess
import sys

import pytest

from config.door import cli, demo, holding, story, testing
from config.door.errors import DoorError
from config.door.places import Place


@pytest.mark.parametrize(
    ("words", "known", "rest"),
    [
        (["manage", "migrate", "--plan"], "manage", ["migrate", "--plan"]),
        (["test", "-k", "one or two", "--exit"], "test", ["-k", "one or two", "--exit"]),
        (["bench", "intake", "--json"], "bench", ["intake", "--json"]),
        (["chaos", "--help"], "chaos", ["--help"]),
    ],
)
def test_the_words_of_other_tools_reach_them_unchanged(
    words: list[str], known: str, rest: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, list[str]]] = []

    def note(namespace: object, words: list[str]) -> int:
        seen.append((vars(namespace)["command"], words))
        return 7

    monkeypatch.setitem(cli.COMMANDS, known, note)
    assert cli.dispatch(words) == 7
    assert seen == [(known, rest)]


def test_an_unknown_option_of_our_own_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.dispatch(["demo", "--exitt"])
    assert "--exitt" in capsys.readouterr().err


def test_the_pool_sizes_are_read_by_group() -> None:
    assert demo.concurrency("fast=4,heavy=1") == {"fast": 4, "heavy": 1}
    assert demo.concurrency("") == {}
    for wrong in ("slow=1", "fast", "fast=0", "fast=two", "fast=-1"):
        with pytest.raises(DoorError, match="does not understand"):
            demo.concurrency(wrong)


def test_one_command_at_a_time_holds_a_checkout(place: Place) -> None:
    with holding.held(place, "demo"):
        with (
            pytest.raises(holding.HeldByAnotherError, match=r"\./run demo"),
            holding.held(place, "dev"),
        ):
            pytest.fail("two held it")
        holding.write_down(place, {"DATABASE_URL": "postgres://here", "HOME": "/root"})
        assert holding.of_holder(place) == {"DATABASE_URL": "postgres://here"}
    with holding.held(place, "dev"):
        assert not (place.run / "environment.json").exists()


def test_a_holder_waits_for_those_who_use_its_servers(place: Place) -> None:
    assert not holding.has_users(place)
    with holding.using(place), holding.using(place):
        assert holding.has_users(place)
    assert not holding.has_users(place)


def test_a_flow_is_one_line_for_people_and_unchanged_for_programs() -> None:
    line = json.dumps(
        {"flow": "prices.plan", "ok": True, "seconds": 1.25, "facts": {"variants": 3000}}
    )
    flow = story.read(line)
    assert flow is not None
    assert flow.line == line
    assert story.for_people(flow) == "  ok     prices.plan               1.2 s  variants 3000"


def test_a_failed_flow_shows_its_cause() -> None:
    flow = story.read('{"flow": "prices.plan", "ok": false, "seconds": 1, "error": "no shop"}')
    assert flow is not None
    assert story.for_people(flow).splitlines()[1].strip() == "no shop"


@pytest.mark.parametrize("line", ["", "hello", "[]", "{}", '{"ok": true}', "3"])
def test_what_is_no_flow_is_not_taken_for_one(line: str) -> None:
    assert story.read(line) is None


def test_a_missing_chromium_is_said_loudly_and_an_error_where_required(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REQUIRE_CHROMIUM", raising=False)
    testing.require_or_warn(None)
    assert "NO CHROMIUM FOUND" in capsys.readouterr().err
    monkeypatch.setenv("REQUIRE_CHROMIUM", "1")
    with pytest.raises(DoorError, match="No Chromium"):
        testing.require_or_warn(None)
    testing.require_or_warn("/usr/bin/chromium")


def test_a_named_chromium_that_is_not_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    assert testing.chromium() is None
    monkeypatch.setenv("CHROMIUM", sys.executable)
    assert testing.chromium() == sys.executable


def test_the_door_opens_without_django() -> None:
    script = "import sys, config.door.cli, config.door.stack; print('django' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
