"""Style, scripts, pictures and outlines of the pages, from memory, at addresses that name their content.

An address holds the first digits of its file's SHA-256, so that browsers keep what they have for ever and fetch a file
anew only where it changed. What is served is what the table holds: no request ever becomes a path on the disk.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from contracts.reference.places import department_outlines
from services.gateway.auth.guard import PUBLIC

_STATIC = Path(__file__).with_name("static")
OUTLINES = "own/departments.geojson"

# What browsers are sent; anything else in the folder (licences, checksums, this house's notes) stays here.
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".geojson": "application/geo+json",
}
FOR_EVER = "public, max-age=31536000, immutable"

# Two decimals fewer than the committed outlines: a hundred metres, which no screen shows at the scale of a region.
_OUTLINE_DIGITS = 3


class Asset(NamedTuple):
    """One file as it is sent; `gzipped` is None where that would be larger."""

    digest: str
    media_type: str
    content: bytes
    gzipped: bytes | None


def static(name: str) -> str:
    """The address of a file, named as it lies in `static/`; raises LookupError where there is none."""
    asset = assets().get(name)
    if asset is None:
        raise LookupError(f"there is no static file {name!r}; there are: {', '.join(sorted(assets()))}")
    return f"/static/{asset.digest}/{name}"


@cache
def assets() -> dict[str, Asset]:
    """Every file that pages may use, by its name."""
    files = {
        file.relative_to(_STATIC).as_posix(): file.read_bytes()
        for folder in ("own", "vendor")
        for file in (_STATIC / folder).rglob("*")
        if file.suffix in MEDIA_TYPES
    }
    files[OUTLINES] = coarse_outlines(department_outlines(), _OUTLINE_DIGITS)
    return {name: _asset(name, content) for name, content in files.items()}


def _asset(name: str, content: bytes) -> Asset:
    packed = gzip.compress(content, compresslevel=9, mtime=0)
    return Asset(
        digest=hashlib.sha256(content).hexdigest()[:16],
        media_type=MEDIA_TYPES[Path(name).suffix],
        content=content,
        gzipped=packed if len(packed) < len(content) else None,
    )


def coarse_outlines(geojson: bytes, digits: int) -> bytes:
    """The outlines of GeoJSON polygons with fewer digits; borders that were common stay so."""
    outlines = msgspec.json.decode(geojson)
    for feature in outlines["features"]:
        feature["geometry"]["coordinates"] = _coarse(feature["geometry"]["coordinates"], digits)
    return msgspec.json.encode(outlines)


def _coarse(part: list[Any], digits: int) -> list[Any]:
    """A ring of points without neighbours that became one, or rings and polygons of such."""
    if not isinstance(part[0][0], float | int):
        return [_coarse(each, digits) for each in part]
    points = [[round(degrees, digits) for degrees in point] for point in part]
    return [point for before, point in zip([None, *points], points, strict=False) if point != before]


@get("/static/{digest:str}/{path:path}", scope=PUBLIC, include_in_schema=False)
async def serve_asset(digest: FromPath[str], path: FromPath[str], request: Request[Any, Any, Any]) -> Response[bytes]:
    """A file, for whoever knows its content's digest; an old page's address of a file that changed is 404."""
    asset = assets().get(path.removeprefix("/"))
    if asset is None or asset.digest != digest:
        raise NotFoundException
    headers = {"Cache-Control": FOR_EVER}
    content = asset.content
    if asset.gzipped is not None:
        headers["Vary"] = "Accept-Encoding"
        if takes_gzip(request.headers.get("accept-encoding", "")):
            content, headers["Content-Encoding"] = asset.gzipped, "gzip"
    return Response(content, media_type=asset.media_type, headers=headers)


def takes_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header (RFC 9110, 12.5.3) names gzip with a weight that is not zero."""
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            _, _, zero = weight.partition("q=")
            return not zero or zero.strip("0. ") != ""
    return False


routes = (serve_asset,)
