"""Fetches the pages' front-end files from npm into `vendor/`, each with its licence, and writes their checksums.

Run by `make front`; what it writes is committed, so that nobody needs npm to run Passerelle. Another version is another
line in PACKAGES. Files stay as their publishers made them, but for the last comment, where that names a source map: we
serve none.
"""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

VENDOR = Path(__file__).with_name("vendor")
CHECKSUMS = VENDOR / "checksums.txt"

SOURCE_MAP = re.compile(rb"\s*(//# sourceMappingURL=\S+|/\*# sourceMappingURL=[^*]+\*/)\s*$")


class Package(NamedTuple):
    """One package of npm: the folder that its files go to, and which files those are."""

    folder: str
    name: str
    version: str
    files: tuple[str, ...]
    licence: str


PACKAGES = (
    Package("htmx", "htmx.org", "2.0.11", ("dist/htmx.min.js",), "LICENSE"),
    Package("htmx-sse", "htmx-ext-sse", "2.2.4", ("dist/sse.min.js",), "LICENSE"),
    # Its images are those of markers and controls that we do not use.
    Package("leaflet", "leaflet", "1.9.4", ("dist/leaflet.js", "dist/leaflet.css"), "LICENSE"),
    Package("pico", "@picocss/pico", "2.1.1", ("css/pico.min.css",), "LICENSE.md"),
)


def fetch(packages: tuple[Package, ...], vendor: Path) -> None:
    """Fetch all into the folder, and say what was written."""
    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            _unpack(package, _pack(package, Path(folder)), vendor / package.folder)
    checksums = "".join(f"{sum_of(file)}  {file.relative_to(vendor)}\n" for file in vendored(vendor))
    (vendor / CHECKSUMS.name).write_text(checksums)
    sys.stdout.write(checksums)


def vendored(vendor: Path = VENDOR) -> list[Path]:
    """All files of other people, in order of their names."""
    return sorted(file for file in vendor.rglob("*") if file.is_file() and file.name != CHECKSUMS.name)


def sum_of(file: Path) -> str:
    """SHA-256 in hexadecimal, as `sha256sum` writes it."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _pack(package: Package, folder: Path) -> Path:
    """The package as npm publishes it; npm compares it with the publisher's own checksum."""
    wanted = f"{package.name}@{package.version}"
    # By its name: npm stands wherever the machine has it.
    command = ["npm", "pack", "--silent", "--ignore-scripts", wanted]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"npm could not fetch {wanted}: {done.stderr.strip()}")
    return folder / done.stdout.split()[-1]


def _unpack(package: Package, archive: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for old in target.iterdir():
        old.unlink()
    with tarfile.open(archive) as packed:
        for name in (*package.files, package.licence):
            member = packed.extractfile(f"package/{name}")
            if member is None:
                raise SystemExit(f"{package.name}@{package.version} holds no {name}: choose another version.")
            written = "LICENSE" if name == package.licence else Path(name).name
            (target / written).write_bytes(SOURCE_MAP.sub(b"\n", member.read()))


if __name__ == "__main__":
    fetch(PACKAGES, VENDOR)
