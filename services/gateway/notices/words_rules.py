"""A notice's words: its template filled with its facts, in French and in English. Hours and days are those of Paris."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from contracts.companies.bookings import DeclineReason
from contracts.errors import Wording
from contracts.local_time import local
from contracts.vocabulary import LEVEL_LABELS
from services.gateway.notices.facts_rules import Facts
from services.gateway.notices.match_words_rules import MATCH_WORDS
from services.gateway.notices.visit_words_rules import VISIT_WORDS, Template

TEMPLATES: dict[str, Template] = VISIT_WORDS | MATCH_WORDS

_DAYS_FR = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_FR = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

# Words of closed lists that stand where people may also write freely.
REASONS: dict[str, Wording] = {
    DeclineReason.STAFF_AWAY: Wording(
        "nobody is there to receive the class", "personne n'est là pour recevoir la classe"
    ),
    DeclineReason.SITE_CLOSED: Wording("the site is closed", "le site est fermé"),
    DeclineReason.GROUP_DOES_NOT_FIT: Wording("the group does not fit", "le groupe ne convient pas"),
    DeclineReason.SAFETY: Wording("safety", "la sécurité"),
    DeclineReason.OTHER: Wording("another reason", "un autre motif"),
    "date": Wording("the date", "la date"),
    "distance": Wording("the distance", "la distance"),
    "theme": Wording("the theme", "le thème"),
    "cost": Wording("the cost", "le coût"),
    "already_done": Wording("done already", "déjà fait"),
    "no_capacity": Wording("no capacity left", "plus de capacité"),
    "better_match": Wording("another visit suits better", "une autre visite convient mieux"),
    "slot_unavailable": Wording("the date is no longer open", "la date n'est plus ouverte"),
}
_ABSENT = {"school": Wording("the class", "la classe"), "company": Wording("the company", "l'entreprise")}
_LATE = Wording(" Less than 14 days were left.", " Il restait moins de 14 jours.")


class Words(msgspec.Struct, frozen=True):
    """What a notice says."""

    title: Wording
    text: Wording


class Names(msgspec.Struct, frozen=True):
    """Names that the event did not carry, by the ids that it did; what nobody knows yet is left out."""

    companies: Mapping[object, str] = {}
    associations: Mapping[object, str] = {}
    schools: Mapping[object, str] = {}
    offers: Mapping[object, str] = {}


def words_of(kind: str, facts: Facts, names: Names) -> Words:
    """The words of one notice. What it names but nobody knows is written round, never left blank."""
    template = TEMPLATES[kind]
    fr, en = _french(facts, names), _english(facts, names)
    return Words(
        Wording(_title(template.title_en.format_map(en), en, ":"), _title(template.title_fr.format_map(fr), fr, " :")),
        Wording(_tidy(template.text_en.format_map(en)), _tidy(template.text_fr.format_map(fr))),
    )


def _title(what: str, fields: Mapping[str, str], colon: str) -> str:
    """What happened, to which class, on which day."""
    details = ", ".join(filter(None, (fields["class"], fields["day"])))
    return f"{what}{colon} {details}" if details else what


def _tidy(text: str) -> str:
    """The text without the double spaces that an empty field leaves; a line of a list keeps its break."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n"))


def _french(facts: Facts, names: Names) -> dict[str, str]:
    label = LEVEL_LABELS[facts.level][0] if facts.level else ""
    offer = facts.offer or names.offers.get(facts.visit_offer_id, "")
    company = facts.company or names.companies.get(facts.company_id, "") or "l'entreprise"
    association = facts.association or names.associations.get(facts.association_id, "") or "l'association"
    reason = _reason(facts.reason).fr
    return {
        "class": facts.class_name or label,
        "group": _group(
            facts.class_name, label, _count(facts.pupils, "élève"), _count(facts.adults, "adulte"), "la classe"
        ),
        "offer": f"« {offer} »" if offer else "une visite",
        "visit": f"« {offer} » chez {company}" if offer else f"une visite chez {company}",
        "company": company,
        "association": association,
        "organisation": company if facts.company_id else association,
        "school": facts.school or names.schools.get(facts.school_uai, "") or f"l'établissement {facts.school_uai}",
        "day": day_fr(facts.starts_at) if facts.starts_at else "",
        "when": f"{day_fr(facts.starts_at)}, {hours_fr(facts.starts_at, facts.ends_at)}" if facts.starts_at else "",
        "was": f"le {day_fr(facts.was_at)}" if facts.was_at else "auparavant",
        "by": last_day_fr(facts.answer_by) if facts.answer_by else "jour convenu",
        "because": (f" Motif : {reason}." if reason else "") + (_LATE.fr if facts.late else ""),
        "why": facts.why.fr if facts.why else "",
        "absent": _ABSENT[facts.absent].fr if facts.absent else "une partie",
        "checklist": "".join(
            f"\n- {item.words.fr}" + (f" (pour le {item.due:%d/%m/%Y})" if item.due else "") for item in facts.checklist
        ),
    }


