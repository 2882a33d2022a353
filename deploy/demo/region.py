"""An invented region on real communes: the same for the same seed and day, wherever it is made.

Every organisation is fictional and says so (`fictional`, and in its description); its identifiers come from ranges that
nobody has (identities.py). The communes, the school calendar and the job codes are real.
"""

from datetime import date

from deploy.demo import story
from deploy.demo.associations import make_associations
from deploy.demo.chance import stream
from deploy.demo.companies import make_companies
from deploy.demo.model import Region
from deploy.demo.schools import make_schools
from deploy.demo.sources import company_ideas
from deploy.demo.visits import make_offers
from deploy.demo.wishes import make_wishes

# The region that `passerelle run` and `passerelle demo` show.
SEED = 2026


def make_region(today: date, seed: int = SEED) -> Region:
    """The region as it looks on that day; its visits lie 3 to 14 weeks later.

    Raises `contracts.reference.calendar.OutsideCalendar` where the school calendar does not reach that far.
    """
    ideas = company_ideas()
    offers = make_offers(seed, today, tuple(idea for idea in ideas if idea.name != story.COMPANY))
    companies = make_companies(seed, today, ideas, offers)
    waiting = story.make_school(today, stream(seed, "story"))
    hero = next(each for each in companies if each.company.name == story.COMPANY)
    return Region(
        seed=seed,
        today=today,
        companies=companies,
        associations=make_associations(seed, today),
        schools=(*make_wishes(seed, today, make_schools(seed), companies), waiting),
        story=story.make_story(hero, waiting, today),
    )
