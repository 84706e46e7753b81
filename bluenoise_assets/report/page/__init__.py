"""The page about textures: `collect` gathers a `Report` of what is known of them, `report_json` and `page_html` say it.

`views` is how a texture looks, `time` how frames converge, `graphs` draws them, `references` is what stands beside
them; `section` has the HTML of one texture, `page` of all.
"""

from bluenoise_assets.report.page.collect import collect
from bluenoise_assets.report.page.data import read_earlier, report_json
from bluenoise_assets.report.page.page import page_html, summary_html
from bluenoise_assets.report.page.report import STATES, FileReport, Report, Snapshot, TextureReport, element_id
from bluenoise_assets.report.page.section import row_html, section_html
from bluenoise_assets.report.page.words import summary
from bluenoise_assets.report.page.write import write_report

__all__ = [
    "STATES",
    "FileReport",
    "Report",
    "Snapshot",
    "TextureReport",
    "collect",
    "element_id",
    "page_html",
    "read_earlier",
    "report_json",
    "row_html",
    "section_html",
    "summary",
    "summary_html",
    "write_report",
]
