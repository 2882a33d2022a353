"""A visit's sheet without a browser: what it says, whether a class could come, how it is shared, when it is over."""

import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from icalendar import Calendar

from contracts.local_time import local
from contracts.reference.places import commune
from contracts.vocabulary import Role
from tests.given import (
    Region,
    a_class_request,
    a_company,
    a_school,
    a_site,
    a_slot,
    an_offer,
    body,
    school_day,
    until,
)
from tests.reading import HTML, Reader
from tests.roads import coach_minutes

BREAKS_OUT = '</script><script>alert("ha")</script><!--'
LONG_WORDS = {
    "description": "De la tôle à la pièce.",
    "meeting_point": "À l'accueil",
    "nearest_stop": "Gare d'Auch",
    "aims": "Voir un geste.",
    "preparation": "Lire la fiche.",
    "follow_up": "Poser une question.",
}
FULL = LONG_WORDS | {
    "rome_codes": ["H2903"],
    "price_cents": 4500,
    "fees": [{"label": "Petit matériel", "price_cents": 1500}],
    "pupils_per_adult": 12,
    "needs_mediation": True,
    "role_model_present": True,
    "coach_parking": True,
    "accessibility": {"needs": ["motor", "hearing"], "alternative_route": "Par la cour."},
    "safety": {
        "minimum_age": 13,
        "equipment": ["chaussures fermées"],
        "equipment_supplied": False,
        "identity_list_days_before": 10,
        "photos_allowed": False,
        "site_class": "Seveso seuil bas",
    },
}


@dataclass
class Stage:
    """A company with an offer that says all that one can say, its slot, and a school with a teacher."""

    company: Any
    api: Any
    site: Any
    offer: Any
    slot: Any
    uai: str
    teacher: Reader

    @property
    def path(self) -> str:
        """The sheet's."""
        return f"/visits/{self.slot['id']}"


@pytest.fixture
async def stage(region: Region) -> Stage:
    """All of it, made anew for each test."""
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    api = await region.sign_in(Role.COMPANY, company["id"])
    site = await a_site(api, company)
    offer = await an_offer(api, company, site, **FULL)
    slot = await a_slot(api, offer)
    uai = await a_school(region, name="Collège Nîmois", commune="30189")
    teacher = await region.browse(Role.TEACHER, uai)
    visitor = region.visitor()

    async def knows_school() -> bool:
        return (await visitor.read("/visits", school=uai)).status == 200

    await until(knows_school)
    return Stage(company, api, site, offer, slot, uai, teacher)


def facts(page: Any) -> dict[str, str]:
    """The page's terms with what it says of each."""
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page.html, re.DOTALL)
    return {
        html.unescape(term): " ".join(re.sub(r"<[^>]*>", " ", html.unescape(words)).split()) for term, words in pairs
    }


async def test_anybody_reads_all_that_a_class_needs_to_know(region, stage):
    """From a link, without signing in."""
    page = await region.visitor().read(stage.path, pupils="24")
    told = facts(page)

    assert page.status == 200
    assert told["Métiers montrés"] == "Tourneur-fraiseur / Tourneuse-fraiseuse (H2903)"
    assert told["Encadrement"] == "un adulte pour 12 élèves, soit 2 pour 24 élèves"
    assert told["Entrée, pour la classe"] == "45 €"
    assert told["Petit matériel"] == "15 €"
    assert told["Total, hors transport"] == "60 € soit 2,50 € par élève à 24"
    assert "À la charge de l’établissement. Son prix n’est pas connu ici" in told["Transport"]
    assert "association de médiation" in told["Qui la classe rencontre"]
    for words in (*LONG_WORDS.values(), "Par la cour.", "chaussures fermées", "10 jours avant", "Seveso seuil bas"):
        assert words in page.text
    assert "Avoir au moins 13 ans." in page.text
    assert "Les photos sont interdites sur place." in page.text
    assert f"/sign-in?next=/visits/{stage.slot['id']}%3Fpupils%3D24" in page.links


