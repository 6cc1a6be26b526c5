"""Draw the pictures of reading-a-report.md from a report's result.json.

python docs/pictures.py reports/futian/2019/2019-09-30/result.json docs/images
"""

import base64
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from forecast.pages import charts
from forecast.report.result import read_result
from forecast.report.value import Report


def drawings(report: Report) -> dict[str, str]:
    """Return the SVG of each picture by its name, as the report's own page has it."""
    sections = {
        "joint": charts.all_together(report, "en"),
        "fan": charts.fans(report, "en"),
        "waterfall": charts.moved(report, "en"),
        "history": charts.film(report, "en"),
        "heat": charts.overview(report, "en"),
        "members": charts.strips(report, "en"),
        "track": charts.track(report, "en"),
    }
    found = {name: re.search(r"base64,([^\"]+)", html.markup) for name, html in sections.items()}
    return {name: base64.b64decode(one[1]).decode() for name, one in found.items() if one}


def photograph(svg: str, out: Path) -> None:
    """Write a drawing as a PNG, by Chromium."""
    width, height = (round(float(size) * 4 / 3) for size in re.findall(r'="([\d.]+)pt"', svg)[:2])
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(f"<!DOCTYPE html><body style='margin:0'>{svg[svg.index('<svg') :]}")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += [f"--window-size={width},{height}", f"--screenshot={out.resolve()}"]
        subprocess.run([*command, page.as_uri()], check=True, capture_output=True)


if __name__ == "__main__":
    result, images = (Path(given) for given in sys.argv[1:3])
    for name, svg in drawings(read_result(result)).items():
        photograph(svg, images / f"{name}.png")
