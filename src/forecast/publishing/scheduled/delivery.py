"""Delivery through apprise, the only way in which an address leaves the environment."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

NOT_INSTALLED = "apprise is not installed; pip install growth-target-forecast[alerts]"


def send(variable: str, title: str, body: str) -> str | None:
    """Send to the address that an environment variable holds; return what went wrong, if any.

    The returned text names the fault of the variable and never its value; apprise and its
    libraries log nothing here, and only the class of their errors is returned.
    """
    address = os.environ.get(variable, "").strip()
    if not address:
        return "the environment variable is not set"
    with _silence():
        try:
            return _sent(address, title, body)
        except Exception as error:  # whatever it says may hold the address
            return f"not delivered: {type(error).__name__}"


def _sent(address: str, title: str, body: str) -> str | None:
    try:
        import apprise
    except ImportError:
        return NOT_INSTALLED
    asset = apprise.AppriseAsset(secure_logging=True, storage_mode="memory")
    services = apprise.Apprise(asset=asset)
    if not services.add(address):
        return "holds no address that apprise knows"
    is_sent = services.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    return None if is_sent else "not delivered: unreachable or refused"


@contextmanager
def _silence() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
