"""Mails as they leave, and addresses that no mail can have."""

from datetime import UTC, datetime

import pytest

from contracts.errors import Wording
from contracts.identifiers import uuid7
from services.gateway.envelope import shown_path
from services.gateway.notices.mail_rules import Letter, Sender, is_deliverable, mail_of, read_sender
from services.gateway.notices.mailbox import delete_old_mails, list_mails, page_of
from services.gateway.notices.post import is_loopback, smtp_client, write_mail

LETTER = Letter(
    id=uuid7(),
    title=Wording("Visit & more", "Visite\r\nBcc: x@example.org"),
    text=Wording("One <b>.\nTwo.", "Un <b>.\nDeux."),
    link="https://passerelle.example/v1/bookings/1?a=1&b=2",
    to_name="Élodie, \r\nBcc: y@example.org",
    to_email="elodie@example.org",
)


def test_a_line_break_in_a_name_or_a_title_begins_no_header():
    """It becomes a space; what the mail is made of is written as it is meant."""
    mail = mail_of(LETTER, Sender("Passerelle", "mail@passerelle.example"), datetime(2026, 1, 5, 9, tzinfo=UTC))

    assert mail["Bcc"] is None
    assert mail["Subject"] == "Visite Bcc: x@example.org"
    assert mail["To"].addresses[0].addr_spec == "elodie@example.org"
    html = mail.get_body(("html",)).get_content()
    assert "One &lt;b&gt;.<br>" in html
    assert 'href="https://passerelle.example/v1/bookings/1?a=1&amp;b=2"' in html
    assert all(len(line) < 999 for line in mail.as_bytes().split(b"\r\n"))


@pytest.mark.parametrize("email", ["a@b.fr", "prenom.nom+passerelle@ac-toulouse.fr", "o'hara@example.org"])
def test_ordinary_addresses_are_deliverable(email):
    """As they are typed."""
    assert is_deliverable(email)


@pytest.mark.parametrize(
    "email", ["", "a", "a@", "@b.fr", "a b@c.fr", "é@b.fr", "a@b.fr\r\nX: y", "a..b@c.fr", "<a@b.fr>"]
)
def test_others_are_not(email):
    """They would be refused later, or worse."""
    assert not is_deliverable(email)


def test_a_sender_is_a_name_and_an_address():
    """The address alone will do."""
    assert read_sender("Passerelle <mail@example.org>") == Sender("Passerelle", "mail@example.org")
    assert read_sender("mail@example.org") == Sender("", "mail@example.org")
    assert read_sender("nobody") is None
    assert Sender("", "mail@example.org").domain == "example.org"


@pytest.mark.parametrize(
    ("url", "port", "use_tls", "start_tls"),
    [
        ("smtp://127.0.0.1:1025", 1025, False, False),
        ("smtp://user:word@localhost", 25, False, False),
        ("smtp://mail.example.org", 25, False, None),
        ("smtp://user:word@mail.example.org:587", 587, False, True),
        ("smtps://user:word@mail.example.org", 465, True, False),
    ],
)
def test_a_password_never_travels_in_the_clear(url, port, use_tls, start_tls):
    """On this machine it does not travel; elsewhere the connection is encrypted, or refused."""
    client = smtp_client(url)

    assert (client.port, client.use_tls, client._start_tls_on_connect) == (port, use_tls, start_tls)


def test_loopback_is_this_machine():
    """By name or by number."""
    assert [is_loopback(host) for host in ("localhost", "127.0.0.2", "::1", "10.0.0.1", "mail.example.org")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_the_mailbox_shows_the_newest_and_keeps_a_bounded_number(tmp_path, monkeypatch):
    """Names are ids, which sort by time."""
    monkeypatch.setattr("services.gateway.notices.mailbox.KEPT", 2)
    for number in range(3):
        write_mail(tmp_path, str(number), f"Subject: {number}\nTo: a@b.fr\n\nBonjour <{number}>".encode())

    delete_old_mails(tmp_path)
    mails = list_mails(tmp_path)

    assert [mail.subject for mail in mails] == ["2", "1"]
    assert "Bonjour &lt;2&gt;" in page_of(mails)
    assert list_mails(tmp_path / "nowhere") == []


def test_a_mail_without_a_plain_text_is_shown_empty(tmp_path):
    """Somebody else may have put it there."""
    write_mail(tmp_path, "x", b"Subject: x\nContent-Type: text/html\n\n<p>x</p>")

    assert list_mails(tmp_path)[0].text == ""


def test_an_address_that_is_a_key_is_not_shown_whole():
    """Others are."""
    assert shown_path("/mailbox/abc") == "/mailbox/..."
    assert shown_path("/v1/calendars/abc.ics") == "/v1/calendars/..."
    assert shown_path("/v1/bookings/abc") == "/v1/bookings/abc"
