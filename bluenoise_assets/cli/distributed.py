"""`build --distributed`: the same command on several machines, of which the first builds and the others help."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bluenoise_assets import __version__, noise
from bluenoise_assets.builder.atomic_files import remove_own_temporaries
from bluenoise_assets.builder.cache.user_folder import user_cache_folder
from bluenoise_assets.cli.codes import FAILED
from bluenoise_assets.cli.reporter import Reporter


@contextmanager
def joined(reporter: Reporter) -> Iterator[bool]:
    """Meet the other processes; whether this is the first, which has to build. The others have helped by then."""

    def hung(text: str) -> None:  # a thread waits for ever for another machine: only the end of the process ends it
        reporter.end()
        reporter.error(text)
        sys.stdout.flush()
        sys.stderr.flush()
        remove_own_temporaries()
        os._exit(FAILED)

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _keep_stdout()
    group = noise.join_processes(__version__, hung)
    if not group.leads:
        noise.use_program_cache(user_cache_folder())
        noise.follow(group)
        yield False
        return
    try:
        yield True
    finally:
        group.end()


def _keep_stdout() -> None:
    """Keep stdout for what we say: the library that connects processes writes there what nobody asked for."""
    sys.stdout.flush()
    own = os.dup(sys.stdout.fileno())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.stdout = os.fdopen(own, "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors)
