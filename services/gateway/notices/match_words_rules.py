"""What notices about proposals, offers and organisations say, in French and in English.

Their fields are those of visit_words_rules.py.
"""

from services.gateway.notices.visit_words_rules import Template

MATCH_WORDS: dict[str, Template] = {
    "visit_proposed": Template(
        "Visite proposée",
        "Visit proposed",
        "Une visite convient à {group} : {visit}, {when}. {why} Répondez jusqu'au {by}.",
        "A visit suits {group}: {visit}, {when}. {why} Please answer by {by}.",
    ),
    "visit_proposal_withdrawn": Template(
        "Proposition de visite retirée",
        "Visit proposal withdrawn",
        "Cette proposition n'est plus possible pour {group} : {visit}, {when}.{because}",
        "This proposal is no longer possible for {group}: {visit}, {when}.{because}",
    ),
    "visit_proposal_expired": Template(
        "Proposition de visite expirée",
        "Visit proposal expired",
        "Vous n'avez pas répondu à temps pour {group} : {visit}, {when}.",
        "You did not answer in time for {group}: {visit}, {when}.",
    ),
    "class_request_expired": Template(
        "Souhait de visite échu",
        "Wish for a visit lapsed",
        "Les dates souhaitées pour {group} sont passées sans qu'une visite convienne. Vous pouvez refaire un souhait.",
        "The dates wished for {group} have passed without a visit that suits. You may wish anew.",
    ),
    "partnership_proposed": Template(
        "Partenariat proposé : {company} et {association}",
        "Partnership proposed: {company} and {association}",
        "Un partenariat est proposé entre {company} et {association}. {why} Répondez jusqu'au {by}.",
        "A partnership is proposed between {company} and {association}. {why} Please answer by {by}.",
    ),
    "partnership_answered": Template(
        "Partenariat : l'autre partie a dit oui",
        "Partnership: the other side said yes",
        "{company} et {association} : l'autre partie a accepté, votre réponse est attendue jusqu'au {by}.",
        "{company} and {association}: the other side accepted, your answer is awaited by {by}.",
    ),
    "remind_partnership": Template(
        "Rappel : partenariat proposé",
        "Reminder: partnership proposed",
        "{company} et {association} : votre réponse est toujours attendue, jusqu'au {by}.",
        "{company} and {association}: your answer is still awaited, by {by}.",
    ),
    "partnership_agreed": Template(
        "Partenariat conclu : {company} et {association}",
        "Partnership agreed: {company} and {association}",
        "{company} et {association} ont accepté de travailler ensemble. Le contact de l'autre partie vous est ouvert.",
        "{company} and {association} agreed to work together. You can read the other side's contact now.",
    ),
    "partnership_declined": Template(
        "Partenariat décliné",
        "Partnership declined",
        "{company} et {association} : le partenariat proposé a été décliné.{because}",
        "{company} and {association}: the proposed partnership was declined.{because}",
    ),
    "partnership_expired": Template(
        "Proposition de partenariat expirée",
        "Partnership proposal expired",
        "{company} et {association} : les réponses n'étaient pas toutes là à temps.",
        "{company} and {association}: not every answer came in time.",
    ),
    "partnership_withdrawn": Template(
        "Proposition de partenariat retirée",
        "Partnership proposal withdrawn",
        "{company} et {association} : la proposition n'est plus possible.{because}",
        "{company} and {association}: the proposal is no longer possible.{because}",
    ),
    "partnership_closed": Template(
        "Partenariat terminé",
        "Partnership closed",
        "{company} et {association} : le partenariat est terminé.{because}",
        "{company} and {association}: the partnership is closed.{because}",
    ),
    "offer_in_review": Template(
        "Offre de visite à relire : {offer}",
        "Visit offer to review: {offer}",
        "{company} a écrit l'offre {offer}, qui attend votre relecture.",
        "{company} wrote the offer {offer}, which waits for your review.",
    ),
    "offer_published": Template(
        "Offre de visite publiée : {offer}",
        "Visit offer published: {offer}",
        "Votre offre {offer} a été relue : elle est ouverte aux classes.",
        "Your offer {offer} was reviewed: it is open to classes.",
    ),
    "offer_rejected": Template(
        "Offre de visite à revoir : {offer}",
        "Visit offer to revise: {offer}",
        "Votre offre {offer} n'a pas été publiée.{because}",
        "Your offer {offer} was not published.{because}",
    ),
    "offer_paused": Template(
        "Offre de visite suspendue : {offer}",
        "Visit offer paused: {offer}",
        "Votre offre {offer} n'est plus proposée pour le moment.{because}",
        "Your offer {offer} is not proposed for now.{because}",
    ),
    "offer_archived": Template(
        "Offre de visite archivée : {offer}",
        "Visit offer archived: {offer}",
        "Votre offre {offer} n'est plus proposée.{because}",
        "Your offer {offer} is proposed no more.{because}",
    ),
    "offer_stale": Template(
        "Votre offre est-elle toujours valable ? {offer}",
        "Does your offer still hold? {offer}",
        "Personne n'a confirmé depuis six mois que l'offre {offer} est toujours valable. Confirmez-la ou corrigez-la.",
        "Nobody has confirmed for six months that the offer {offer} still holds. Please confirm or correct it.",
    ),
    "remind_stale": Template(
        "Rappel : votre offre est-elle toujours valable ? {offer}",
        "Reminder: does your offer still hold? {offer}",
        "L'offre {offer} attend toujours votre confirmation ; elle est moins proposée d'ici là.",
        "The offer {offer} still waits for your confirmation; it is proposed less until then.",
    ),
    "organisation_approved": Template(
        "Votre inscription est validée",
        "Your registration is approved",
        "{organisation} est validée sur Passerelle.",
        "{organisation} is approved on Passerelle.",
    ),
    "organisation_suspended": Template(
        "Votre inscription est suspendue",
        "Your registration is suspended",
        "{organisation} n'est plus proposée sur Passerelle.{because}",
        "{organisation} is no longer proposed on Passerelle.{because}",
    ),
}
