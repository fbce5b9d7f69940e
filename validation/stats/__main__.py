"""`python -m validation.stats`."""

import sys

from validation.stats.cli import main

sys.exit(main())
