"""What stands in the list of notices, who reads it, and what is kept of it."""

from datetime import timedelta

from contracts.companies.bookings import BookingRefused, BookingRequested
from contracts.identifiers import uuid7
from contracts.matchmaker.schools import SchoolChanged
from contracts.vocabulary import Role
from tests.component.gateway.given import bearer, until
from tests.component.gateway.resources import NOW, a_company, a_school, next_version
from tests.component.gateway.told import notices, parties, written


async def test_a_notice_names_fact_class_and_day_in_both_languages(gateway):
    """Names that the event does not carry are those of the directory."""
    there = await parties(gateway)

    await gateway.tell(BookingRequested(booking=there.booking(), slot=there.slot), actor=there.at_school)

    (notice,) = await notices(gateway, Role.COMPANY, there.company.id)
    assert notice["title"]["fr"].startswith("Visite à confirmer : 3e B, ")
    assert notice["title"]["en"].startswith("Visit to confirm: 3e B, ")
    assert "Collège d'essai souhaite venir avec 3e B (Troisième, 24 élèves, 2 adultes)" in notice["text"]["fr"]
    assert "« L'atelier » chez Ateliers d'essai" in notice["text"]["fr"]
    assert notice["delivery"] == "no_mail"


async def test_everybody_reads_their_own_and_the_head_what_is_for_the_head(gateway):
    """A teacher does not see what the head alone is asked; others see nothing of it."""
    there = await parties(gateway)
    asked = there.booking(state="requested")
    await gateway.tell(BookingRequested(booking=asked, slot=there.slot), actor=there.at_school)
    refused = next_version(asked, state="refused", reason="Trop tard")
    await gateway.tell(BookingRefused(booking=refused, slot=there.slot), actor=there.at_school)

    head = await notices(gateway, Role.HEAD, there.school.uai)
    teacher = await notices(gateway, Role.TEACHER, there.school.uai)

    assert [one["kind"] for one in head] == ["refused", "approval_asked"]
    assert [one["kind"] for one in teacher] == ["refused"]
    assert await notices(gateway, Role.COMPANY, there.company.id) == []
    assert await notices(gateway, Role.HEAD, a_school().uai) == []
    assert await notices(gateway, Role.COORDINATOR, "") == []


async def test_a_notice_is_read_once_and_by_its_own_party(gateway):
    """Read is read for the whole organisation; the moment of the first time stays."""
    there = await parties(gateway)
    await gateway.tell(
        *(BookingRequested(booking=there.booking(), slot=there.slot) for _ in range(3)), actor=there.at_school
    )
    company = await gateway.headers(Role.COMPANY, there.company.id)
    stranger = await gateway.headers(Role.COMPANY, a_company().id)
    newest, *others = await notices(gateway, Role.COMPANY, there.company.id)
    path = f"/v1/notices/{newest['id']}/read"

    first, again = await gateway.http.post(path, headers=company), await gateway.http.post(path, headers=company)

    assert first.status_code == 200
    assert first.json()["read_at"] == again.json()["read_at"] is not None
    assert await gateway.items("/v1/notices", company, unread=True) == others
    assert (await gateway.http.post(path, headers=stranger)).status_code == 404
    assert (await gateway.http.post(f"/v1/notices/{uuid7()}/read", headers=company)).status_code == 404
    assert (await gateway.http.get("/v1/notices", headers=bearer("psl_wrong"))).status_code == 401


async def test_notices_are_read_page_by_page(gateway):
    """Newest first, each on exactly one page; a wrong cursor is named."""
    there = await parties(gateway)
    await gateway.tell(*(BookingRequested(booking=there.booking(), slot=there.slot) for _ in range(5)))
    await written(gateway)
    company = await gateway.headers(Role.COMPANY, there.company.id)

    seen, params = [], {"limit": 2}
    while True:
        page = (await gateway.get("/v1/notices", company, **params)).json()
        seen += [item["id"] for item in page["items"]]
        if not page["next_cursor"]:
            break
        params["cursor"] = page["next_cursor"]

    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)
    wrong = await gateway.get("/v1/notices", company, cursor="what")
    assert (wrong.status_code, wrong.json()["fields"][0]["field"]) == (422, "cursor")


async def test_what_is_long_past_is_kept_as_read(gateway):
    """After an outage of a week or a restored backup nobody is troubled by old news."""
    there = await parties(gateway)
    old = there.booking(changed_at=NOW - timedelta(days=8))

    await gateway.tell(BookingRequested(booking=old, slot=there.slot), actor=there.at_school)

    (notice,) = await notices(gateway, Role.COMPANY, there.company.id)
    assert (notice["delivery"], notice["read_at"] is not None) == ("too_old", True)


async def test_no_address_is_shown_to_anybody_and_the_latest_one_holds(gateway):
    """The book of addresses is fed by events, late ones too, and is no part of the directory."""
    there = await parties(gateway)
    moved = next_version(next_version(there.school), contact=None)
    late = next_version(there.school)

    await gateway.tell(SchoolChanged(school=moved))
    await gateway.tell(SchoolChanged(school=late))

    rows = await gateway.connection.fetch("select email from address where party = $1 order by 1", there.at_school)
    assert [row["email"] for row in rows] == ["", "direction@example.org"]
    for role, owner in ((Role.COORDINATOR, ""), (Role.HEAD, there.school.uai)):
        headers = await gateway.headers(role, owner)
        for path in ("/v1/schools", "/v1/companies", "/v1/associations", "/v1/notices"):
            assert "example.org" not in (await gateway.get(path, headers)).text


async def test_notices_are_forgotten_within_bounds(gateway):
    """What was read a year ago goes, what a party has too much of goes, what waits for its mail stays."""
    there = await parties(gateway)
    await gateway.tell(*(BookingRequested(booking=there.booking(), slot=there.slot) for _ in range(3)))
    await written(gateway)
    ids = [row["id"] for row in await gateway.connection.fetch("select id from notice order by id")]
    await gateway.connection.execute("update notice set read_at = now() - interval '400 days' where id = $1", ids[0])
    await gateway.connection.execute("update notice set delivery = 'waiting' where id = $1", ids[1])
    await gateway.connection.execute(
        "insert into timer (kind, key, due_at) values ('40 3 * * * forget_old_notices', '', now())"
    )

    async def swept() -> bool:
        return await gateway.connection.fetchval("select count(*) from notice") == 2

    await until(swept)
    left = await gateway.connection.fetch("select id from notice order by id")
    assert [row["id"] for row in left] == ids[1:]


async def test_who_has_no_address_is_told_in_the_list_alone(gateway):
    """The notice is there, and says that nothing was mailed."""
    there = await parties(gateway)
    await gateway.tell(SchoolChanged(school=next_version(there.school, head_contact=None)))

    asked = there.booking(state="requested")
    await gateway.tell(BookingRequested(booking=asked, slot=there.slot), actor=there.at_school)

    (notice,) = await notices(gateway, Role.HEAD, there.school.uai)
    assert (notice["kind"], notice["delivery"]) == ("approval_asked", "no_address")
    assert notice["title"]["fr"].startswith("Visite à valider : 3e B")
