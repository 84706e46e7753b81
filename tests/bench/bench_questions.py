"""The questions that Wronski's article of 2020 leaves open, measured: the tables of noise/spectrum/spectrum.md.

Run: python tests/bench/bench_questions.py [QUESTION...] [--seeds N]
Tables are in Markdown; figures are means and standard deviations over seeds, in dB beside white noise, which has 0.
Seconds are the processor's; only ratios within one run mean much.
"""

import argparse
import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

QUESTIONS = ("distributions", "cutoffs", "balance", "methods", "frames", "uses")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help=", ".join(QUESTIONS))
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    if unknown := set(options.questions) - set(QUESTIONS):
        parser.error(f"no question: {', '.join(sorted(unknown))}")
    for name in options.questions or QUESTIONS:
        print(f"## {name}\n")
        importlib.import_module(f"questions.{name}").answer(options.seeds)


if __name__ == "__main__":
    main()
