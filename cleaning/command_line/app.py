"""``app``: opens the app in the browser, from a checkout or an installed package."""

import argparse
import os
import sys
from pathlib import Path

EXAMPLES = """examples:
  python -m cleaning app
  python -m cleaning app -- --server.port 8600
Only this machine can reach it. Workspaces are kept below the folder it is started in, or below
SECOND_OPINION_WORKSPACES. Stop it with Ctrl-C."""
SCRIPT = Path(__file__).parents[2] / "app.py"


def add_to(commands) -> None:
    parser = commands.add_parser(
        "app",
        help="open the app in the browser",
        description="Start the app at http://127.0.0.1:8501 with the project's own settings for Streamlit.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "settings", nargs="*", metavar="-- SETTING", help="further settings, as `streamlit run` takes them"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Becomes Streamlit's server; it reads the settings that lie beside ``app.py``."""
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(SCRIPT), *arguments.settings])
