"""One's own account and colleagues': who one is here, where one is signed in, whom one lets in."""

from datetime import UTC, datetime

import httpx
import pytest

from contracts.caller import SYSTEM
from contracts.companies.profiles import CompanyRegistered, GetCompany
from contracts.gateway.accounts import NewAccount
from contracts.identifiers import uuid7
from contracts.matchmaker.schools import SchoolRegistered
from contracts.vocabulary import Role
from services.database import transaction
from services.gateway.auth.account_store import find_account
from services.gateway.auth.accounts import create_account
from services.gateway.auth.session_rules import cookie_name
from services.gateway.auth.sessions import open_session
from tests.component.gateway.given import a_gateway, played, until
from tests.component.gateway.resources import a_company, a_school, a_uai
from tests.reading import HTML, Reader

EMAIL = "camille@exemple.fr"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
COOKIE = cookie_name("http://127.0.0.1:8000")


@pytest.fixture
async def gateway(servers):
    async with a_gateway(servers, secret="s" * 32) as running:
        yield running


class People:
    """Opens accounts, and browsers that are signed in to them."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.clients = []

    async def account(self, role=Role.TEACHER, organisation_id="", email=EMAIL, name="Camille"):
        new = NewAccount(email=email, role=role, organisation_id=str(organisation_id), name=name)
        async with transaction(self.gateway.app.state.running.pool) as connection:
            return await create_account(connection, new, SYSTEM, datetime.now(UTC))

    async def browser(self, account, user_agent=FIREFOX):
        async with transaction(self.gateway.app.state.running.pool) as connection:
            _, token = await open_session(connection, account, user_agent, datetime.now(UTC))
        client = httpx.AsyncClient(base_url=self.gateway.base_url, timeout=20, cookies={COOKIE: token})
        self.clients.append(client)
        return Reader(client)

    async def reader(self, role=Role.TEACHER, organisation_id="", email=EMAIL):
        """Somebody signed in to a new account."""
        return await self.browser(await self.account(role, organisation_id, email))


@pytest.fixture
async def people(gateway):
    found = People(gateway)
    yield found
    for client in found.clients:
        await client.aclose()


async def test_somebody_sees_who_they_are_and_where_they_are_signed_in(people, gateway):
    """Role, organisation by its name, each browser; this one is marked."""
    school = a_school(uai=a_uai(), name="Collège des Rives")
    await gateway.tell(SchoolRegistered(school=school))
    account = await people.account(organisation_id=school.uai)
    await people.browser(account, "")
    reader = await people.browser(account)

    page = await reader.read("/account")

    assert page.status == 200
    for words in (EMAIL, "Enseignant ou enseignante", "Collège des Rives", "Appareil inconnu", "Firefox, Windows"):
        assert words in page.text
    assert page.html.count("celui-ci") == 1
    assert "/accounts" not in page.links


async def test_one_of_several_browsers_is_signed_out(people):
    """The other goes on; the very one that is used leads out."""
    account = await people.account(organisation_id=a_uai())
    old, new = await people.browser(account), await people.browser(account)
    page = await new.read("/account")
    # The one last seen first: this one.
    mine, theirs = [form for form in page.forms if form.action.endswith("/end")]

    after = await new.send_form(page, theirs, {})
    ended = await old.read("/account")
    page = await new.read("/account")
    left = await new.send_form(page, mine, {})

    assert (after.path, "Cette connexion est terminée" in after.text) == ("/account", True)
    assert ended.path.startswith("/sign-in")
    assert "Cet appareil n’est plus connecté" in left.text
    assert (await new.read("/account")).path.startswith("/sign-in")


async def test_nobody_ends_somebody_else_s_session(people, gateway):
    """Whatever its id."""
    uai = a_uai()
    reader = await people.reader(organisation_id=uai)
    other = await people.reader(organisation_id=uai, email="autre@exemple.fr")
    theirs = await gateway.connection.fetchval(
        "select s.id from web_session s join account a on a.id = account_id where email = 'autre@exemple.fr'"
    )
    page = await reader.read("/account")

    refused = await reader.client.post(
        f"/account/sessions/{theirs}/end",
        data={"_csrf_token": page.form("/sign-out-everywhere").value("_csrf_token")},
        headers=HTML,
    )

    assert refused.status_code == 404
    assert (await other.read("/account")).path == "/account"


async def test_signing_out_everywhere_signs_out_everywhere(people):
    """All browsers of all accounts of the person, and nobody else's."""
    uai = a_uai()
    teacher = await people.account(organisation_id=uai)
    head = await people.account(Role.HEAD, uai)
    browsers = [await people.browser(teacher), await people.browser(teacher), await people.browser(head)]
    stranger = await people.reader(organisation_id=uai, email="autre@exemple.fr")

    after = await browsers[0].send(await browsers[0].read("/account"), "/sign-out-everywhere")

    assert "Plus aucun appareil n’est connecté" in after.text
    for each in browsers:
        assert (await each.read("/account")).path.startswith("/sign-in")
    assert (await stranger.read("/account")).path == "/account"


