"""A report's two files."""

from pathlib import Path

from bluenoise_assets.builder.atomic_files import write_atomic
from bluenoise_assets.builder.locks import build_lock
from bluenoise_assets.builder.report_files import DATA_NAME, PAGE_NAME, check_replaceable
from bluenoise_assets.report.page.data import report_json
from bluenoise_assets.report.page.page import page_html
from bluenoise_assets.report.page.report import Report


def write_report(report: Report) -> tuple[Path, Path]:
    """Write the page and the JSON of a report into its folder, each whole; return where.

    Waits for a build there, which sweeps up what is half written. Raises `BuildError` if they cannot be written, or
    would replace what is no report.
    """
    page, data = page_html(report).encode("utf-8"), report_json(report).encode("ascii")
    folder = report.folder
    with build_lock(folder):
        check_replaceable(folder)
        write_atomic(folder / PAGE_NAME, page, inside=folder)
        write_atomic(folder / DATA_NAME, data, inside=folder)
    return folder / PAGE_NAME, folder / DATA_NAME
