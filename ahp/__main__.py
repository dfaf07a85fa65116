"""`python -m ahp`: the same as the command `ahp`."""

from __future__ import annotations

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
