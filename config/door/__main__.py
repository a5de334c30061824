"""`python -m config.door`, which `./run` calls."""

import sys

from config.door.cli import main

sys.exit(main())
