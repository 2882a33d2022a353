"""Mails leave by a real SMTP server or into a folder, once, and what goes wrong is said."""

import asyncio
import re
from datetime import timedelta

import pytest

from contracts.companies.bookings import BookingRequested
from contracts.companies.profiles import CompanyChanged
from contracts.fields import Contact
from contracts.vocabulary import Role
from tests.component.gateway.given import a_gateway, until
from tests.component.gateway.mail_server import a_mail_server, knows
from tests.component.gateway.resources import NOW, next_version
from tests.component.gateway.told import notices, parties

FROM = "Passerelle <ne-pas-repondre@passerelle.example>"
COMPANY_MAIL = "camille@example.org"


async def delivery(gateway, wanted):
    """The one notice, once its mail is as wanted."""

    async def found():
        row = await gateway.connection.fetchrow("select * from notice")
        return row if row and row["delivery"] == wanted else None

    return await until(found)


async def ring(gateway):
    """Let every timer be due now."""
    await gateway.connection.execute("update timer set due_at = now()")


async def test_a_notice_goes_out_as_one_mail_in_both_languages(servers):
    """French first; text and HTML; headers that other programs need to know a machine's mail."""
    async with a_mail_server() as server, a_gateway(servers, smtp_url=server.url, mail_from=FROM) as gateway:
        there = await parties(gateway)
        booking = there.booking(class_name="3e B")

        await gateway.tell(BookingRequested(booking=booking, slot=there.slot), actor=there.at_school)
        notice = await delivery(gateway, "sent")

    (mail,) = server.mails
    assert str(mail["Subject"]).startswith("Visite à confirmer : 3e B, ")
    assert (str(mail["From"]), str(mail["To"])) == (FROM, f"Camille <{COMPANY_MAIL}>")
    assert str(mail["Message-ID"]) == f"<{notice['id']}@passerelle.example>"
    assert str(mail["Auto-Submitted"]) == "auto-generated"
    assert str(mail["List-Id"]) == "Passerelle <passerelle.passerelle.example>"
    text, html = (part.get_content() for part in mail.iter_parts())
    assert text.index("Bonjour,") < text.index("Hello,")
    for shown in (text, html):
        assert f"http://127.0.0.1:8000/bookings/{booking.id}" in shown
    assert "<p>" in html


async def test_what_people_wrote_is_shown_and_never_run(servers):
    """A class's name is no markup in the HTML, and no second header in the mail."""
    async with a_mail_server() as server, a_gateway(servers, smtp_url=server.url) as gateway:
        there = await parties(gateway)
        hostile = Contact(name="Camille\r\nBcc: all@example.org", email=COMPANY_MAIL)
        await gateway.tell(CompanyChanged(company=next_version(there.company, contact=hostile)))

        booking = there.booking(class_name="<b>3e</b>\r\nBcc: x@example.org")
        await gateway.tell(BookingRequested(booking=booking, slot=there.slot))
        await delivery(gateway, "sent")

    (mail,) = server.mails
    assert mail["Bcc"] is None
    assert "&lt;b&gt;3e&lt;/b&gt;" in mail.get_body(("html",)).get_content()
    assert server.tried == [COMPANY_MAIL]


async def test_a_refused_recipient_is_recorded_with_the_reason_and_left_alone(servers):
    """A 5xx answer is the end of it, and holds up no other mail."""
    async with a_mail_server() as server, a_gateway(servers, smtp_url=server.url) as gateway:
        server.answers[COMPANY_MAIL] = "550 5.1.1 no such user here"
        there = await parties(gateway)

        await gateway.tell(BookingRequested(booking=there.booking(), slot=there.slot))
        await delivery(gateway, "failed")
        await ring(gateway)
        (listed,) = await notices(gateway, Role.COMPANY, there.company.id)

        await gateway.tell(BookingRequested(booking=there.booking(state="requested"), slot=there.slot))
        await until(lambda: settled(bool(server.to("direction@example.org"))))

    assert (listed["delivery"], listed["delivery_detail"]) == ("failed", "550 5.1.1 no such user here")
    assert server.tried.count(COMPANY_MAIL) == 1


async def settled(value):
    return value


