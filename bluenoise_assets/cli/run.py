"""Runs a command, and says in one line what went wrong."""

import contextlib
import os
import sys
import traceback
from collections.abc import Sequence

from bluenoise_assets.builder.atomic_files import remove_own_temporaries
from bluenoise_assets.cli.arguments import parser
from bluenoise_assets.cli.codes import BUG, FAILED, WRONG
from bluenoise_assets.cli.commands import COMMANDS
from bluenoise_assets.cli.console import Console
from bluenoise_assets.cli.interrupts import exit_code, signals_as_interrupts
from bluenoise_assets.errors import BuildError, ManifestError, UsageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    options = parser().parse_args(arguments)
    console = Console(as_json=getattr(options, "json", False), quiet=getattr(options, "quiet", False))
    try:
        with signals_as_interrupts():
            code: int = COMMANDS[options.command](options, console)
            sys.stdout.flush()
    except ManifestError as error:
        for problem in error.problems:
            console.problem(problem)
        return WRONG
    except UsageError as error:
        console.error(str(error))
        return WRONG
    except BuildError as error:
        console.error(str(error))
        return FAILED
    except KeyboardInterrupt as interrupt:
        return _interrupted(console, exit_code(interrupt))
    except BrokenPipeError:  # the reader of our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception:  # noqa: BLE001 - the last resort: say that it is our fault
        traceback.print_exc()
        console.error("this is a bug in bluenoise-assets; please report the lines above")
        return BUG
    return code


def _interrupted(console: Console, code: int) -> int:
    """End at once: a worker may still be inside a long computation, and every file is whole at any moment."""
    with contextlib.suppress(OSError, ValueError):  # the terminal may be gone
        console.error("interrupted")
        sys.stdout.flush()
        sys.stderr.flush()
    if "jax" in sys.modules:
        remove_own_temporaries()
        os._exit(code)
    return code
