"""``python -m bench [name …] [--json]``."""

import argparse
import importlib
import pkgutil
import subprocess
import sys

import bench
from bench.rows import claims


def main(arguments: list[str]) -> int:
    """Run the named claims, or all. Gives 1 when one could not be measured."""
    for module in pkgutil.iter_modules(bench.__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"bench.{module.name}")
    known = claims()
    parser = argparse.ArgumentParser(prog="./run bench", description=bench.__doc__)
    parser.add_argument("name", nargs="*", help=", ".join(known))
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.name) - set(known)
    if unknown:
        parser.error(f"no claim is called {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    if chosen.here:
        for row in known[chosen.name[0]]():
            print(row.as_json() if chosen.json else row.as_text(), flush=True)
        return 0
    failed = 0
    for name in chosen.name or known:
        # A process each: memory is that of one claim, settings are those of its own stack.
        command = [sys.executable, "-m", "bench", name, "--here", *["--json"] * chosen.json]
        failed += subprocess.run(command, check=False).returncode != 0
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
