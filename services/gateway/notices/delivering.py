"""From a noted fact to a mail: its words, many notices at once, then its delivery, a durable timer each.

A mail goes out once, but for a crash between the server's yes and our commit; then it comes twice, with one Message-ID.
"""

from datetime import timedelta
from uuid import UUID

from contracts.gateway.notices import Delivery
from services.gateway.notices import address_store, store
from services.gateway.notices.desk import Desk
from services.gateway.notices.facts_rules import page_of
from services.gateway.notices.handlers import DELIVER, WRITE
from services.gateway.notices.mail_rules import Letter, is_deliverable, mail_of
from services.gateway.notices.post import MailDelayed, MailRefused, Post
from services.gateway.notices.reading import write_words
from services.gateway.notices.store import Outgoing
from services.work import Work

# Written in one go: enough to be quick, few enough to leave the timers to others in between.
WRITTEN_TOGETHER = 200
# A mail server may be away for a night, a mailbox full for a weekend; longer than that a mail is no news.
RETRY_DELAYS = tuple(
    timedelta(**{unit: count})
    for unit, count in (
        ("minutes", 1),
        ("minutes", 5),
        ("minutes", 15),
        ("hours", 1),
        ("hours", 4),
        ("hours", 12),
        ("hours", 24),
        ("hours", 24),
    )
)
DETAIL_LENGTH = 300


async def write(desk: Desk, _key: str, work: Work) -> None:
    """Write the words of what mails wait for, and send these off (durable timer)."""
    if desk.post is None:
        await store.update_all_waiting(work.connection, Delivery.NO_MAIL)
        return
    noted = await store.list_to_mail(work.connection, WRITTEN_TOGETHER)
    await write_words(work.connection, noted)
    for one in noted:
        work.set_timer(DELIVER, one.id, work.now)
    if len(noted) == WRITTEN_TOGETHER:
        work.set_timer(WRITE, "", work.now)


async def deliver(desk: Desk, key: str, work: Work) -> None:
    """Send the mail of one notice; try again later where it cannot be handed over (durable timer)."""
    outgoing = await store.find_outgoing(work.connection, UUID(key))
    if outgoing is None:
        return
    delivery, detail, attempts = Delivery.SENT, "", outgoing.attempts + 1
    try:
        if not await _send(desk, outgoing, work):
            delivery = Delivery.NO_ADDRESS if desk.post else Delivery.NO_MAIL
    except MailRefused as refused:
        delivery, detail = Delivery.FAILED, str(refused)
    except MailDelayed as delayed:
        detail = str(delayed)
        if attempts > len(RETRY_DELAYS):
            delivery = Delivery.FAILED
        else:
            delivery = Delivery.WAITING
            work.set_timer(DELIVER, key, work.now + RETRY_DELAYS[attempts - 1])
    await store.update_delivery(work.connection, outgoing.id, delivery, detail[:DETAIL_LENGTH], attempts)


async def _send(desk: Desk, outgoing: Outgoing, work: Work) -> bool:
    """Whether there was anybody to send it to; raises MailRefused or MailDelayed."""
    # Looked up now: a contact may have been corrected while the mail waited.
    addressee = await address_store.find_address(work.connection, outgoing.party, for_head=outgoing.for_head)
    post: Post | None = desk.post
    if addressee is None or post is None:
        return False
    if not is_deliverable(addressee.email):
        raise MailRefused("the address holds characters that a mail address cannot have")
    letter = Letter(
        id=outgoing.id,
        title=outgoing.words.title,
        text=outgoing.words.text,
        link=desk.public_url + page_of(outgoing.about),
        to_name=addressee.name,
        to_email=addressee.email,
    )
    await post.send(mail_of(letter, post.sender, work.now), str(outgoing.id))
    return True
