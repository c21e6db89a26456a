"""`python -m server` is `oppitupa`."""

import sys

from server.cli import main

sys.exit(main())
