"""Fetches axe-core, with which the tests look at pages, as the pages' own front-end files are fetched; no page loads it.

Run by `make front`. It is under the Mozilla Public Licence 2.0, whose text lies beside it; we use it as it is published.
"""

from pathlib import Path

from services.gateway.web.static.fetch import Package, fetch

VENDOR = Path(__file__).with_name("vendor")
AXE = Package("axe", "axe-core", "4.14.1", ("axe.min.js",), "LICENSE")

if __name__ == "__main__":
    fetch((AXE,), VENDOR)
