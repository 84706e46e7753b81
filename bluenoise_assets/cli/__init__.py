"""The command line: a thin shell over the API.

`run` is the way in, `arguments` what may be typed, `commands` what each command does, `codes` how a run can end.
"""

from bluenoise_assets.cli.run import main

__all__ = ["main"]