async def test_a_temporary_refusal_is_tried_again_later_and_sent_once(servers):
    """A full mailbox today is a mail tomorrow: the timer waits a minute, then longer."""
    async with a_mail_server() as server, a_gateway(servers, smtp_url=server.url) as gateway:
        server.answers[COMPANY_MAIL] = "452 4.2.2 mailbox full"
        there = await parties(gateway)
        await gateway.tell(BookingRequested(booking=there.booking(), slot=there.slot))

        async def delayed():
            return await gateway.connection.fetchrow("select * from notice where attempts = 1 and delivery = 'waiting'")

        waiting = await until(delayed)
        due_at = await gateway.connection.fetchval("select due_at from timer where kind = 'deliver_notice'")
        server.answers.clear()
        await ring(gateway)
        await delivery(gateway, "sent")

    assert waiting["delivery_detail"] == "452 4.2.2 mailbox full"
    assert due_at > NOW + timedelta(seconds=50)
    assert len(server.mails) == 1


async def test_a_mail_that_cannot_be_handed_over_for_days_is_given_up(servers):
    """The last attempt says why; nothing is tried for ever."""
    async with a_mail_server() as server, a_gateway(servers, smtp_url=server.url) as gateway:
        server.answers[COMPANY_MAIL] = "451 try again"
        there = await parties(gateway)
        await gateway.tell(BookingRequested(booking=there.booking(), slot=there.slot))
        await until(lambda: gateway.connection.fetchval("select count(*) from notice where attempts = 1"))
        await gateway.connection.execute("update notice set attempts = 8")
        await ring(gateway)

        failed = await delivery(gateway, "failed")

    assert (failed["attempts"], failed["delivery_detail"]) == (9, "451 try again")


async def test_mails_wait_for_a_server_that_is_away_and_go_out_when_it_is_back(servers):
    """Nothing is lost while it is down, whoever restarts meanwhile, and nothing comes twice."""
    async with a_mail_server() as server:
        pass
    async with a_gateway(servers, smtp_url=server.url) as gateway:
        there = await parties(gateway)
        await gateway.tell(*(BookingRequested(booking=there.booking(), slot=there.slot) for _ in range(3)))
        await until(lambda: gateway.connection.fetchval("select count(*) = 3 from notice where attempts = 1"))
        details = await gateway.connection.fetch("select delivery_detail from notice")
    async with a_mail_server(server.port) as again, a_gateway(servers, smtp_url=server.url) as gateway:
        await ring(gateway)
        await until(lambda: gateway.connection.fetchval("select count(*) = 3 from notice where delivery = 'sent'"))

    assert len({str(mail["Message-ID"]) for mail in again.mails}) == len(again.mails) == 3
    assert all(
        "does not answer" in row["delivery_detail"] or "a moment ago" in row["delivery_detail"] for row in details
    )


async def test_two_replicas_send_each_mail_once(servers):
    """Whichever of them takes the timer."""
    async with a_mail_server() as server:
        settings = {"smtp_url": server.url}
        async with a_gateway(servers, **settings) as gateway, a_gateway(servers, **settings):
            there = await parties(gateway)
            await gateway.tell(*(BookingRequested(booking=there.booking(), slot=there.slot) for _ in range(20)))
            await until(lambda: gateway.connection.fetchval("select count(*) = 20 from notice where delivery = 'sent'"))

    assert len(server.mails) == len({str(mail["Message-ID"]) for mail in server.mails}) == 20


async def test_no_password_stands_in_a_log_or_beside_a_notice(servers, capsys):
    """A server that wants another password delays the mails; its answer is kept, ours is not."""
    password = "s3cret-and-long"
    options = {"authenticator": knows("passerelle", "another"), "auth_required": True, "auth_require_tls": False}
    async with a_mail_server(**options) as server:
        url = f"smtp://passerelle:{password}@127.0.0.1:{server.port}"
        async with a_gateway(servers, smtp_url=url) as gateway:
            there = await parties(gateway)
            await gateway.tell(BookingRequested(booking=there.booking(), slot=there.slot))
            await until(lambda: gateway.connection.fetchval("select count(*) from notice where attempts = 1"))
            row = await gateway.connection.fetchrow("select * from notice")

    assert (row["delivery"], row["delivery_detail"][:3]) == ("waiting", "535")
    assert password not in str(row) + capsys.readouterr().out


