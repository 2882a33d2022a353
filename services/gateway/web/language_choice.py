"""The reader's own choice of language, from any page and back to it."""

from litestar import get
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from services.gateway.auth.guard import PUBLIC
from services.gateway.web.language import COOKIE, KEPT_S, LANGUAGES
from services.gateway.web.page import is_own_path


@get("/language/{language:str}", scope=PUBLIC)
async def choose(language: FromPath[str], back: FromQuery[str] = "/") -> Redirect:
    """Keep the choice, and go back; an unknown language changes nothing."""
    kept = Cookie(key=COOKIE, value=language, max_age=KEPT_S, httponly=True, samesite="lax")
    cookies = [kept] if language in LANGUAGES else []
    return Redirect(back if is_own_path(back) else "/", status_code=303, cookies=cookies)


routes = (choose,)