async def test_the_way_there_and_back_lies_in_the_school_day_or_not(region, stage):
    """When the coach leaves and is back; a visitor asks for it from a school of their own choice."""
    own = await stage.teacher.read(stage.path)
    other = await region.visitor().read(stage.path, school=stage.uai)
    unknown = await region.visitor().read(stage.path, school="nulle part")
    near = await a_school(region, commune="32013")
    close = await (await region.browse(Role.TEACHER, near)).read(stage.path)

    starts_at = local(datetime.fromisoformat(stage.slot["starts_at"]))
    here, there = commune("30189"), commune("32013")
    minutes = coach_minutes(here, there)
    leaves = starts_at - timedelta(minutes=minutes)
    words = f"Départ à {leaves.hour} h {leaves:%M}"
    for page in (own, other):
        assert words in page.text.replace("\N{NO-BREAK SPACE}", " ")
        assert "dépasse la journée de classe" in page.text
    assert "dans la journée de classe" in close.text
    assert "Aucun établissement ne se reconnaît à ces mots" in unknown.text


async def test_a_class_learns_what_it_fails_before_it_tries(stage):
    """Each rule of the company's own, beside its field; right figures lead on to the booking with all of them."""
    page = await stage.teacher.read(stage.path)

    wrong = await stage.teacher.send(page, stage.path, level="6E", pupils=31, adults=1, needs__visual=1)
    right = await stage.teacher.send(
        wrong, stage.path, level="3E", pupils=24, adults=2, needs__visual="", needs__motor=1
    )
    unread = await stage.teacher.send(wrong, stage.path, level="3E", pupils="", adults=2, needs__visual="")

    assert wrong.status == 200
    assert "Cette classe ne peut pas réserver en l’état" in wrong.text
    for field in ("level", "pupils", "adults", "needs.visual"):
        assert f'id="{field}-error" class="error"' in wrong.html
    assert wrong.form(stage.path).value("pupils") == "31"
    assert not [link for link in wrong.links if link.startswith(f"{stage.path}/book")]
    assert "Cette classe peut venir." in right.text
    assert f"{stage.path}/book?level=3E&pupils=24&adults=2&needs.motor=1" in right.links
    assert "itinéraire de remplacement : Par la cour." in right.text
    assert unread.status == 422
    assert 'id="pupils-error" class="error"' in unread.html


async def test_the_figures_of_a_class_request_are_one_click(region, stage):
    """They are checked at once, and go on to the booking with the request."""
    api = await region.sign_in(Role.TEACHER, stage.uai)
    wish = await a_class_request(api, stage.uai, class_name="3e B", needs={"motor": 2})

    async def offered() -> Any:
        page = await stage.teacher.read(stage.path)
        return next((link for link in page.links if f"class_request_id={wish['id']}" in link), None)

    taken = await stage.teacher.read(await until(offered))

    assert "Cette classe peut venir." in taken.text
    [book] = [link for link in taken.links if link.startswith(f"{stage.path}/book")]
    assert f"class_request_id={wish['id']}" in book
    assert "needs.motor=2" in book
    assert "class_name=3e+B" in book


async def test_a_full_visit_leads_to_its_waiting_list(region, stage):
    """With the class's figures."""
    other = await a_school(region)
    api = await region.sign_in(Role.TEACHER, other)
    body(await api.post(f"/v1/slots/{stage.slot['id']}/bookings", json={"level": "3E", "pupils": 20, "adults": 2}), 201)

    page = await stage.teacher.read(stage.path, level="3E", pupils="24", adults="2")

    assert "complet, liste d’attente" in page.text
    assert "Elle peut rejoindre la liste d’attente" in page.text
    assert f"{stage.path}/wait?level=3E&pupils=24&adults=2" in page.links


async def test_a_teacher_hears_who_answers(region, stage):
    """The head first, where the school wishes it."""
    head = await region.sign_in(Role.HEAD, stage.uai)
    body(await head.patch(f"/v1/schools/{stage.uai}", json={"head_approves": True}))

    async def told() -> bool:
        return "La direction de votre établissement valide" in facts(await stage.teacher.read(stage.path))["Qui répond"]

    await until(told)
    assert "sous 5 jours ouvrés" in facts(await region.visitor().read(stage.path))["Qui répond"]