async def test_somebody_goes_on_in_another_account_of_theirs(people, gateway):
    """Without a code, with a new session; the old one ends."""
    uai = a_uai()
    await people.account(Role.HEAD, uai)
    reader = await people.reader(organisation_id=uai)
    before = reader.client.cookies[COOKIE]

    after = await reader.send(await reader.read("/account"), "/account/switch")
    reader.client.cookies = httpx.Cookies({COOKIE: last_cookie(reader)})
    page = await reader.read("/account")

    assert "Vous agissez maintenant pour" in after.text
    assert "Direction d’établissement" in page.text
    assert await gateway.app.state.session_ring.session_of(before) is None


def last_cookie(reader):
    """The token that the answers gave: the one that the test planted has no domain, and stands beside it."""
    return [each.value for each in reader.client.cookies.jar if each.name == COOKIE and each.domain][-1]


async def test_nobody_goes_on_in_somebody_else_s_account(people, gateway):
    """Nor in a closed one."""
    uai = a_uai()
    await people.account(Role.HEAD, uai)
    others = await people.account(Role.HEAD, uai, "autre@exemple.fr")
    closed = await people.account(Role.COMPANY, uuid7())
    await gateway.connection.execute("update account set closed_at = now() where id = $1", closed.id)
    reader = await people.reader(organisation_id=uai)
    page = await reader.read("/account")

    for account_id in (others.id, closed.id, "nobody"):
        refused = await reader.send(page, "/account/switch", account_id=str(account_id))
        assert refused.status == 404


async def test_a_head_opens_and_closes_a_teacher_s_account(people, gateway):
    """Of the own school; a second click opens no second one; whoever is signed in is signed out."""
    uai = a_uai()
    head = await people.reader(Role.HEAD, uai, "direction@exemple.fr")
    page = await head.read("/accounts")
    typed = {"email": " prof@exemple.fr ", "name": "Ada", "for": f"teacher:{uai}"}

    opened = await head.send(page, "/accounts", **typed)
    again = await head.send(page, "/accounts", **typed)
    (row,) = await gateway.connection.fetch("select * from account where email = 'prof@exemple.fr'")
    teacher = await people.browser(await find_account(gateway.connection, row["id"]))
    assert (await teacher.read("/account")).path == "/account"
    closed = await head.send(again, f"/accounts/{row['id']}/close")

    assert "Compte ouvert pour prof@exemple.fr" in opened.text
    assert again.status == 200
    assert (row["role"], row["organisation_id"]) == ("teacher", uai)
    assert "1 compte fermé" in closed.text
    assert (await teacher.read("/account")).path.startswith("/sign-in")


