"""`schema`: prints the JSON Schema of manifests."""

import sys
from argparse import ArgumentParser, Namespace

from bluenoise_assets.cli.codes import DONE
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.engines import resources


def arguments(_parser: ArgumentParser) -> None:
    """There are none."""


def run(_options: Namespace, _reporter: Reporter) -> int:
    sys.stdout.write(resources.text("bluenoise.schema.json"))
    return DONE
