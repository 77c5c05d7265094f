"""The container's health check: whether the app reads its decision log."""

import os
import sys
import urllib.request

ADDRESS = f"http://127.0.0.1:{os.environ.get('PORT', '8501')}/api/health"

try:
    urllib.request.urlopen(ADDRESS, timeout=4).close()
except OSError as error:
    sys.exit(f"unhealthy: {error}")
