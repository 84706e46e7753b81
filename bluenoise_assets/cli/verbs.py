"""The commands. Only the module of the one that was typed is imported: starting up is what most runs pay for."""

from argparse import ArgumentParser, Namespace
from importlib import import_module
from typing import Protocol, cast

from bluenoise_assets.cli.reporter import Reporter

VERBS = {
    "build": "build what is stale",
    "watch": "build what is stale, again at every change of a manifest",
    "check": "build nothing; exit 3 if anything is stale, missing or changed by hand",
    "plan": "show what build would do, and why",
    "report": "write a page with pictures and figures of all textures; build nothing",
    "clean": "remove what the lock lists and nobody changed since",
    "merge": "join the output folders that several machines built with --shard",
    "measure": "measure texture files, anybody's, beside noise of known making",
    "cache": "show what is cached, or remove it",
    "integration": "print the folder of a build system's files, or an engine's",
    "schema": "print the JSON Schema of manifests",
    "init": "write a first manifest and its schema",
}
"""By name, what each does. Its module in this folder has the same name."""


class Verb(Protocol):
    """A command's module."""

    def arguments(self, parser: ArgumentParser) -> None:
        """Add what may be typed behind the command."""

    def run(self, options: Namespace, reporter: Reporter) -> int:
        """Do it; return the exit code."""


def verb(name: str) -> Verb:
    """A command by its name."""
    return cast("Verb", import_module(f"bluenoise_assets.cli.{name}"))
