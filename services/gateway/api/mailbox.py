"""The local mailbox: the mails of a Passerelle without a mail server, as a page for whoever has its address."""

import asyncio
import hmac
from pathlib import Path

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from services.gateway.auth.guard import PUBLIC
from services.gateway.notices.mailbox import list_mails, page_of
from services.gateway.problems import NoSuchAddress


@get("/mailbox/{token:str}", scope=PUBLIC, include_in_schema=False, media_type="text/html")
async def show_mailbox(token: FromPath[str], request: Request[None, None, State]) -> Response[str]:
    """The newest mails; there is no such page where mails go to a server, or no token was set."""
    settings = request.app.state.settings
    open_to_token = settings.mail_folder and settings.mailbox_token and not settings.smtp_url
    if not open_to_token or not hmac.compare_digest(token.encode(), settings.mailbox_token.encode()):
        raise NoSuchAddress()
    mails = await asyncio.to_thread(list_mails, Path(settings.mail_folder))
    return Response(page_of(mails), media_type="text/html")


routes = (show_mailbox,)
