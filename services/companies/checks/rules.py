"""What a class must bring, do and know before it comes, and by when: from the offer, for this class.

Nothing here decides whether it may come (`bookings/check_rules.py`).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from contracts.companies.booking_checks import ChecklistItem, ChecklistKind
from contracts.companies.bookings import ClassNeeds
from contracts.companies.slots import Slot
from contracts.companies.visit_offers import VisitOffer
from contracts.errors import Wording
from contracts.local_time import local_day
from contracts.vocabulary import AccessNeed, VisitFormat


def checklist(
    slot: Slot, offer: VisitOffer, pupils: int, needs: ClassNeeds, approve_by: date | None = None
) -> tuple[ChecklistItem, ...]:
    """The list for one class, what is due first first. `approve_by` is the head of school's last day, where one has to.

    A visit that comes to the class or is remote asks nothing that only a site asks.
    """
    items = [*_always(offer)]
    if VisitFormat.ON_SITE in offer.formats:
        items += [*_on_site(slot, offer, pupils, needs)]
    if approve_by is not None:
        words = Wording("The head of school approves the booking.", "La direction de l'école valide la réservation.")
        items.append(ChecklistItem(kind=ChecklistKind.HEAD_APPROVAL, words=words, due=approve_by))
    return tuple(sorted(items, key=lambda item: item.due or date.max))


def _always(offer: VisitOffer) -> Iterator[ChecklistItem]:
    prices = [("", offer.price_cents)] if offer.price_cents else []
    prices += [(fee.label, fee.price_cents) for fee in offer.fees]
    if prices:
        en = " + ".join(f"{label and f'{label}: '}{cents / 100:.2f} €" for label, cents in prices)
        fr = " + ".join(f"{label and f'{label} : '}{_comma(cents)} €" for label, cents in prices)
        yield _know(ChecklistKind.PRICE, f"To pay: {en}.", f"À payer : {fr}.")
    if offer.preparation:
        yield _know(
            ChecklistKind.PREPARATION,
            f"To prepare in class: {offer.preparation}",
            f"À préparer en classe : {offer.preparation}",
        )


def _on_site(slot: Slot, offer: VisitOffer, pupils: int, needs: ClassNeeds) -> Iterator[ChecklistItem]:
    yield from _safety(slot, offer, pupils)
    yield from _access(offer, needs)
    if offer.meeting_point:
        yield _know(
            ChecklistKind.MEETING_POINT,
            f"Meet at: {offer.meeting_point}",
            f"Rendez-vous : {offer.meeting_point}",
        )
    yield _transport(offer)


def _safety(slot: Slot, offer: VisitOffer, pupils: int) -> Iterator[ChecklistItem]:
    adults = -(-pupils // offer.pupils_per_adult)
    yield _do(
        ChecklistKind.ADULTS,
        f"Adults who come with the {pupils} pupils: {adults} at least (one for {offer.pupils_per_adult}).",
        f"Adultes qui accompagnent les {pupils} élèves : {adults} au moins (un pour {offer.pupils_per_adult}).",
    )
    safety = offer.safety
    if safety.minimum_age:
        yield _know(
            ChecklistKind.MINIMUM_AGE,
            f"Everybody is {safety.minimum_age} or older on the day of the visit.",
            f"Tous ont {safety.minimum_age} ans ou plus le jour de la visite.",
        )
    if safety.equipment:
        things = ", ".join(safety.equipment)
        if safety.equipment_supplied:
            yield _know(
                ChecklistKind.EQUIPMENT, f"The company supplies: {things}.", f"L'entreprise fournit : {things}."
            )
        else:
            yield _do(ChecklistKind.EQUIPMENT, f"Bring for everybody: {things}.", f"Apportez pour tous : {things}.")
    if days := safety.identity_list_days_before:
        due = local_day(slot.starts_at) - timedelta(days=days)
        yield _do(
            ChecklistKind.IDENTITY_LIST,
            "Send the company the list of all who come, straight from the school: it never passes through here.",
            "Envoyez à l'entreprise la liste des participants, directement de l'école : elle ne passe jamais par ici.",
            due,
        )
    if not safety.photos_allowed:
        yield _know(ChecklistKind.PHOTOS, "No photos are allowed on site.", "Les photos sont interdites sur place.")
    if safety.site_class:
        yield _know(
            ChecklistKind.SITE_CLASS,
            f"Class of the site: {safety.site_class}.",
            f"Classe du site : {safety.site_class}.",
        )


def _access(offer: VisitOffer, needs: ClassNeeds) -> Iterator[ChecklistItem]:
    access = offer.accessibility
    if needs.motor and access.alternative_route:
        yield _do(
            ChecklistKind.ACCESS,
            f"Part of the site is closed to wheelchairs; the way round it: {access.alternative_route}",
            f"Une partie du site n'est pas accessible en fauteuil ; itinéraire de remplacement : "
            f"{access.alternative_route}",
        )
    received = [need for need in AccessNeed if getattr(needs, need)]
    if received:
        yield _do(
            ChecklistKind.ACCESS,
            "Tell the company beforehand how the pupils with access needs are best received.",
            "Dites à l'avance à l'entreprise comment accueillir au mieux les élèves à besoins particuliers.",
        )


def _transport(offer: VisitOffer) -> ChecklistItem:
    payer = (
        Wording("The company pays the transport.", "L'entreprise paie le transport.")
        if offer.transport_paid_by_company
        else Wording("The school arranges and pays the transport.", "L'école organise et paie le transport.")
    )
    parking = (
        Wording(" A coach can park on the site.", " Un car peut stationner sur place.")
        if offer.coach_parking
        else Wording(" There is no parking for a coach.", " Il n'y a pas de stationnement pour un car.")
    )
    stop = (
        Wording(f" Nearest stop: {offer.nearest_stop}.", f" Arrêt le plus proche : {offer.nearest_stop}.")
        if offer.nearest_stop
        else Wording("", "")
    )
    return _know(ChecklistKind.TRANSPORT, payer.en + parking.en + stop.en, payer.fr + parking.fr + stop.fr)


def _comma(cents: int) -> str:
    return f"{cents / 100:.2f}".replace(".", ",")


def _do(kind: ChecklistKind, en: str, fr: str, due: date | None = None) -> ChecklistItem:
    return ChecklistItem(kind=kind, words=Wording(en, fr), due=due)


def _know(kind: ChecklistKind, en: str, fr: str) -> ChecklistItem:
    return ChecklistItem(kind=kind, words=Wording(en, fr), mandatory=False)
