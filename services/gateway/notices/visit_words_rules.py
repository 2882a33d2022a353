"""What notices about bookings and their mediation say, in French and in English.

`{visit}` is the offer and its company, `{group}` the class with its numbers, `{when}` day and hours, `{because}` the
reason in a sentence of its own or nothing, `{by}` the last day to answer. Titles get class and day from `words_of`.
"""

from typing import NamedTuple


class Template(NamedTuple):
    """A title and a text, each in French and in English."""

    title_fr: str
    title_en: str
    text_fr: str
    text_en: str


VISIT_WORDS: dict[str, Template] = {
    "approval_asked": Template(
        "Visite à valider",
        "Visit to approve",
        "{group} souhaite visiter {visit}, {when}. Votre validation est attendue jusqu'au {by}.",
        "{group} would like to visit {visit}, {when}. Please approve it or refuse it by {by}.",
    ),
    "confirmation_asked": Template(
        "Visite à confirmer",
        "Visit to confirm",
        "{school} souhaite venir avec {group} : {visit}, {when}. Votre réponse est attendue jusqu'au {by}.",
        "{school} would like to come with {group}: {visit}, {when}. Please answer by {by}.",
    ),
    "booked_for_you": Template(
        "Visite demandée pour vous",
        "Visit requested for you",
        "La coordination a demandé pour {group} : {visit}, {when}.",
        "The coordinators requested for {group}: {visit}, {when}.",
    ),
    "approved": Template(
        "Visite validée par la direction",
        "Visit approved by the head",
        "La direction a validé : {visit}, {when}, pour {group}. L'entreprise doit encore confirmer, jusqu'au {by}.",
        "The head approved: {visit}, {when}, for {group}. The company still has to confirm, by {by}.",
    ),
    "refused": Template(
        "Visite refusée par la direction",
        "Visit refused by the head",
        "La direction a refusé : {visit}, {when}, pour {group}.{because}",
        "The head refused: {visit}, {when}, for {group}.{because}",
    ),
    "confirmed": Template(
        "Visite confirmée",
        "Visit confirmed",
        "C'est confirmé : {visit}, {when}, pour {group} de {school}.",
        "It is confirmed: {visit}, {when}, for {group} of {school}.",
    ),
    "ready": Template(
        "Visite prête",
        "Visit ready",
        "Tout le monde a dit oui : {visit}, {when}, pour {group} de {school}. {association} animera la visite.",
        "Everybody has said yes: {visit}, {when}, for {group} of {school}. {association} will mediate the visit.",
    ),
    "declined": Template(
        "Visite déclinée",
        "Visit declined",
        "L'entreprise ne peut pas recevoir {group} : {visit}, {when}.{because} La place est libérée.",
        "The company cannot receive {group}: {visit}, {when}.{because} The place is free again.",
    ),
    "impossible": Template(
        "Réservation impossible",
        "Booking not possible",
        "La proposition acceptée pour {group} n'a pas pu être réservée : {visit}, {when}. La place est prise, "
        "ou une règle s'y oppose. Une autre visite vous sera proposée si possible.",
        "The accepted proposal for {group} could not be booked: {visit}, {when}. The place went meanwhile, or a rule "
        "stands against it. Another visit will be proposed where there is one.",
    ),
    "expired_at_head": Template(
        "Demande de visite expirée",
        "Visit request expired",
        "La direction n'a pas répondu à temps : {visit}, {when}, pour {group}. La place est libérée.",
        "The head did not answer in time: {visit}, {when}, for {group}. The place is free again.",
    ),
    "expired_at_company": Template(
        "Demande de visite expirée",
        "Visit request expired",
        "L'entreprise n'a pas répondu à temps : {visit}, {when}, pour {group} de {school}. La place est libérée.",
        "The company did not answer in time: {visit}, {when}, for {group} of {school}. The place is free again.",
    ),
    "expired_offer": Template(
        "Place proposée expirée",
        "Offered place expired",
        "La place proposée n'a pas été prise à temps : {visit}, {when}, pour {group} de {school}.",
        "The offered place was not taken in time: {visit}, {when}, for {group} of {school}.",
    ),
    "expired_waiting": Template(
        "Attente sans suite",
        "Waiting in vain",
        "Aucune place ne s'est libérée à temps : {visit}, {when}, pour {group}.",
        "No place came free in time: {visit}, {when}, for {group}.",
    ),
    "cancelled": Template(
        "Visite annulée",
        "Visit cancelled",
        "La visite n'aura pas lieu : {visit}, {when}, pour {group} de {school}.{because}",
        "The visit will not take place: {visit}, {when}, for {group} of {school}.{because}",
    ),
    "moved_offered": Template(
        "Nouvelle date proposée",
        "New date offered",
        "La visite prévue {was} est déplacée : {visit}, {when}, pour {group}.{because} Réponse attendue jusqu'au {by}.",
        "The visit planned for {was} moves: {visit}, {when}, for {group}.{because} Please accept this date by {by}.",
    ),
    "moved_approval_asked": Template(
        "Visite déplacée, à valider",
        "Visit moved, to approve",
        "La visite prévue {was} est déplacée : {visit}, {when}, pour {group}. Validation attendue jusqu'au {by}.",
        "The visit planned for {was} moves: {visit}, {when}, for {group}. Please approve it or refuse it by {by}.",
    ),
    "moved_confirmation_asked": Template(
        "Visite déplacée, à confirmer",
        "Visit moved, to confirm",
        "{school} déplace la visite prévue {was} : {visit}, {when}, pour {group}. Réponse attendue jusqu'au {by}.",
        "{school} moves the visit planned for {was}: {visit}, {when}, for {group}. Please answer by {by}.",
    ),
    "moved": Template(
        "Visite déplacée",
        "Visit moved",
        "La visite prévue {was} est déplacée : {visit}, {when}, pour {group} de {school}.",
        "The visit planned for {was} moves: {visit}, {when}, for {group} of {school}.",
    ),
    "hours_changed": Template(
        "Nouvel horaire",
        "New hours",
        "L'horaire de la visite a changé : {visit}, maintenant {when}, pour {group} de {school}.",
        "The hours of the visit changed: {visit}, now {when}, for {group} of {school}.",
    ),
    "mediator_found": Template(
        "Médiation trouvée",
        "Mediator found",
        "{association} animera la visite : {visit}, {when}, pour {group} de {school}.",
        "{association} will mediate the visit: {visit}, {when}, for {group} of {school}.",
    ),
    "waitlisted": Template(
        "Classe en attente",
        "Class waiting",
        "{school} attend une place pour {group} : {visit}, {when}. Un groupe ou un créneau de plus l'aiderait.",
        "{school} waits for a place for {group}: {visit}, {when}. One more group or slot would help.",
    ),
    "passed_over": Template(
        "Liste d'attente : place passée au suivant",
        "Waiting list: place passed on",
        "Une place s'est libérée, mais pas pour {group} : {visit}, {when}. {why} Votre rang ne change pas.",
        "A place came free, but not for {group}: {visit}, {when}. {why} You keep your rank.",
    ),
    "offered": Template(
        "Une place pour vous",
        "A place for you",
        "Une place s'est libérée pour {group} : {visit}, {when}. Elle vous est gardée jusqu'au {by}.",
        "A place came free for {group}: {visit}, {when}. It is kept for you until {by}.",
    ),
    "completed": Template(
        "Visite faite",
        "Visit made",
        "La visite a eu lieu : {visit}, {when}, avec {group} de {school}.",
        "The visit took place: {visit}, {when}, with {group} of {school}.",
    ),
    "no_show": Template(
        "Visite manquée",
        "Visit missed",
        "La visite n'a pas eu lieu : {visit}, {when}, pour {group} de {school}. Absente : {absent}.{because}",
        "The visit did not take place: {visit}, {when}, for {group} of {school}. Absent: {absent}.{because}",
    ),
    "report_asked": Template(
        "Qui est venu ?",
        "Who came?",
        "Personne n'a dit comment la visite s'est passée : {visit}, {when}, {group} de {school}. "
        "Indiquez qui est venu : sans cela elle ne compte pas.",
        "Nobody reported on the visit: {visit}, {when}, {group} of {school}. "
        "Please say who came: it does not count otherwise.",
    ),
    "mediation_asked": Template(
        "Visite à animer",
        "Visit to mediate",
        "Votre médiation est souhaitée : {visit}, {when}, pour {group} de {school}. Réponse attendue jusqu'au {by}.",
        "Your mediation is wished for: {visit}, {when}, for {group} of {school}. Please answer by {by}.",
    ),
    "mediator_withdrew": Template(
        "Médiation retirée",
        "Mediator withdrew",
        "{association} ne peut plus animer la visite : {visit}, {when}, pour {group}.{because} "
        "Une autre association est recherchée.",
        "{association} can no longer mediate the visit: {visit}, {when}, for {group}.{because} "
        "Another association is looked for.",
    ),
    "mediation_expired": Template(
        "Demande de médiation expirée",
        "Mediation request expired",
        "Vous n'avez pas répondu à temps : {visit}, {when}, pour {group}. Une autre association est recherchée.",
        "You did not answer in time: {visit}, {when}, for {group}. Another association is looked for.",
    ),
    "mediation_cancelled": Template(
        "Médiation annulée",
        "Mediation cancelled",
        "Votre intervention n'aura pas lieu : {visit}, {when}, pour {group} de {school}.",
        "Your intervention will not take place: {visit}, {when}, for {group} of {school}.",
    ),
    "mediation_not_found": Template(
        "Pas de médiation trouvée",
        "No mediator found",
        "Aucune association à proximité ne peut animer la visite : {visit}, {when}, pour {group} de {school}. "
        "Elle peut avoir lieu sans médiation, ou être déplacée.",
        "No association within reach can mediate the visit: {visit}, {when}, for {group} of {school}. "
        "It may take place without a mediator, or be moved.",
    ),
    "remind_approval": Template(
        "Rappel : visite à valider",
        "Reminder: visit to approve",
        "{group} attend toujours votre validation : {visit}, {when}. Sans réponse, la demande expire le {by}.",
        "{group} still waits for your approval: {visit}, {when}. Without an answer the request expires on {by}.",
    ),
    "remind_confirmation": Template(
        "Rappel : visite à confirmer",
        "Reminder: visit to confirm",
        "{school} attend toujours votre réponse pour {group} : {visit}, {when}. Sans elle, la demande expire le {by}.",
        "{school} still waits for your answer for {group}: {visit}, {when}. Without one the request expires on {by}.",
    ),
    "remind_mediation": Template(
        "Rappel : visite à animer",
        "Reminder: visit to mediate",
        "Votre réponse est toujours attendue : {visit}, {when}, pour {group} de {school}, jusqu'au {by}.",
        "Your answer is still awaited: {visit}, {when}, for {group} of {school}, by {by}.",
    ),
    "visit_to_prepare": Template(
        "Visite à préparer",
        "Visit to prepare",
        "La visite approche : {visit}, {when}, avec {group} de {school}.{checklist}",
        "The visit draws near: {visit}, {when}, with {group} of {school}.{checklist}",
    ),
    "visit_ahead": Template(
        "Visite imminente",
        "Visit ahead",
        "C'est pour bientôt : {visit}, {when}, avec {group} de {school}.{checklist}",
        "It is soon: {visit}, {when}, with {group} of {school}.{checklist}",
    ),
}
