"""A company writes, changes and moves its visit offers by the pages."""

import html

import asyncpg

from contracts.companies.profiles import CompanyRow, ImportCompanies
from contracts.vocabulary import Role
from services.gateway.web.states import STATES
from tests.component.gateway.web.offers.company_pages import (
    a_browser_of,
    fields_of,
    listed,
    made_by,
    post,
    said_of,
    send,
    shown,
)
from tests.given import a_company, a_school, a_slot, an_offer, body, luhn_completed, numbers, school_day, until

SCRIPT = "<script>alert('x')</script>"


WRITTEN = {
    "title": "De la tôle à la pièce",
    "themes": ["mechanics_metal", "robotics"],
    "levels": ["4E", "3E"],
    "price_cents": "12,50",
    "fees.0.label": "Goûter",
    "fees.0.price_cents": "2,05",
    "safety.equipment": "Casque\r\n\r\nChaussures fermées",
    "accessibility.needs": ["motor"],
    "publish": "true",
}


async def test_an_offer_is_written_whole(reader, api, site):
    """Euros, lists, rows and ticks become what the contract has; what most offers say stands there to begin with."""
    answer = await send(reader, "/visit-offers/new", **WRITTEN)

    made = await made_by(api, answer)
    assert (made["title"], made["state"], made["site_id"]) == (WRITTEN["title"], "published", site["id"])
    assert (made["price_cents"], made["fees"]) == (1250, [{"label": "Goûter", "price_cents": 205}])
    assert made["safety"]["equipment"] == ["Casque", "Chaussures fermées"]
    assert made["accessibility"]["needs"] == ["motor"]
    assert (made["duration_minutes"], made["languages"], made["formats"]) == (120, ["fr"], ["on_site"])
    page = (await shown(reader, answer.answer.headers["location"])).text
    assert "Offre enregistrée" in page
    assert "12,50 €" in page
    assert "Aucun créneau" in page


async def test_all_that_is_wrong_is_named_beside_its_field_and_what_was_typed_stays(reader, api, company, site):
    """First what the form itself cannot mean, then what the company's own rules refuse."""
    typed = WRITTEN | {"title": "", "themes": [""], "price_cents": "cher", "fees.0.label": "", "pupils_min": "31"}

    unreadable = await send(reader, "/visit-offers/new", **typed)
    wrong = await send(reader, "/visit-offers/new", **WRITTEN | {"pupils_min": "31", "safety.minimum_age": "18"})

    assert (unreadable.status, wrong.status) == (422, 422)
    assert said_of(unreadable, "title") == "Donnez au moins 1 caractère."
    assert said_of(unreadable, "price_cents") == "Écrivez un montant en euros, comme 12,50."
    assert said_of(unreadable, "themes")
    assert said_of(unreadable, "fees.0.label")
    assert "dépasse le plus grand" in said_of(wrong, "pupils_min")
    assert "Aucune classe de ces niveaux" in said_of(wrong, "safety.minimum_age")
    kept = fields_of(wrong, "/visit-offers/new")
    assert kept["title"] == [WRITTEN["title"]]
    assert kept["themes"] == ["", "mechanics_metal", "robotics"]
    assert (kept["price_cents"], kept["fees.0.price_cents"]) == (["12,50"], ["2,05"])
    assert kept["safety.equipment"][0].split() == ["Casque", "Chaussures", "fermées"]
    assert body(await api.get(f"/v1/companies/{company['id']}/visit-offers"))["items"] == []


async def test_rows_of_fees_are_added_without_a_script(reader, site):
    """The button only shows the form again, with one row more; nothing is stored, and nothing typed is lost."""
    answer = await send(reader, "/visit-offers/new", **WRITTEN | {"step": "fees"})

    fields = fields_of(answer, "/visit-offers/new")
    assert answer.status == 200
    assert fields["fees.0.label"] == ["Goûter"]
    assert fields["fees.1.label"] == [""]
    assert fields["title"] == [WRITTEN["title"]]


