"""Signals, in a process of their own: they belong to a whole process and its main thread."""

import subprocess
import sys
import textwrap

from config.door.places import CHECKOUT


def told_by(script: str) -> list[str]:
    head = """
        import os, signal, time
        from config.door import interruption
        from config.door.errors import StoppedByPersonError
        interruption.install()
        interruption.ONE_WISH_SECONDS = 0.05
        def press():
            os.kill(os.getpid(), signal.SIGTERM)
    """
    whole = textwrap.dedent(head) + textwrap.dedent(script)
    done = subprocess.run(
        [sys.executable, "-c", whole], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_the_first_signal_stops_and_the_second_hurries() -> None:
    script = """
        try:
            press()
        except StoppedByPersonError:
            print(interruption.asked.is_set(), interruption.hurry.is_set())
        time.sleep(0.1)
        press()
        print(interruption.hurry.is_set())
    """
    assert told_by(script) == ["True", "False", "True"]


def test_one_wish_delivered_twice_is_one_wish() -> None:
    script = """
        try:
            press()
        except StoppedByPersonError:
            pass
        press()
        print(interruption.hurry.is_set())
    """
    assert told_by(script) == ["False"]


def test_a_signal_waits_for_the_end_of_what_must_not_be_cut() -> None:
    script = """
        try:
            with interruption.postponed():
                press()
                print("whole")
            print("too far")
        except StoppedByPersonError:
            print("stopped")
    """
    assert told_by(script) == ["whole", "stopped"]


def test_a_signal_while_stopping_anyway_raises_nothing() -> None:
    script = """
        interruption.stop_raising()
        press()
        print(interruption.hurry.is_set())
        time.sleep(0.1)
        press()
        print(interruption.hurry.is_set())
    """
    assert told_by(script) == ["False", "True"]
