"""libvips is set up once: a second thread would block what the first one draws with."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import pyvips

from foundation.untrusted import libvips as module
from foundation.untrusted.api import libvips


def test_threads_that_begin_together_set_it_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    blocked: list[bool] = []
    block = pyvips.block_untrusted_set

    def slowly(*, state: bool) -> None:
        blocked.append(state)
        # Let the other threads come as far as this.
        threading.Event().wait(0.05)
        block(state=state)

    monkeypatch.setattr(pyvips, "block_untrusted_set", slowly)
    module._set_up.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: libvips(), range(4)))
    assert (blocked, found) == ([True], [pyvips] * 4)
    drawn = pyvips.Image.svgload_buffer(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>'
    )
    assert drawn.width == 2