async def test_jobs_are_found_by_what_they_are_called(reader, api, site):
    """Without a script: those that are found are offered to be ticked, each with its title."""
    found = await send(reader, "/visit-offers/new", **WRITTEN | {"step": "jobs", "job": "MENUISIER"})
    fields = fields_of(found, "/visit-offers/new")
    made = await post(reader, "/visit-offers/new", fields | {"rome_codes": ["", "H2206"], "publish": "false"})
    nothing = await send(reader, "/visit-offers/new", **WRITTEN | {"step": "jobs", "job": "licorne"})

    assert "Menuisier / Menuisière (H2206)" in found.text
    assert (await made_by(api, made))["rome_codes"] == ["H2206"]
    assert "Menuisier / Menuisière (H2206)" in (await shown(reader, made.answer.headers["location"])).text
    assert "Aucun métier ne porte ce nom" in nothing.text


async def test_a_change_keeps_what_was_not_touched_and_takes_away_what_was(reader, api, offer):
    """A tick that is taken away is said; euros come back as they were written."""
    path = f"/visit-offers/{offer['id']}"
    await send(reader, f"{path}/edit", price_cents="1 234,56", fees__0__label="Repas", fees__0__price_cents="0,10")

    again = fields_of(await shown(reader, f"{path}/edit"), f"{path}/edit")
    assert (again["price_cents"], again["fees.0.price_cents"]) == (["1234,56"], ["0,10"])
    answer = await send(
        reader, f"{path}/edit", levels=["", "3E"], fees__0__label="", fees__0__price_cents="", pupils_max="28"
    )

    changed = await made_by(api, answer)
    assert (changed["levels"], changed["fees"], changed["pupils_max"]) == (["3E"], [], 28)
    assert (changed["price_cents"], changed["title"]) == (123456, offer["title"])


async def test_a_stale_page_says_what_changed_and_can_be_sent_again(reader, api, offer):
    """Somebody's own software was faster; whoever sends again does so knowing."""
    path = f"/visit-offers/{offer['id']}/edit"
    fields = fields_of(await shown(reader, path), path)
    body(await api.patch(f"/v1/visit-offers/{offer['id']}", json={"title": "L'atelier rénové", "pupils_max": 20}))

    stale = await post(reader, path, fields | {"title": "Mon titre"})
    again = await post(reader, path, fields_of(stale, path))

    assert stale.status == 412
    assert "Valeur actuelle : L'atelier rénové" in stale.text
    assert "Valeur actuelle : 20" in stale.text
    assert fields_of(stale, path)["title"] == ["Mon titre"]
    assert (await made_by(api, again))["title"] == "Mon titre"


async def test_a_form_that_is_refused_for_its_words_does_not_pass_over_what_happened_meanwhile(reader, api, offer):
    """The version on which it rests is the one that its reader saw."""
    path = f"/visit-offers/{offer['id']}/edit"
    fields = fields_of(await shown(reader, path), path)
    body(await api.patch(f"/v1/visit-offers/{offer['id']}", json={"title": "L'atelier rénové"}))

    wrong = await post(reader, path, fields | {"title": ""})
    again = await post(reader, path, fields_of(wrong, path) | {"title": "Mon titre"})

    assert (wrong.status, again.status) == (422, 412)


async def test_an_offer_is_moved_by_its_buttons(reader, api, company, site):
    """Draft, published, paused until a day with a reason, resumed, confirmed, archived."""
    draft = await an_offer(api, company, site, publish=False)
    path = f"/visit-offers/{draft['id']}"
    until_day = school_day(9).isoformat()

    states = []
    for action, where, typed in (
        ("publish", path, {}),
        ("pause", f"{path}/pause", {"until": until_day, "reason": "Travaux"}),
        ("resume", path, {}),
        ("still-valid", path, {}),
        ("archive", f"{path}/archive", {}),
    ):
        moved = await made_by(api, await send(reader, where, f"{path}/{action}", **typed))
        states.append((action, moved["state"], moved["paused_until"], moved["reason"]))

    assert states == [
        ("publish", "published", None, ""),
        ("pause", "paused", until_day, "Travaux"),
        ("resume", "published", None, ""),
        ("still-valid", "published", None, ""),
        ("archive", "archived", None, ""),
    ]
    assert "Archivée" in (await shown(reader, path)).text