async def test_a_password_that_fits_lets_the_mail_through(servers):
    """User and password of the address, percent-encoded where they must be."""
    options = {"authenticator": knows("a@b", "p/w"), "auth_required": True, "auth_require_tls": False}
    async with a_mail_server(**options) as server:
        url = f"smtp://a%40b:p%2Fw@127.0.0.1:{server.port}"
        async with a_gateway(servers, smtp_url=url) as gateway:
            there = await parties(gateway)
            await gateway.tell(BookingRequested(booking=there.booking(), slot=there.slot))
            await delivery(gateway, "sent")

    assert len(server.to(COMPANY_MAIL)) == 1


async def test_a_corrected_address_serves_mails_that_wait(servers):
    """Where a mail goes is looked up when it goes; an address that no mail can have fails at once."""
    async with a_mail_server() as server, a_gateway(servers, smtp_url=server.url) as gateway:
        server.answers[COMPANY_MAIL] = "451 later"
        there = await parties(gateway)
        await gateway.tell(BookingRequested(booking=there.booking(), slot=there.slot))
        await until(lambda: gateway.connection.fetchval("select count(*) from notice where attempts = 1"))

        right = next_version(there.company, contact=Contact(name="Camille", email="juste@example.org"))
        await gateway.tell(CompanyChanged(company=right))
        await ring(gateway)
        await delivery(gateway, "sent")
        wrong = next_version(right, contact=Contact(name="Camille", email="cam<ille@example.org"))
        await gateway.tell(CompanyChanged(company=wrong))
        await gateway.tell(BookingRequested(booking=there.booking(), slot=there.slot))
        await until(lambda: gateway.connection.fetchval("select count(*) from notice where delivery = 'failed'"))

    assert len(server.to("juste@example.org")) == 1
    assert "cam<ille@example.org" not in server.tried


async def test_without_a_server_mails_lie_in_the_mailbox(servers, tmp_path):
    """As whole files, and on a page for whoever has its address, newest first, without a script or a style."""
    given = {"mail_folder": str(tmp_path / "mailbox"), "mailbox_token": "letmein"}
    async with a_gateway(servers, **given) as gateway:
        empty = await gateway.http.get("/mailbox/letmein")
        there = await parties(gateway)
        for name in ("3e A", "3e <script>alert(1)</script>"):
            await gateway.tell(BookingRequested(booking=there.booking(class_name=name), slot=there.slot))
            await until(lambda: gateway.connection.fetchval("select bool_and(delivery = 'sent') from notice"))
        page = await gateway.http.get("/mailbox/letmein")
        wrong = await gateway.http.get("/mailbox/letmeout")

    files = list((tmp_path / "mailbox").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    assert (empty.status_code, "Aucun courriel" in empty.text) == (200, True)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    subjects = re.findall("<summary>(.*)</summary>", page.text)
    assert ["&lt;script&gt;" in subject for subject in subjects] == [True, False]
    assert "<script" not in page.text
    assert wrong.status_code == 404


async def test_there_is_no_mailbox_page_where_none_was_asked_for(servers, tmp_path):
    """Not without a token, and not where mails go to a server."""
    async with a_mail_server() as server:
        for given in (
            {},
            {"mail_folder": str(tmp_path)},
            {"mail_folder": str(tmp_path), "mailbox_token": "letmein", "smtp_url": server.url},
        ):
            async with a_gateway(servers, **given) as gateway:
                assert (await gateway.http.get("/mailbox/letmein")).status_code == 404


async def test_a_folder_that_cannot_be_written_delays_mails(servers, tmp_path):
    """The reason is kept with the notice."""
    blocked = tmp_path / "file"
    await asyncio.to_thread(blocked.write_text, "in the way")
    async with a_gateway(servers, mail_folder=str(blocked)) as gateway:
        there = await parties(gateway)
        await gateway.tell(BookingRequested(booking=there.booking(), slot=there.slot))
        await until(lambda: gateway.connection.fetchval("select count(*) from notice where attempts = 1"))

        detail = await gateway.connection.fetchval("select delivery_detail from notice")

    assert detail.startswith("the folder of mails cannot be written: ")


async def test_a_sender_that_is_no_address_keeps_the_gateway_from_starting(servers):
    """It would be refused with every mail; better said at once, by the setting's name."""
    with pytest.raises(SystemExit, match="PASSERELLE_MAIL_FROM"):
        async with a_gateway(servers, mail_folder="x", mail_from="nobody"):
            pass
