"""The command line: a thin shell over the API. May import everything.

`run` is the way in, `verbs` the table of commands, each a module of its own with what may be typed and what it does.
`arguments` has the options that several share, `planning` their way from paths to plans. A command tells what it finds
to a reporter: `terminal`, or `json_lines` under `--json`; `github` is what GitHub Actions shows besides.
"""

from bluenoise_assets.cli.run import main

__all__ = ["main"]
