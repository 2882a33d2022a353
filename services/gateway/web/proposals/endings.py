"""Why a proposal came to nothing, in plain words: what `why` says of it is a word of a list, or what somebody wrote."""

from contracts.companies.bookings import DeclineReason as BookingDeclineReason
from contracts.matchmaker.proposals import DeclineReason
from services.gateway.web.language import _, mark
from services.gateway.web.words import WORDS

_WORDS: dict[str, str] = {
    **WORDS[BookingDeclineReason],
    **WORDS[DeclineReason],
    "no_answer": mark("Personne n’a répondu à temps."),
    "better_match": mark("Une autre visite convient mieux à la classe aujourd’hui."),
    "slot_unavailable": mark("Le créneau n’est plus ouvert, ou sa place est prise."),
    "request_withdrawn": mark("L’établissement a retiré sa demande."),
    "request_expired": mark("La période demandée par l’établissement est passée."),
    "nothing_left_to_offer": mark("L’une des deux parties n’a plus rien à proposer pour le moment."),
    "slot-full": mark("La place a été prise par une autre classe avant la réservation."),
    "already-booked": mark("La classe a déjà une réservation ce jour-là."),
    "too-late": mark("Le délai de réservation de la visite était dépassé."),
    "transition-refused": mark("Le créneau n’accueille plus de classe."),
    "invalid-input": mark("La classe ne remplit plus les conditions de la visite."),
}
# What became of the booking, before the reason that somebody gave.
_BOOKINGS: dict[str, str] = {
    "booking_refused": mark("La direction de l’établissement n’a pas validé la réservation."),
    "booking_declined": mark("L’entreprise a décliné la réservation."),
    "booking_expired": mark("La réservation est restée sans réponse."),
    "booking_cancelled": mark("La réservation a été annulée."),
    "booking_rescheduled": mark("La réservation a été déplacée."),
    "booking_no_show": mark("La visite n’a pas eu lieu."),
    "booking_impossible": mark("La visite n’a pas pu être réservée."),
}


def ending(why: str) -> str:
    """The sentences for a proposal's `why`, empty where it says nothing.

    That of a fallen booking reads `booking_declined: safety: the line is being rebuilt`.
    """
    if not why:
        return ""
    fate, _colon, told = why.partition(": ") if why.startswith("booking_") else ("", "", why)
    word, _colon, more = (part.strip() for part in told.partition(":"))
    said = [_(_BOOKINGS[fate])] if fate in _BOOKINGS else []
    if word in _WORDS:
        said.append(_(_WORDS[word]))
        # What a rule says is English; people write in their own language.
        said += [more] if more and fate != "booking_impossible" else []
    elif told and told != fate.removeprefix("booking_"):
        said.append(told)
    return " ".join(each if each.endswith((".", "!", "?")) else f"{each}." for each in said)