def _english(facts: Facts, names: Names) -> dict[str, str]:
    label = LEVEL_LABELS[facts.level][1] if facts.level else ""
    offer = facts.offer or names.offers.get(facts.visit_offer_id, "")
    company = facts.company or names.companies.get(facts.company_id, "") or "the company"
    association = facts.association or names.associations.get(facts.association_id, "") or "the association"
    reason = _reason(facts.reason).en
    return {
        "class": facts.class_name or label,
        "group": _group(
            facts.class_name, label, _count(facts.pupils, "pupil"), _count(facts.adults, "adult"), "the class"
        ),
        "offer": f"“{offer}”" if offer else "a visit",
        "visit": f"“{offer}” at {company}" if offer else f"a visit at {company}",
        "company": company,
        "association": association,
        "organisation": company if facts.company_id else association,
        "school": facts.school or names.schools.get(facts.school_uai, "") or f"the school {facts.school_uai}",
        "day": day_en(facts.starts_at) if facts.starts_at else "",
        "when": f"{day_en(facts.starts_at)}, {hours_en(facts.starts_at, facts.ends_at)}" if facts.starts_at else "",
        "was": day_en(facts.was_at) if facts.was_at else "another day",
        "by": last_day_en(facts.answer_by) if facts.answer_by else "the date agreed",
        "because": (f" Reason: {reason}." if reason else "") + (_LATE.en if facts.late else ""),
        "why": facts.why.en if facts.why else "",
        "absent": _ABSENT[facts.absent].en if facts.absent else "one side",
        "checklist": "".join(
            f"\n- {item.words.en}" + (f" (by {item.due:%Y-%m-%d})" if item.due else "") for item in facts.checklist
        ),
    }


def _group(class_name: str, label: str, pupils: str, adults: str, nobody: str) -> str:
    """`3e B (Troisième, 24 élèves, 2 adultes)`: as much as is known of a class."""
    name = class_name or label or nobody
    details = ", ".join(filter(None, (label if class_name else "", pupils, adults)))
    return f"{name} ({details})" if details else name


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}" if number else ""


def _reason(text: str) -> Wording:
    """A reason in words: a word of a list in both languages, with what was written after its colon."""
    word, _, more = (part.strip() for part in text.partition(":"))
    known = REASONS.get(word)
    if known is None:
        plain = text.strip().rstrip(".")
        return Wording(plain, plain)
    return Wording(f"{known.en} ({more})", f"{known.fr} ({more})") if more else known


def day_fr(instant: datetime) -> str:
    """`mardi 1er septembre 2026`."""
    day = local(instant)
    number = "1er" if day.day == 1 else str(day.day)
    return f"{_DAYS_FR[day.weekday()]} {number} {_MONTHS_FR[day.month - 1]} {day.year}"


def day_en(instant: datetime) -> str:
    """`Tuesday 1 September 2026`."""
    day = local(instant)
    return f"{_DAYS_EN[day.weekday()]} {day.day} {_MONTHS_EN[day.month - 1]} {day.year}"


def hours_fr(starts_at: datetime, ends_at: datetime | None) -> str:
    """`9 h à 11 h 30`."""
    return " à ".join(
        f"{at.hour} h {at.minute:02d}".removesuffix(" 00") for at in map(local, filter(None, (starts_at, ends_at)))
    )


def hours_en(starts_at: datetime, ends_at: datetime | None) -> str:
    """`9:00 to 11:30`."""
    return " to ".join(f"{at.hour}:{at.minute:02d}" for at in map(local, filter(None, (starts_at, ends_at))))


def last_day_fr(deadline: datetime) -> str:
    """The last day on which a deadline can be met: one at midnight belongs to the day that ends with it."""
    return day_fr(deadline - timedelta(seconds=1))


def last_day_en(deadline: datetime) -> str:
    """As `last_day_fr`, in English."""
    return day_en(deadline - timedelta(seconds=1))
