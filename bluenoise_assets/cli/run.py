"""Runs a command, and says in one line what went wrong."""

import contextlib
import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from bluenoise_assets.cli import github
from bluenoise_assets.cli.arguments import parse
from bluenoise_assets.cli.codes import BUG, FAILED, WRONG
from bluenoise_assets.cli.interrupts import exit_code, signals_as_interrupts
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.cli.verbs import verb
from bluenoise_assets.errors import BuildError, ManifestError, UsageError

PATIENT_DEVICES = "--xla_cpu_collective_call_terminate_timeout_seconds=3600"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    _set_up_devices()
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
    except ModuleNotFoundError as error:
        _reporter(as_json=False, quiet=False).error(_not_installed(error))
        return FAILED
    reporter = _reporter(as_json=getattr(options, "json", False), quiet=getattr(options, "quiet", False))
    try:
        return _run(options, reporter)
    finally:
        with contextlib.suppress(OSError, ValueError):  # the terminal may be gone
            reporter.end()


def _set_up_devices() -> None:
    """What has to be said before JAX is loaded; the process is ours."""
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # a build must not take the whole GPU
    flags = os.environ.get("XLA_FLAGS", "")
    if "JAX_NUM_CPU_DEVICES" in os.environ or "xla_force_host_platform_device_count" in flags:
        # XLA ends a process one of whose devices waits a minute for another, as it may on a busy machine
        os.environ["XLA_FLAGS"] = f"{PATIENT_DEVICES} {flags}".strip()  # the last one counts


def _run(options: Namespace, reporter: Reporter) -> int:
    try:
        with signals_as_interrupts():
            code = verb(options.command).run(options, reporter)
            sys.stdout.flush()
    except ManifestError as error:
        for problem in error.problems:
            reporter.problem(problem)
        if github.is_github():
            github.append_summary(github.problems_summary(error.problems))
        return WRONG
    except UsageError as error:
        reporter.error(str(error))
        return WRONG
    except BuildError as error:
        reporter.error(str(error))
        return FAILED
    except KeyboardInterrupt as interrupt:
        return _interrupted(reporter, exit_code(interrupt))
    except BrokenPipeError:  # the reader of our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last resort: say that it is our fault
        if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("bluenoise_assets"):
            reporter.error(_not_installed(error))
            return FAILED
        if isinstance(error, UnicodeEncodeError) and error.encoding == sys.getfilesystemencoding():
            reporter.error(f"this file system's names are {error.encoding}: it has none for {error.object!r}")
            return WRONG
        from traceback import format_exc

        from bluenoise_assets.cli.terminal import write_line

        for line in format_exc().splitlines():
            write_line(line, sys.stderr)
        reporter.error("this is a bug in bluenoise-assets; please report the lines above")
        return BUG
    return code


def _not_installed(error: ModuleNotFoundError) -> str:
    """In an environment that was made to check, and has not all that a build needs."""
    return f"{error.name} is not installed, which this needs; install bluenoise-assets with its dependencies"


def _reporter(*, as_json: bool, quiet: bool) -> Reporter:
    if as_json:
        from bluenoise_assets.cli.json_lines import JsonLines

        return JsonLines()
    from bluenoise_assets.cli.terminal import Terminal

    return Terminal(quiet=quiet)


def _interrupted(reporter: Reporter, code: int) -> int:
    """End at once: a worker may still be inside a long computation, and every file is whole at any moment."""
    with contextlib.suppress(OSError, ValueError):  # the terminal may be gone
        reporter.end()
        reporter.error("interrupted")
        sys.stdout.flush()
        sys.stderr.flush()
    if "bluenoise_assets.noise" in sys.modules:
        from bluenoise_assets.builder.atomic_files import remove_own_temporaries

        remove_own_temporaries()
        os._exit(code)
    return code
