"""How much memory processes took at most."""

from collections.abc import Iterable
from pathlib import Path

_KB = 1024


def peak_mb(pids: Iterable[int]) -> float:
    """Give the sum of the high-water marks of living processes, in MB."""
    return round(sum(_peak_kb(pid) for pid in pids) / _KB, 1)


def _peak_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) if lines else 0
