"""The layers of pyproject.toml know every package of the checkout (house law: exhaustive)."""

import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
BESIDE = {"bench", "sandbox", "tests"}


def test_every_top_level_package_stands_in_a_layer() -> None:
    rules = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(each for each in rules["contracts"] if each["type"] == "layers")["layers"]
    standing = {name.strip() for layer in layers for name in layer.split("|")}
    packages = {path.parent.name for path in CHECKOUT.glob("*/__init__.py")}
    assert packages - BESIDE == standing
