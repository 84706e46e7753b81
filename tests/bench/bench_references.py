"""The named references that `measure` shows beside a texture: makes them, measures them, prints or writes the data.

Run: python tests/bench/bench_references.py [--write]
Masks are 128x128, frames 128x128x32; of random ones the figures are means over the seeds.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import named_noise

from bluenoise_assets.report.measured.references import DATA


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"write {DATA.name}")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    found = []
    for name, kind, origin, makers in named_noise.all_of(options.seeds):
        figures = named_noise.mean([named_noise.figures(kind, make()) for make in makers])
        found.append({"name": name, "kind": kind, "origin": origin, "figures": figures})
        print(f"{kind:18} {name:24} {json.dumps(figures)}", flush=True)
    if options.write:
        about = "made by tests/bench/bench_references.py --write"
        DATA.write_text(json.dumps({"about": about, "references": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
