"""The first page: for visitors what Passerelle is, for everybody else what waits for them."""

from litestar import get
from litestar.response import Template

from services.gateway.auth.guard import PUBLIC
from services.gateway.web.page import Page


@get("/", scope=PUBLIC)
async def show_home(page: Page) -> Template:
    """What there is for whoever reads."""
    return page("home/home.html")


routes = (show_home,)
