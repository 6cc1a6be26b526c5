"""A page as PDF: A4, numbered, its fonts inside, printed by the system's Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from forecast.base.errors import NoPdf
from forecast.base.package import PACKAGE
from forecast.publishing.fonts import with_all

ENGINES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ENGINE_VARIABLE = "FORECAST_CHROMIUM"
_SECONDS = 120
_QUIET = (
    "--headless", "--disable-gpu", "--disable-extensions", "--disable-background-networking",
    "--disable-component-update", "--no-first-run", "--no-pdf-header-footer",
)  # fmt: skip


def pdf_engine() -> str:
    """Return the program that prints; raise NoPdf if it is missing.

    `FORECAST_CHROMIUM` may name it; else it is the first that is found under a usual name.
    """
    named = os.environ.get(ENGINE_VARIABLE)
    paths = map(shutil.which, [named] if named else ENGINES)
    engine = next((path for path in paths if path), None)
    if engine is None:
        what = f"{ENGINE_VARIABLE} names {named!r}, which" if named else "Chromium or Chrome"
        raise NoPdf(f"{what} was not found; on Debian: apt install chromium")
    return engine


def pdf_of(html: str, engine: str) -> bytes:
    """Return a page as PDF; raise NoPdf where the engine fails."""
    with tempfile.TemporaryDirectory(prefix="forecast-pdf-") as name:
        page, printed = Path(name, "page.html"), Path(name, "page.pdf")
        page.write_text(with_all(html, _style()), encoding="utf-8")
        command = [engine, *_QUIET, *_unsandboxed(), f"--user-data-dir={name}/profile"]
        command += [f"--print-to-pdf={printed}", page.as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoPdf(f"{engine} failed: {error}") from error
        if not printed.is_file() or not printed.read_bytes().startswith(b"%PDF-"):
            reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise NoPdf(f"{engine} printed nothing, code {done.returncode} {' '.join(reason)}")
        return printed.read_bytes()


def _unsandboxed() -> tuple[str, ...]:
    """Return the option that Chromium needs when run by root; the pages hold no scripts."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ("--no-sandbox",) if is_root else ()


def _style() -> str:
    return (PACKAGE / "pages" / "templates" / "print.css").read_text(encoding="utf-8")
