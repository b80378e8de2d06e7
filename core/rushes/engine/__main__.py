"""`python -m rushes.engine`."""

import sys

from rushes.engine.server import main

sys.exit(main())