async def test_a_refused_account_keeps_what_was_typed_and_names_the_field(people, gateway):
    """Each wrong field beside itself; nothing is stored."""
    uai = a_uai()
    head = await people.reader(Role.HEAD, uai, "direction@exemple.fr")
    page = await head.read("/accounts")
    before = await gateway.connection.fetchval("select count(*) from account")

    wrong = await head.send(page, "/accounts", email="ada", name="Ada", **{"for": f"teacher:{uai}"})
    nobody = await head.send(page, "/accounts", email="ada@exemple.fr", **{"for": ""})
    elsewhere = await head.send(page, "/accounts", email="ada@exemple.fr", **{"for": f"teacher:{a_uai()}"})
    malformed = await head.send(page, "/accounts", email="ada@exemple.fr", **{"for": "teacher:0310001X"})
    twice = await head.send(page, "/accounts", email="direction@exemple.fr", **{"for": f"head:{uai}"})

    assert wrong.status == 422
    assert (wrong.form("/accounts").value("email"), wrong.form("/accounts").value("name")) == ("ada", "Ada")
    assert 'id="email-error"' in wrong.html
    assert (nobody.status, "Choisissez pour qui est ce compte" in nobody.text) == (422, True)
    assert elsewhere.status == 403
    assert (malformed.status, 'id="for-error"' in malformed.html) == (422, True)
    assert twice.status == 409
    assert await gateway.connection.fetchval("select count(*) from account") == before


async def test_a_company_opens_its_own_accounts_only(people, gateway):
    """There is nothing to choose."""
    company = uuid7()
    reader = await people.reader(Role.COMPANY, company)
    await people.account(Role.COMPANY, uuid7(), "ailleurs@exemple.fr")

    page = await reader.read("/accounts")
    opened = await reader.send(page, "/accounts", email="collegue@exemple.fr")

    assert page.form("/accounts").value("for") == f"company:{company}"
    assert "Compte ouvert pour collegue@exemple.fr" in opened.text
    assert "ailleurs@exemple.fr" not in opened.text


async def test_a_coordinator_finds_whom_an_account_is_for(people, gateway):
    """By the name of a company or a school; the list is narrowed by the same words."""
    company, school = a_company(name="Ateliers du Tarn"), a_school(uai=a_uai(), name="Lycée du Tarn")
    await gateway.tell(CompanyRegistered(company=company), SchoolRegistered(school=school))
    await people.account(Role.COMPANY, company.id, "tarn@exemple.fr")
    await people.account(Role.COMPANY, uuid7(), "gers@exemple.fr")
    region = await people.reader(Role.COORDINATOR, email="region@exemple.fr")

    everybody = await region.read("/accounts")
    narrowed = await region.read("/accounts", find="du tarn")
    async with played(gateway, GetCompany, company):
        (form,) = [form for form in narrowed.forms if form.action == "/accounts" and form.method == "post"]
        typed = {"email": "nouveau@exemple.fr", "for": f"company:{company.id}"}
        opened = await region.send_form(narrowed, form, typed)

    assert all(email in everybody.text for email in ("tarn@exemple.fr", "gers@exemple.fr", "region@exemple.fr"))
    assert "tarn@exemple.fr" in narrowed.text
    assert "gers@exemple.fr" not in narrowed.text
    for value in (f"company:{company.id}", f"head:{school.uai}", f"teacher:{school.uai}", "coordinator:"):
        assert f'value="{value}"' in narrowed.html
    assert "Compte ouvert pour nouveau@exemple.fr" in opened.text


async def test_a_teacher_does_not_see_who_signs_in(people):
    """A clear page instead."""
    reader = await people.reader(organisation_id=a_uai())

    page = await reader.read("/accounts")

    assert page.status == 403
    assert "/account" in page.links


@pytest.mark.parametrize("path", ["/account", "/accounts"])
async def test_pages_speak_english_too(people, path):
    """Wholly, also when a form is refused."""
    reader = await people.reader(Role.HEAD, a_uai())
    await reader.read("/language/en")

    page = await reader.read(path)
    refused = await reader.send(await reader.read("/accounts"), "/accounts", email="ada")

    assert '<html lang="en">' in page.html
    assert '<html lang="en">' in refused.html
    assert "Compte" not in page.text
    assert "Compte" not in refused.text


async def test_an_account_closed_elsewhere_is_signed_out_within_seconds(people, gateway):
    """As by the operator, whose command only the database hears of."""
    account = await people.account(organisation_id=a_uai())
    reader = await people.browser(account)
    assert (await reader.read("/account")).path == "/account"
    await gateway.connection.execute("update account set closed_at = now() where id = $1", account.id)

    async def out():
        return (await reader.read("/account")).path.startswith("/sign-in")

    await until(out)
