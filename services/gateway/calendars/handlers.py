"""What an organisation's calendar shows now, read from the directory alone."""

from datetime import datetime, timedelta
from typing import Any

from contracts.associations.interventions import Intervention
from contracts.companies.bookings import Booking
from contracts.vocabulary import OrganisationKind
from services.gateway.calendars import store
from services.gateway.calendars.visit_rules import Around, Shown, of_booking, of_free_slot, of_intervention
from services.work import Connection

# What is longer past is taken out of calendars, which would grow for ever otherwise.
PAST_SHOWN = timedelta(days=180)


async def calendar_of(
    connection: "Connection[Any]", party: str, public_url: str, now: datetime
) -> tuple[str, list[Shown]]:
    """The name of a calendar and its events, soonest first."""
    kind, _, organisation_id = party.partition(":")
    since = now - PAST_SHOWN
    bookings = await store.list_from(connection, Booking, party, since)
    if kind == OrganisationKind.ASSOCIATION:
        interventions = await store.list_from(connection, Intervention, party, since)
        around = Around(bookings={booking.id: booking for booking in bookings}, public_url=public_url)
        events: list[Shown | None] = [of_intervention(one, around) for one in interventions]
    else:
        slots = await store.list_open_slots(connection, party, now) if kind == OrganisationKind.COMPANY else []
        around = Around(
            offers=await store.list_offers(
                connection, [one.visit_offer_id for one in bookings] + [one.visit_offer_id for one in slots]
            ),
            schools=await store.list_school_names(connection, (one.school_uai for one in bookings)),
            public_url=public_url,
        )
        viewer = OrganisationKind(kind)
        events = [*(of_booking(one, viewer, around) for one in bookings), *(of_free_slot(one, around) for one in slots)]
    shown = sorted((event for event in events if event), key=lambda event: (event.starts_at, event.uid))
    return await store.find_name(connection, kind, organisation_id), shown
