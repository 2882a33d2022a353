"""The application refuses to start with a route that does not say who may use it."""

import pytest
from litestar import Litestar, get

from contracts.caller import Scope
from contracts.errors import Invalid
from services.gateway.auth.guard import check_routes
from services.gateway.directory.actors import Box, read_box


@get("/open")
async def forgotten() -> str:
    """A route that names no scope."""
    return "all of it"


@get("/read", scope=Scope.READ)
async def guarded() -> str:
    """A route that names one."""
    return "some of it"


def test_a_route_without_a_scope_keeps_the_application_from_starting():
    """Forgetting the guard is a defect found before the first request."""
    with pytest.raises(TypeError, match="/open names no scope"):
        check_routes(Litestar([guarded, forgotten], openapi_config=None))

    check_routes(Litestar([guarded], openapi_config=None))


def test_a_box_is_read_in_the_order_of_the_standard():
    """RFC 7946: west, south, east, north; nothing given is the whole world."""
    assert read_box("1.2,43.4,1.7,43.8") == Box(west=1.2, south=43.4, east=1.7, north=43.8)
    assert read_box(None) == Box(-180, -90, 180, 90)


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "2,0,1,1", "0,2,1,1", "0,0,200,1", "nan,0,1,1"])
def test_any_other_box_is_refused_by_name(text):
    """The field is `bbox`, the remedy an example."""
    with pytest.raises(Invalid) as refused:
        read_box(text)

    assert refused.value.fields[0].field == "bbox"
