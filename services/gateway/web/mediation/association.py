"""An association's own profile: where its approval stands, and what companies and the matchmaker know of it."""

from typing import Any
from uuid import UUID

from litestar import get, post

from contracts.associations.profiles import AssociationChange, ChangeAssociation, GetAssociation
from contracts.caller import Scope
from contracts.errors import PasserelleError
from contracts.vocabulary import Theme
from services.gateway.api.asking import Ask, KeyHolder
from services.gateway.web.forms import Form
from services.gateway.web.labels import options
from services.gateway.web.language import _
from services.gateway.web.mediation.capacities import association_of, departments
from services.gateway.web.page import Act, Go, Page, Sent, go

CONTACT = ("contact.name", "contact.email", "contact.phone")


@get("/association", scope=Scope.PROFILE)
async def show_association(ask: Ask, caller: KeyHolder, page: Page) -> Go:
    """The reader's association as it is."""
    association = await ask(GetAssociation(association_id=association_of(caller)))
    return page("mediation/association.html", association=association, departments=dict(departments()))


@get("/association/edit", scope=Scope.PROFILE)
async def show_association_form(ask: Ask, caller: KeyHolder, page: Page) -> Go:
    """The form that changes it."""
    association = await ask(GetAssociation(association_id=association_of(caller)))
    form = Form.filled(association)
    return page(
        "mediation/association_form.html",
        form=form,
        association=association,
        themes=options(Theme),
        departments=departments(),
    )


@post("/association/edit", scope=Scope.PROFILE)
async def change_own_association(ask: Ask, act: Act, caller: KeyHolder, page: Page, form: Sent) -> Go:
    """Change the profile; a contact whose fields are all blank is no contact."""
    association_id: UUID = association_of(caller)
    none: dict[str, Any] = {} if any(form.text(name) for name in CONTACT) else {"contact": None}
    try:
        change = form.read(AssociationChange, **none)
        await act(ChangeAssociation(association_id=association_id, change=change))
    except PasserelleError as refused:
        association = await ask(GetAssociation(association_id=association_id))
        form.refuse(refused, now=association, within="change")
        return page(
            "mediation/association_form.html",
            form=form,
            association=association,
            themes=options(Theme),
            departments=departments(),
        )
    return go("/association", _("Profil enregistré."))


routes = (show_association, show_association_form, change_own_association)
