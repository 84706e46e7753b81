"""`merge`: joins the output folders that several machines built with `--shard`."""

from argparse import ArgumentParser, Namespace

from bluenoise_assets.builder.checksums import write_sums
from bluenoise_assets.builder.merge import merge
from bluenoise_assets.cli.arguments import add_json, path
from bluenoise_assets.cli.codes import DONE
from bluenoise_assets.cli.reporter import Reporter


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("parts", nargs="+", type=path, metavar="PART", help="an output folder")
    hint = "where to: the manifests' own folder"
    parser.add_argument("--output", type=path, metavar="DIR", required=True, help=hint)
    parser.add_argument("--sha256sums", action="store_true", help="write SHA256SUMS there")
    add_json(parser)


def run(options: Namespace, reporter: Reporter) -> int:
    changed = merge(options.parts, options.output)
    if options.sha256sums:
        write_sums(options.output)
    folders, files = (
        f"{count} {word}{'s' * (count != 1)}"
        for count, word in ((len(options.parts), "folder"), (len(changed), "file"))
    )
    text = f"merged {folders} into {options.output}: {files} changed"
    reporter.say(text, event="merged", output=str(options.output), changed=changed)
    return DONE
