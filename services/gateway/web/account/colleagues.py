"""Colleagues' accounts: who of an organisation signs in, for those who may make and close such accounts."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Template

from contracts.associations.profiles import Association
from contracts.caller import Caller, Scope
from contracts.companies.profiles import Company
from contracts.errors import PasserelleError
from contracts.gateway.accounts import NewAccount
from contracts.matchmaker.schools import School
from contracts.vocabulary import Role
from services.database import transaction
from services.gateway.api.accounts import make_account
from services.gateway.api.asking import Ask, KeyHolder
from services.gateway.api.listing import Lister, Listing
from services.gateway.api.once import Answering
from services.gateway.auth.account_store import list_accounts
from services.gateway.auth.accounts import close_account
from services.gateway.auth.rules import ROLES_GRANTED
from services.gateway.web.forms import Form
from services.gateway.web.labels import label
from services.gateway.web.language import _
from services.gateway.web.page import AnyRequest, Go, Page, Pages, Sent, go
from services.gateway.web.sign_in.door import forget_accounts, now_of, pool_of

Find = Annotated[str, QueryParameter(name="find", max_length=100)]
# The field that says both role and organisation: `teacher:0310024H`.
FOR = "for"


@get("/accounts", scope=Scope.KEYS)
async def show_accounts(page: Page, request: AnyRequest, caller: KeyHolder, listing: Listing, find: Find = "") -> Go:
    """The accounts that the reader may see, and a form for another one."""
    return await accounts_page(page, request, caller, listing, Form(), find.strip())


@post("/accounts", scope=Scope.KEYS)
async def add_account(page: Page, request: AnyRequest, caller: KeyHolder, ask: Ask, listing: Listing, form: Sent) -> Go:
    """Make an account for a colleague; sent twice it is made once."""
    once = Answering(pool_of(request), caller, form.once)
    role, _colon, organisation_id = form.text(FOR).partition(":")
    try:
        account = await make_account(form.read(NewAccount, role=role, organisation_id=organisation_id), ask, once)
    except PasserelleError as refused:
        form.refuse(refused)
        # The page asks for both in one choice.
        if wrong := [form.errors.pop(name) for name in ("role", "organisation_id") if name in form.errors]:
            form.errors[FOR] = wrong[0] if role else _("Choisissez pour qui est ce compte.")
        return await accounts_page(page, request, caller, listing, form, form.text("find"))
    said = _("Compte ouvert pour %(email)s. Prévenez cette personne : elle peut se connecter.", email=account.email)
    return go("/accounts", said)


@post("/accounts/{account_id:uuid}/close", scope=Scope.KEYS)
async def end_account(account_id: FromPath[UUID], request: AnyRequest, caller: KeyHolder) -> Go:
    """Close an account: whoever is signed in to it no longer is."""
    async with transaction(pool_of(request)) as connection:
        account = await close_account(connection, account_id, caller, now_of())
    forget_accounts(request, account_id)
    return go("/accounts", _("Le compte de %(email)s est fermé.", email=account.email))


async def accounts_page(
    page: Pages, request: AnyRequest, caller: Caller, listing: Lister, form: Form, find: str
) -> Template:
    """The list, narrowed by what a coordinator looks for, and whom a new account may be for."""
    organisation = None if caller.is_coordinator else caller.organisation
    async with pool_of(request).acquire() as connection:
        found = await list_accounts(connection, organisation, caller.organisation_id, find)
    return page(
        "account/accounts.html",
        form=form,
        find=find,
        open_accounts=[each for each in found if each.closed_at is None],
        closed_accounts=[each for each in found if each.closed_at is not None],
        choices=await choices_for(caller, listing, find),
        all_organisations=caller.is_coordinator,
    )


async def choices_for(caller: Caller, listing: Lister, find: str) -> list[tuple[str, str]]:
    """Whom the reader may open an account for, with the words of each: own colleagues, or of any organisation found."""
    if not caller.is_coordinator:
        granted = sorted(ROLES_GRANTED[caller.role], key=list(Role).index)
        return [(f"{role}:{caller.organisation_id}", label(role)) for role in granted]
    choices = [(f"{Role.COORDINATOR}:", label(Role.COORDINATOR))]
    if not find:
        return choices
    for company in (await listing(Company, search=find)).items:
        choices.append((f"{Role.COMPANY}:{company.id}", f"{company.name} – {label(Role.COMPANY)}"))
    for association in (await listing(Association, search=find)).items:
        choices.append((f"{Role.ASSOCIATION}:{association.id}", f"{association.name} – {label(Role.ASSOCIATION)}"))
    for school in (await listing(School, search=find)).items:
        where = f"{school.name} ({school.place.commune_name})"
        choices += [(f"{role}:{school.uai}", f"{where} – {label(role)}") for role in (Role.HEAD, Role.TEACHER)]
    return choices


routes = (show_accounts, add_account, end_account)
