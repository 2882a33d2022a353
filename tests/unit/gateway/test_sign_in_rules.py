"""What codes are and how often they work, how long sessions last, and where a sign-in may lead."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.caller import SYSTEM, Caller
from contracts.errors import Forbidden, Invalid, NotFound
from contracts.gateway.accounts import Account, NewAccount
from contracts.vocabulary import OrganisationKind, Role
from services.gateway.auth.account_rules import check_close, decide_account, read_name
from services.gateway.auth.code_mail_rules import CodeLetter, code_mail_of
from services.gateway.auth.code_rules import (
    Asked,
    CodeExpired,
    CodeWrong,
    SignInCode,
    TooManyCodes,
    TooManyTries,
    check_may_ask,
    check_may_try,
    client_of,
    has_form,
    hash_code,
    is_right,
    read_address,
    read_code,
    refusal_of,
    safe_next,
    show_code,
    write_code,
)
from services.gateway.auth.session_rules import Session, caller_of, cookie_name, device_of, hash_token
from services.gateway.notices.mail_rules import Sender

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
ID = UUID("01a205a0-2e17-7ae6-b79e-bb22b195cf21")
UAI, OTHER_UAI = "0310024H", "0310025J"
SALT = b"salt" * 4


def minutes(number):
    return timedelta(minutes=number)


def a_code(**given):
    told = {"id": ID, "email": "c@exemple.fr", "salt": SALT, "code_hash": hash_code("042917", SALT), "created_at": NOW}
    return SignInCode(**told | given)


def an_account(**given):
    told = {
        "id": ID,
        "email": "c@exemple.fr",
        "name": "Camille",
        "role": Role.TEACHER,
        "organisation": OrganisationKind.SCHOOL,
        "organisation_id": UAI,
        "organisation_name": "Lycée d'essai",
        "created_at": NOW,
    }
    return Account(**told | given)


def caller(role, organisation, organisation_id):
    return Caller(key_id="k", role=role, organisation=organisation, organisation_id=organisation_id)


def test_a_code_has_six_digits():
    """Also a small number; people read it in two halves and type it with anything between them."""
    assert write_code(42_917) == "042917"
    assert write_code(1_042_917) == "042917"
    assert show_code("042917") == "042 917"
    assert {read_code(typed) for typed in (" 042 917", "042-917", "042.917", "042\u00a0917")} == {"042917"}
    assert [has_form(typed) for typed in ("042 917", "42917", "0429171", "O42917", "٠٤٢٩١٧", "")] == [True] + [
        False
    ] * 5


def test_an_address_is_read_as_limits_count_it():
    """However it is written; what is none is refused, whoever there is."""
    assert read_address(" Camille@Exemple.FR ") == "camille@exemple.fr"
    for typed in ("", "camille", "camille@exemple", "a b@exemple.fr", "é@exemple.fr", f"{'a' * 200}@exemple.fr"):
        with pytest.raises(Invalid) as refused:
            read_address(typed)
        assert [each.field for each in refused.value.fields] == ["email"]


def test_when_there_is_another_code_is_said_to_the_minute():
    """By the clocks of Occitanie, never too early."""
    problem = TooManyCodes(datetime(2026, 11, 26, 9, 0, 1, tzinfo=UTC)).problem

    assert problem.detail.fr.endswith("à partir de 10 h 01 le 26/11/2026.")
    assert "10:01 on 26/11/2026" in problem.detail.en


def test_a_code_is_right_or_not():
    """Whatever is typed is hashed."""
    assert is_right(a_code(), "042 917")
    assert not is_right(a_code(), "042918")
    assert hash_code("042917", SALT) != hash_code("042917", b"other salt")


@pytest.mark.parametrize(
    ("code", "at", "refusal"),
    [
        (None, NOW, CodeExpired),
        (a_code(), NOW + minutes(10), CodeExpired),
        (a_code(used_at=NOW), NOW, CodeExpired),
        (a_code(wrong_tries=5), NOW, TooManyTries),
        # What is over is over, whatever else there would be to say.
        (a_code(wrong_tries=5), NOW + minutes(10), CodeExpired),
    ],
)
def test_a_code_that_may_not_be_tried_says_why(code, at, refusal):
    with pytest.raises(refusal):
        check_may_try(code, at)


def test_a_code_may_be_tried_until_the_last_moment():
    """Four wrong tries and almost ten minutes later."""
    code = a_code(wrong_tries=4)

    assert check_may_try(code, NOW + minutes(10) - timedelta(microseconds=1)) is code


def test_a_wrong_code_says_how_many_tries_are_left():
    """The fifth ends it."""
    assert isinstance(refusal_of(0), CodeWrong)
    assert refusal_of(4).facts == {"tries_left": 1}
    assert isinstance(refusal_of(5), TooManyTries)


@pytest.mark.parametrize(
    ("for_email", "by_client", "again_in"),
    [
        ((), (), None),
        ((1, 5), (), None),
        # The third last counts: once it is ten minutes old there is another.
        ((1, 5, 9), (), 1),
        ((1, 5, 11), (), None),
        ((1, 2, 3, 100, 200, 300, 400, 500, 600), (), 7),
        ((20, 100, 200, 300, 400, 500, 600, 700, 800, 900), (), 24 * 60 - 900),
        # The later of two.
        ((1, 2, 3, 100, 200, 300, 400, 500, 600, 700), (), 24 * 60 - 700),
        ((1,), tuple(range(1, 20)), None),
        ((1,), (*range(1, 9), *[9] * 12), 1),
        ((1,), (*range(1, 10), *[11] * 11), None),
    ],
)
def test_how_many_codes_there_are(for_email, by_client, again_in):
    """Three in ten minutes and ten a day for an address, twenty in ten minutes for a client; else when again."""
    asked = Asked(
        for_email=tuple(NOW - minutes(ago) for ago in for_email),
        by_client=tuple(NOW - minutes(ago) for ago in by_client),
    )

    if again_in is None:
        check_may_ask(asked, NOW)
    else:
        with pytest.raises(TooManyCodes) as refused:
            check_may_ask(asked, NOW)
        assert refused.value.again_at == NOW + minutes(again_in)


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("proxy.example", "unknown"),
    ],
)
def test_whom_an_address_stands_for(address, client):
    """A household has 2^64 addresses of IPv6, which are one client."""
    assert client_of(address) == client


@pytest.mark.parametrize("path", ["/", "/visits?theme=robotics&page=2", "/bookings/1#reason", "/sign", "/a//b"])
def test_a_sign_in_leads_back(path):
    """To where the reader came from, query and all."""
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "visits",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/visits\\..\\",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "/visits\r\nSet-Cookie: session=x",
        " //evil.example",
        "/sign-in?next=/",
        "/sign-out",
        "/sign-out-everywhere",
        "/" + "x" * 2000,
    ],
)
def test_a_sign_in_leads_nowhere_else(path):
    """Not to other sites, however written, nor round in circles."""
    assert safe_next(path) == "/"


def test_a_session_lives_for_a_working_day_without_use_and_a_month_at_most():
    def lives(seen_ago, opened_ago):
        account = an_account()
        session = Session(
            id=ID,
            account=account,
            caller=caller_of(account),
            device="",
            created_at=NOW - opened_ago,
            seen_at=NOW - seen_ago,
        )
        return session.lives(NOW)

    moment, hours, days = timedelta(seconds=1), timedelta(hours=12), timedelta(days=30)
    assert lives(hours - moment, days - moment)
    assert not lives(hours, hours)
    assert not lives(moment, days)


def test_a_token_is_stored_as_its_hash():
    """Thirty-two bytes, others for another token."""
    assert len(hash_token("a")) == 32
    assert hash_token("a") != hash_token("b")


def test_over_https_the_cookie_s_name_keeps_neighbours_out():
    assert cookie_name("https://passerelle.example") == "__Host-session"
    assert cookie_name("http://127.0.0.1:8000") == "session"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.5.0", ""),
        ("Mozilla/5.0 (X11; Linux x86_64) Dillo/3.0", "Linux"),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_two_words(user_agent, device):
    assert device_of(user_agent) == device


@pytest.mark.parametrize("email", ["hélène@exemple.fr", "a\x00@exemple.fr", "<b>@exemple.fr"])
def test_an_account_wants_an_address_that_mails_can_go_to(email):
    with pytest.raises(Invalid) as refused:
        decide_account(NewAccount(email=email, role=Role.COORDINATOR), SYSTEM)

    assert [each.field for each in refused.value.fields] == ["email"]


def test_an_account_acts_for_whom_a_key_would():
    """A head makes teachers of the own school; a teacher makes nobody."""
    new = NewAccount(email="c@exemple.fr", role=Role.TEACHER, organisation_id=UAI.lower())
    head = caller(Role.HEAD, OrganisationKind.SCHOOL, UAI)

    assert decide_account(new, SYSTEM).organisation_id == UAI
    with pytest.raises(Forbidden):
        decide_account(new, caller(Role.COMPANY, OrganisationKind.COMPANY, str(ID)))
    check_close(an_account(), SYSTEM)
    check_close(an_account(), head)
    with pytest.raises(NotFound):
        check_close(an_account(organisation_id=OTHER_UAI), head)
    with pytest.raises(Forbidden):
        check_close(an_account(role=Role.HEAD), caller(Role.TEACHER, OrganisationKind.SCHOOL, UAI))


def test_a_name_is_one_line_that_can_be_shown():
    assert read_name(" Camille\r\n\tP.\x00 ") == "Camille P."


@pytest.mark.parametrize(("language", "words"), [("fr", "dix minutes"), ("en", "ten minutes")])
def test_a_code_is_mailed_in_the_reader_s_language_without_any_link(language, words):
    letter = CodeLetter(id=ID, code="042917", to_name="Camille <b>", to_email="c@exemple.fr", language=language)

    mail = code_mail_of(letter, Sender("Passerelle", "ne-pas-repondre@passerelle.example"), NOW)

    text, html = (part.get_content() for part in mail.iter_parts())
    assert "042 917" in str(mail["Subject"])
    assert str(mail["Content-Language"]) == language
    for shown in (text, html):
        assert "042 917" in shown
        assert words in shown
        assert "http" not in shown
