"""What the makers of notices have in hand beside their transaction: the way out, other services to ask, addresses."""

from dataclasses import dataclass

from services.bus import Bus
from services.gateway.notices.post import Post, open_post
from services.settings import Settings


@dataclass(frozen=True)
class Desk:
    """One process's; `post` is None where it sends no mail."""

    bus: Bus
    post: Post | None
    public_url: str


def open_desk(bus: Bus, settings: Settings) -> Desk:
    """A desk by these settings; raises SystemExit where they name no sender."""
    return Desk(bus, open_post(settings), settings.public_url)