@pytest.mark.parametrize("lost", ["slot cancelled", "slot closed", "offer paused", "offer archived"])
async def test_a_visit_that_is_over_says_so_and_leads_on(region, stage, lost):
    """To similar ones, other dates of its own among them."""
    thing, _, how = lost.partition(" ")
    again = await an_offer(stage.api, stage.company, stage.site, title="Encore une visite")
    await a_slot(stage.api, again, 9)
    visitor = region.visitor()

    async def listed() -> bool:
        return (
            "Encore une visite"
            in (await visitor.read("/visits", level="3E", theme="mechanics_metal", limit="100")).text
        )

    await until(listed)
    action = {"cancelled": "cancel", "closed": "close", "paused": "pause", "archived": "archive"}[how]
    of = f"/v1/slots/{stage.slot['id']}" if thing == "slot" else f"/v1/visit-offers/{stage.offer['id']}"
    given = {"until": school_day(12).isoformat()} if how == "paused" else {}
    body(await stage.api.post(f"{of}/{action}", json={"reason": "Travaux"} | given))

    page = await visitor.read(stage.path, level="3E")

    assert page.status == 410
    words = {"cancelled": "est annulée", "closed": "ne prend plus", "paused": "en pause", "archived": "a retiré"}
    assert words[how] in page.text
    assert f"{stage.path}/book" not in page.html
    assert [link for link in page.links if re.fullmatch(r"/visits/[0-9a-f-]{36}\?level=3E", link)]
    assert "/visits?theme=mechanics_metal" in page.links


async def test_a_draft_is_nobodys_to_read(region, stage):
    """As if it were not there; so is a visit that never was."""
    draft = await an_offer(stage.api, stage.company, stage.site, publish=False)
    slot = await a_slot(stage.api, draft)

    for slot_id in (slot["id"], "0190a1b2-0000-7000-8000-000000000000"):
        page = await region.visitor().read(f"/visits/{slot_id}")
        assert page.status == 404


async def test_it_is_shared_with_its_facts(region, stage):
    """Canonical address, Open Graph, and schema.org's Event, whose texts can end nothing."""
    evil = await an_offer(
        stage.api, stage.company, stage.site, title=BREAKS_OUT, description=BREAKS_OUT, meeting_point=BREAKS_OUT
    )
    slot = await a_slot(stage.api, evil, 10)
    url = f"{region.base_url}/visits/{slot['id']}"

    answer = await region.client().get(f"/visits/{slot['id']}?utm_source=x", headers=HTML)

    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.DOTALL)
    event = msgspec.json.decode(found[0])
    assert len(found) == 1
    assert (event["@type"], event["name"], event["url"]) == ("Event", BREAKS_OUT, url)
    assert datetime.fromisoformat(event["startDate"]) == datetime.fromisoformat(slot["starts_at"])
    assert event["location"]["address"]["addressLocality"] == "Auch"
    assert event["offers"]["price"] == "0.00"
    assert "<script>alert" not in answer.text
    assert f'<link rel="canonical" href="{url}">' in answer.text
    assert f'<meta property="og:url" content="{url}">' in answer.text


async def test_everything_that_a_company_writes_stays_text(region, stage):
    """In each field of an offer."""
    written = dict.fromkeys((*LONG_WORDS, "title"), BREAKS_OUT) | {
        "fees": [{"label": BREAKS_OUT, "price_cents": 100}],
        "accessibility": {"alternative_route": BREAKS_OUT},
        "safety": {"equipment": [BREAKS_OUT], "site_class": BREAKS_OUT},
    }
    slot = await a_slot(stage.api, await an_offer(stage.api, stage.company, stage.site, **written))

    page = await stage.teacher.read(f"/visits/{slot['id']}", level="3E", pupils="20", adults="2")

    assert page.status == 200
    assert "<script>" not in page.html
    assert page.text.count("<!--") >= len(LONG_WORDS)


async def test_a_visit_goes_into_anybodys_calendar(region, stage):
    """At its hours in Paris, not certain, with the way back to its page."""
    answer = await region.client().get(f"{stage.path}/visit.ics")

    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert event.decoded("dtstart") == datetime.fromisoformat(stage.slot["starts_at"])
    assert str(event["status"]) == "TENTATIVE"
    assert str(event["url"]) == f"{region.base_url}{stage.path}"


async def test_a_cancelled_visit_is_marked_so_in_calendars(region, stage):
    """Whoever has it already sees that it is off."""
    body(await stage.api.post(f"/v1/slots/{stage.slot['id']}/cancel", json={"reason": "Travaux"}))

    answer = await region.client().get(f"{stage.path}/visit.ics")

    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["status"]) == "CANCELLED"
    assert str(event["summary"]).startswith("ANNULÉE")


async def test_it_reads_in_english_too(region, stage):
    """All of it: no French sentence of ours is left."""
    answer = await region.client().get(stage.path, headers=HTML | {"Accept-Language": "en"})

    for words in ("Getting there", "What it costs", "Last day to book", "One adult", "Sign in to book"):
        assert words.casefold() in answer.text.casefold()
    for words in ("S’y rendre", "Ce que", "Réserver", "élèves"):
        assert words not in answer.text