async def test_a_move_that_is_refused_keeps_what_was_typed(reader, offer):
    """A pause that ends in the past; an action that is not possible any more says so on the offer's page."""
    path = f"/visit-offers/{offer['id']}"

    past = await send(reader, f"{path}/pause", until="2020-01-01", reason="Travaux")
    unknown = await send(reader, f"{path}/pause", f"{path}/pause", until="demain")
    resumed = await post(reader, f"{path}/resume", fields_of(await shown(reader, path), f"{path}/still-valid"))

    assert (past.status, unknown.status, resumed.status) == (422, 422, 409)
    assert "n'est pas à venir" in said_of(past, "until")
    assert said_of(unknown, "until") == "Écrivez le jour comme 2027-03-15."
    assert fields_of(past, f"{path}/pause")["reason"] == ["Travaux"]
    assert "n'est pas possible dans l'état" in resumed.text
    assert (await shown(reader, f"{path}/dance", 404)).status == 404


async def test_a_stale_offer_is_confirmed_from_the_list(region, reader, api, offer):
    """It is flagged there; one button says that it still holds."""
    connection = await asyncpg.connect(region.servers.dsn("gateway"))
    await connection.execute(
        "update entry set document = jsonb_set(document::jsonb, '{stale}', 'true')::json where id = $1", offer["id"]
    )
    await connection.close()

    page = await shown(reader, "/visit-offers")
    action = f"/visit-offers/{offer['id']}/still-valid"
    answer = await post(reader, action, fields_of(page, action))

    assert "Est-elle encore valable" in page.text
    assert (await made_by(api, answer))["stale"] is False


async def test_the_list_is_narrowed_to_a_state(reader, offer):
    """Each state has its link; an empty one leads back."""
    assert offer["title"] in (await shown(reader, "/visit-offers")).text
    assert offer["title"] in (await shown(reader, "/visit-offers?state=published")).text
    for state in STATES["visit offer"]:
        page = await shown(reader, f"/visit-offers?state={state}")
        assert ("Aucune offre dans cet état" in page.text) is (state != "published")


async def test_a_company_without_anything_is_led_to_what_comes_first(reader):
    """A site, before an offer; an offer, before a slot."""
    assert "Aucune offre de visite" in (await shown(reader, "/visit-offers")).text
    assert "ajoutez d’abord le vôtre" in (await shown(reader, "/visit-offers/new")).text
    assert "écrivez d’abord l’offre" in (await shown(reader, "/slots/new")).text
    assert "ajoutez d’abord le vôtre" in (await shown(reader, "/job-needs/new")).text
    assert "Aucun site" in (await shown(reader, "/sites")).text


async def test_script_in_any_field_is_shown_as_text(reader, api, site):
    """On the form that is refused, on the offer's page and in the list."""
    words = ("description", "meeting_point", "nearest_stop", "aims", "preparation", "follow_up", "external_id")
    typed = WRITTEN | dict.fromkeys(words, SCRIPT) | {"title": SCRIPT, "fees.0.label": SCRIPT, "job": SCRIPT}
    typed |= {"safety.equipment": SCRIPT, "safety.site_class": SCRIPT, "accessibility.alternative_route": SCRIPT}

    refused = await send(reader, "/visit-offers/new", **typed | {"pupils_min": "31"})
    made = await send(reader, "/visit-offers/new", **typed)
    path = made.answer.headers["location"]
    await until(lambda: listed(api, "/v1/visit-offers"))

    for page in (refused, await shown(reader, path), await shown(reader, f"{path}/edit")):
        assert SCRIPT not in page.html
        assert html.unescape(page.html).count(SCRIPT) >= len(words) - 1
    assert SCRIPT not in (await shown(reader, "/visit-offers")).html
    assert (await made_by(api, made))["aims"] == SCRIPT


