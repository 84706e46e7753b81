"""The page: frame, style, table and all sections, in one file that asks for nothing else."""

import base64
import hashlib
from functools import cache
from html import escape
from pathlib import Path

from bluenoise_assets.engines.template import read, render
from bluenoise_assets.report.page import references
from bluenoise_assets.report.page.report import Report
from bluenoise_assets.report.page.section import row_html, section_html
from bluenoise_assets.report.page.words import bytes_in_words, summary

HERE = Path(__file__).parent
LIVE_SCRIPT = HERE.parent / "live" / "live.js"

COLUMNS = (
    ("texture", "text"),
    ("size", "number"),
    ("kind", "text"),
    ("visible error, dB", "number"),
    ("low frequencies, dB", "number"),
    ("patterns", "number"),
    ("on disk", "number"),
    ("on the GPU", "number"),
    ("state", "text"),
)


def page_html(report: Report, *, live: str = "") -> str:
    """The whole page. `live` is the id of the last event that it shows, of a page that a server keeps up to date."""
    style, scripts = read(HERE / "page.css"), [read(HERE / "page.js")]
    if live:
        scripts.append(read(LIVE_SCRIPT))
    policy = [
        "default-src 'none'",
        "img-src data:",
        f"style-src '{content_hash(style)}'",
        f"script-src {' '.join(repr(content_hash(script)) for script in scripts)}",
        *(["connect-src 'self'"] if live else []),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    heads = "".join(f'<th scope="col" data-sort="{kind}">{name}</th>' for name, kind in COLUMNS)
    words = {
        "policy": "; ".join(policy),
        "live_attribute": f' data-live="{escape(live)}"' if live else "",
        "style": style,
        "definitions": references.definitions(),
        "summary": summary_html(report),
        "problems": problems_html(report),
        "no_problems": "" if report.problems else " hidden",
        "heads": heads,
        "rows": "\n".join(map(row_html, report.textures)),
        "sections": "\n".join(map(section_html, report.textures)),
        "scripts": "\n".join(f"<script>{script}</script>" for script in scripts),
    }
    return render(read(HERE / "page.html"), words)


@cache
def content_hash(text: str) -> str:
    """As a Content-Security-Policy names an inline script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def problems_html(report: Report) -> str:
    """What is wrong with locks, as the live page has what is wrong with manifests."""
    items = "".join(f"<li>{escape(str(problem))}</li>" for problem in report.problems)
    return f"<h2>Problems</h2><ul>{items}</ul>" if items else ""


def summary_html(report: Report) -> str:
    """What is said of all textures, and which of them changed."""
    gpu = sum(texture.bytes_on_gpu or 0 for texture in report.textures)
    memory = f"{bytes_in_words(report.bytes_on_disk)} on disk, {bytes_in_words(gpu)} on the GPU if each is loaded once"
    parts = [f"<p>{escape(summary(report))}. {memory}.</p>"]
    for some, what in ((report.failing, "Failed"), (report.changed, "Changed")):
        if some:
            links = ", ".join(f'<a href="#{each.id}">{escape(each.name)}</a>' for each in some)
            parts.append(f"<p>{what}: {links}.</p>")
    return "\n".join(parts)
