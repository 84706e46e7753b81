"""Where things lie in this clone."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bluenoise_assets"
TESTS = ROOT / "tests"
