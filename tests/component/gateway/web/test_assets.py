"""Static files: for ever at an address that names their content, packed for whoever takes that, and nothing else."""

import gzip

import msgspec
import pytest

from contracts.reference.places import department_outlines
from services.gateway.web.assets import OUTLINES, assets, coarse_outlines, static, takes_gzip
from services.gateway.web.static.fetch import CHECKSUMS, PACKAGES, VENDOR, sum_of, vendored

STYLE = "own/passerelle.css"


async def test_a_file_is_kept_for_ever(shared_gateway):
    """Its address changes with its content, so that no browser ever has to ask again."""
    answer = await shared_gateway.http.get(static(STYLE))

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_whoever_takes_gzip_gets_it(shared_gateway):
    """The same bytes either way, and caches between are told that there are two answers."""
    packed = await shared_gateway.http.get(static(STYLE), headers={"accept-encoding": "gzip, br"})
    plain = await shared_gateway.http.get(static(STYLE), headers={"accept-encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.content == plain.content == assets()[STYLE].content
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 3


@pytest.mark.parametrize(
    "path",
    [
        "/static/0000000000000000/own/passerelle.css",
        f"{static(STYLE)}x",
        static(STYLE).replace("own/passerelle.css", "..%2fassets.py"),
        static(STYLE).replace("own/passerelle.css", "own%2f..%2fown%2fpasserelle.css"),
        static("vendor/htmx/htmx.min.js").replace("htmx.min.js", "LICENSE"),
        static(STYLE).replace("own/passerelle.css", "fetch.py"),
    ],
)
async def test_nothing_else_is_there(shared_gateway, path):
    """An old digest, another file of the folder, a way out of it."""
    answer = await shared_gateway.http.get(path)

    assert answer.status_code == 404


def test_a_misspelt_name_is_found_when_the_page_is_made():
    """Not by the first reader whose page has no style."""
    with pytest.raises(LookupError, match=r"own/passerele\.css.*own/passerelle\.css"):
        static("own/passerele.css")


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("br;q=1.0, GZIP;q=0.5", True),
        ("gzip;q=1", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("br, deflate", False),
        ("x-gzip", False),
        ("", False),
    ],
)
def test_gzip_is_taken_where_the_header_says_so(header, taken):
    """A weight of zero is a no (RFC 9110, 12.5.3)."""
    assert takes_gzip(header) is taken


def test_the_outlines_stay_closed_and_common():
    """Fewer digits, the same departments; rings still end where they begin."""
    whole = msgspec.json.decode(department_outlines())["features"]
    coarse = msgspec.json.decode(assets()[OUTLINES].content)["features"]

    assert [each["properties"] for each in coarse] == [each["properties"] for each in whole]
    rings = [ring for each in coarse for ring in rings_of(each["geometry"])]
    assert len(rings) == sum(len(rings_of(each["geometry"])) for each in whole)
    assert all(len(ring) >= 4 and ring[0] == ring[-1] for ring in rings)
    assert len(gzip.compress(assets()[OUTLINES].content)) < 20_000


def test_points_that_become_one_are_one():
    """A border drawn finer than the digits kept loses its repetitions."""
    ring = [[1.0, 43.0], [1.0001, 43.0001], [1.1, 43.0], [1.1, 43.1], [1.0, 43.0]]
    whole = {"features": [{"geometry": {"type": "Polygon", "coordinates": [ring]}}]}

    coarse = msgspec.json.decode(coarse_outlines(msgspec.json.encode(whole), 2))

    assert coarse["features"][0]["geometry"]["coordinates"] == [[[1.0, 43.0], [1.1, 43.0], [1.1, 43.1], [1.0, 43.0]]]


def test_files_of_others_are_those_that_were_fetched():
    """Each by its checksum, none besides; whoever wants another version takes it with `make front`."""
    lines = [f"{sum_of(file)}  {file.relative_to(VENDOR)}" for file in vendored()]

    assert CHECKSUMS.read_text().splitlines() == lines


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.folder)
def test_files_of_others_stand_beside_their_licence(package):
    """Every folder has its licence, and no files but those that the table names."""
    folder = VENDOR / package.folder

    assert "software" in (folder / "LICENSE").read_text().lower()
    assert {file.name for file in folder.iterdir()} == {"LICENSE", *(name.split("/")[-1] for name in package.files)}
    assert {file.name for file in VENDOR.iterdir()} == {"checksums.txt", *(each.folder for each in PACKAGES)}


@pytest.mark.parametrize("name", sorted(assets()))
def test_no_file_names_what_is_not_there(name):
    """A source map, a font or a script of somebody else's server would be asked for in vain, or should not be."""
    content = assets()[name].content

    assert b"sourceMappingURL" not in content
    assert b"@import" not in content
    if name.startswith("own/") and not name.endswith(".svg"):
        assert b"http://" not in content
        assert b"https://" not in content


def rings_of(geometry):
    """All rings of a polygon or of many."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for polygon in parts for ring in polygon]
