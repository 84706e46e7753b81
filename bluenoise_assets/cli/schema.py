"""`schema`: prints the JSON Schema of manifests."""

import sys
from argparse import ArgumentParser, Namespace

from bluenoise_assets.cli.codes import DONE
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.manifest.schema import json_schema_text


def arguments(_parser: ArgumentParser) -> None:
    """There are none."""


def run(_options: Namespace, _reporter: Reporter) -> int:
    sys.stdout.write(json_schema_text())
    return DONE
