"""Plain words for the states and actions of contracts/machines.py, in French, and how a state looks."""

from services.gateway.web.language import mark as _

# By the machine whose state it is (contracts/machines.py).
STATES: dict[str, dict[str, str]] = {
    "organisation": {
        "shadow": _("Repérée"),
        "claimed": _("En attente d’approbation"),
        "approved": _("Approuvée"),
        "suspended": _("Suspendue"),
    },
    "job need": {
        "draft": _("Brouillon"),
        "in_review": _("En relecture"),
        "published": _("Publié"),
        "filled": _("Pourvu"),
        "expired": _("Expiré"),
        "withdrawn": _("Retiré"),
    },
    "visit offer": {
        "draft": _("Brouillon"),
        "in_review": _("En relecture"),
        "published": _("Publiée"),
        "paused": _("En pause"),
        "rejected": _("Rejetée"),
        "archived": _("Archivée"),
    },
    "slot": {
        "open": _("Ouvert"),
        "full": _("Complet"),
        "closed": _("Fermé"),
        "cancelled": _("Annulé"),
        "done": _("Passé"),
    },
    "booking": {
        "requested": _("À valider par la direction"),
        "approved": _("À confirmer par l’entreprise"),
        "confirmed": _("Confirmée"),
        "refused": _("Refusée par la direction"),
        "declined": _("Déclinée par l’entreprise"),
        "waitlisted": _("En liste d’attente"),
        "offered": _("Place proposée"),
        "cancelled": _("Annulée"),
        "rescheduled": _("Déplacée"),
        "expired": _("Sans réponse à temps"),
        "completed": _("Réalisée"),
        "no_show": _("N’a pas eu lieu"),
        "presumed_done": _("Présumée réalisée"),
        "impossible": _("Plus possible"),
    },
    "capacity": {"published": _("Publiée"), "withdrawn": _("Retirée"), "expired": _("Expirée")},
    "partnership": {"agreed": _("Convenu"), "active": _("En cours"), "closed": _("Terminé")},
    "intervention": {
        "requested": _("À accepter"),
        "accepted": _("Acceptée"),
        "declined": _("Déclinée"),
        "withdrawn": _("Retirée"),
        "expired": _("Sans réponse à temps"),
        "cancelled": _("Annulée"),
        "done": _("Réalisée"),
    },
    "class request": {"open": _("Ouverte"), "withdrawn": _("Retirée"), "expired": _("Expirée")},
    "visit proposal": {
        "proposed": _("Proposée"),
        "accepted": _("Acceptée"),
        "booked": _("Réservée"),
        "declined": _("Déclinée"),
        "expired": _("Sans réponse à temps"),
        "withdrawn": _("Retirée"),
    },
    "partnership proposal": {
        "proposed": _("Proposé"),
        "accepted_by_company": _("Accepté par l’entreprise"),
        "accepted_by_association": _("Accepté par l’association"),
        "agreed": _("Convenu"),
        "declined": _("Décliné"),
        "expired": _("Sans réponse à temps"),
        "withdrawn": _("Retiré"),
    },
    "match run": {
        "requested": _("Demandé"),
        "solving": _("En calcul"),
        "sweeping": _("En assemblage"),
        "completed": _("Terminé"),
        "failed": _("Échoué"),
    },
}

# What a button says; some say more where they stand.
ACTIONS: dict[str, str] = {
    "accept": _("Accepter"),
    "approve": _("Approuver"),
    "archive": _("Archiver"),
    "book": _("Réserver"),
    "cancel": _("Annuler"),
    "change": _("Modifier"),
    "close": _("Fermer"),
    "complete": _("Indiquer les présents"),
    "confirm": _("Confirmer"),
    "decline": _("Décliner"),
    "fill": _("Déclarer pourvu"),
    "no-show": _("La visite n’a pas eu lieu"),
    "pause": _("Mettre en pause"),
    "publish": _("Publier"),
    "refuse": _("Refuser"),
    "reject": _("Rejeter"),
    "reopen": _("Rouvrir"),
    "reschedule": _("Déplacer"),
    "resume": _("Reprendre"),
    "start": _("Démarrer"),
    "still-valid": _("Toujours valable"),
    "suspend": _("Suspendre"),
    "wait": _("Rejoindre la liste d’attente"),
    "withdraw": _("Retirer"),
}

# How a state looks: good, warn (somebody has to act) or bad; the others are quiet. A kind's own goes first.
LOOKS: dict[str, str] = {
    # The head said yes, and the company is still to answer.
    "booking approved": "warn",
    "visit proposal accepted": "warn",
    **dict.fromkeys(("approved", "confirmed", "published", "open", "accepted", "booked", "agreed", "active"), "good"),
    **dict.fromkeys(("completed", "done"), "good"),
    **dict.fromkeys(("requested", "claimed", "in_review", "offered", "proposed", "accepted_by_company"), "warn"),
    **dict.fromkeys(("accepted_by_association", "waitlisted", "presumed_done", "solving", "sweeping"), "warn"),
    **dict.fromkeys(("refused", "declined", "rejected", "cancelled", "failed", "no_show", "suspended"), "bad"),
    **dict.fromkeys(("impossible",), "bad"),
}
