"""`cache`: shows what is cached, or removes it."""

from argparse import ArgumentParser, Namespace

from bluenoise_assets.builder.cache.cache import LIMIT_VARIABLE, clear, size_limit, survey
from bluenoise_assets.cli.arguments import add_json, add_remote, path
from bluenoise_assets.cli.codes import DONE
from bluenoise_assets.cli.planning import cache_of, cache_settings_of
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.errors import UsageError


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--clear", action="store_true", help="remove it all")
    hint = "this folder (default: the user's cache folder)"
    parser.add_argument("--cache", type=path, metavar="DIR", help=hint)
    add_remote(parser)
    add_json(parser)


def run(options: Namespace, reporter: Reporter) -> int:
    folder = cache_of(options)
    if folder is None:
        raise UsageError("there is no home folder for a cache; name one with --cache DIR")
    if options.clear:
        clear(folder)
        reporter.say(f"cleared {folder}", event="cleared", folder=str(folder))
        return DONE
    settings = cache_settings_of(options)
    count, size, programs = survey(folder)
    limit = size_limit()
    what = "1 texture" if count == 1 else f"{count} textures"
    lines = [
        str(folder),
        f"  {what}: {size / 2**20:.1f} MiB, of at most {limit / 2**20:.0f} ({LIMIT_VARIABLE})",
        f"  compiled programs: {programs / 2**20:.1f} MiB",
    ]
    data = {"folder": str(folder), "textures": count, "bytes": size, "limit": limit, "programs_bytes": programs}
    if settings.remote is not None:
        lines.append(f"  remote: {settings.remote}, {'read and written' if settings.write else 'only read'}")
        data |= {"remote": settings.remote, "remote_write": settings.write}
    reporter.say(*lines, event="cache", **data)
    return DONE
