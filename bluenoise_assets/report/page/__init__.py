"""The page about textures: `collect` gathers a `Report` of what is known of them, `report_json` and `page_html` say it.

`views` is how a texture looks, `time` how frames converge, `graphs` draws them, `references` is what stands beside them;
`section` has the HTML of one texture, `page` of all.
"""

from bluenoise_assets.report.page.collect import collect
from bluenoise_assets.report.page.page import page_html, summary_html
from bluenoise_assets.report.page.report import FileReport, Report, Snapshot, TextureReport, element_id
from bluenoise_assets.report.page.section import row_html, section_html

__all__ = [
    "FileReport",
    "Report",
    "Snapshot",
    "TextureReport",
    "collect",
    "element_id",
    "page_html",
    "row_html",
    "section_html",
    "summary_html",
]
