"""Fetches axe-core, with which the tests look at pages, as the pages' own front-end files are fetched.

Run by `make front`. No page loads it. Used as published, under the Mozilla Public Licence 2.0 that lies beside it.
"""

from pathlib import Path

from services.gateway.web.static.fetch import Package, fetch

VENDOR = Path(__file__).with_name("vendor")
AXE = Package("axe", "axe-core", "4.14.1", ("axe.min.js",), "LICENSE")

if __name__ == "__main__":
    fetch((AXE,), VENDOR)