async def test_only_companies_and_the_region_come_here(region, offer, api, company, site):
    """Others get a clear page; an offer that is published is everybody's to read, and nobody else's to change."""
    uai = await a_school(region)
    teacher = await a_browser_of(region, Role.TEACHER, uai)
    other = await a_company(await region.sign_in(Role.COORDINATOR))
    stranger = await a_browser_of(region, Role.COMPANY, other["id"])
    draft = await an_offer(api, company, site, publish=False)
    path = f"/visit-offers/{offer['id']}"

    for page in ("/visit-offers", "/visit-offers/new", f"{path}/edit", f"{path}/pause", "/slots", "/sites", "/company"):
        assert "Pas pour votre rôle" in (await shown(teacher, page, 403)).text
    for reader in (teacher, stranger):
        seen = await shown(reader, path)
        assert offer["title"] in seen.text
        assert "Modifier" not in seen.text
        await shown(reader, f"/visit-offers/{draft['id']}", 404)
    fields = fields_of(await shown(stranger, f"{path}/edit"), f"{path}/edit")
    refused = await post(stranger, f"{path}/edit", fields | {"title": "À moi"})
    assert refused.status == 403
    assert "Seule l'organisation concernée" in refused.text


async def test_a_coordinator_reviews_and_acts_for_a_company(region, coordinator, api, company, site):
    """Everybody's offers are listed; one company is chosen to write for; a rejection says why."""
    clerk = await a_browser_of(region, Role.COORDINATOR)
    chosen = f"/visit-offers/new?company={company['id']}"

    assert "Pour quelle entreprise" in (await shown(clerk, "/visit-offers/new")).text
    found = await shown(clerk, "/visit-offers/new?q=essai")
    made = await made_by(api, await send(clerk, chosen, **WRITTEN))
    assert chosen in found.links
    assert made["company_id"] == company["id"]
    await until(lambda: listed(coordinator, f"/v1/companies/{company['id']}/visit-offers"))
    assert WRITTEN["title"] in (await shown(clerk, "/visit-offers")).text

    body(await coordinator.post(f"/v1/companies/{company['id']}/suspend"))
    body(await coordinator.post(f"/v1/companies/{company['id']}/approve"))
    suspended = await send(clerk, f"/visit-offers/{made['id']}/archive")
    assert suspended.status == 303


async def test_a_first_offer_waits_for_the_region(region, coordinator):
    """Approved or rejected with a reason, which the company reads."""
    siret = f"{luhn_completed(f'8{next(numbers):07d}')}0000"
    row = CompanyRow(siret=luhn_completed(siret), name="Ateliers repérés", commune="32013", fictional=True)
    await region.bus.ask(ImportCompanies(rows=(row,)))
    (company,) = await until(lambda: listed(coordinator, "/v1/companies?state=shadow"))
    await until(lambda: listed(coordinator, f"/v1/companies/{company['id']}/sites"))
    api = await region.sign_in(Role.COMPANY, company["id"])
    reader, clerk = (
        await a_browser_of(region, Role.COMPANY, company["id"]),
        await a_browser_of(region, Role.COORDINATOR),
    )

    made = await made_by(api, await send(reader, "/visit-offers/new", **WRITTEN))
    path = f"/visit-offers/{made['id']}"
    waiting = await shown(clerk, path)
    silent = await send(clerk, f"{path}/reject")
    rejected = await made_by(api, await send(clerk, f"{path}/reject", reason="Précisez l'âge minimal."))

    assert made["state"] == "in_review"
    assert rejected["state"] == "rejected"
    assert "La Région relit la première offre" in waiting.text
    assert silent.status == 422
    assert "Dites pourquoi" in said_of(silent, "reason")
    page = (await shown(reader, path)).text
    assert "Précisez l'âge minimal." in page
    assert "Corrigez-la" in page


async def test_an_offer_shows_its_slots_to_come(reader, api, offer):
    """Each leads to its own page."""
    slot = await a_slot(api, offer)
    await until(lambda: listed(api, f"/v1/visit-offers/{offer['id']}/slots"))

    page = await shown(reader, f"/visit-offers/{offer['id']}")

    assert f"/slots/{slot['id']}" in page.links
    assert "0 sur 1 groupe pris" in page.text
