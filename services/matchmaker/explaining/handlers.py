"""Why a slot is not proposed to a class, asked at any time, with the figures of now."""

import asyncio
from functools import partial

from contracts.errors import NotFound
from contracts.matchmaker.explanations import WhyNot
from contracts.matchmaker.proposals import ExplainWhyNot
from services.matchmaker.explaining.plans import Plans
from services.matchmaker.explaining.rules import is_seen, require_open
from services.matchmaker.explaining.store import find_standing
from services.matchmaker.explaining.supposing import suppose
from services.matchmaker.matching.explaining.why_not import already_proposed, why_not
from services.matchmaker.policy.store import read_only
from services.matchmaker.requests.rules import actors_of
from services.matchmaker.requests.store import find_class_request
from services.matchmaker.supply.store import find_slot, find_visit_offer
from services.work import Work


class Questions:
    """Owns the plans that one replica answers from."""

    def __init__(self) -> None:
        self.plans = Plans()

    async def explain_why_not(self, request: ExplainWhyNot, work: Work) -> WhyNot:
        """Why this slot is not proposed to this class, or that it is.

        Raises NotFound, RequestOver, SlotOver, TooManyRequests.
        """
        await read_only(work.connection)
        asked = await find_class_request(work.connection, request.class_request_id)
        if asked is None or not actors_of(work.caller, asked.school_uai):
            raise NotFound(thing="class request", id=str(request.class_request_id))
        slot = await find_slot(work.connection, request.slot_id)
        offer = await find_visit_offer(work.connection, slot.visit_offer_id) if slot else None
        if slot is None or offer is None or not is_seen(offer):
            raise NotFound(thing="slot", id=str(request.slot_id))
        stands = await find_standing(work.connection, asked.id, slot.id)
        if stands.explanation is not None:
            return already_proposed(asked.id, slot.id, stands.explanation, stands.state)
        require_open(asked, slot, offer, work.now)
        supposed = partial(suppose, request=asked, slot=slot, offer=offer, booking=stands.booking)
        plan = await self.plans.plan_for(work, supposed)
        return await asyncio.to_thread(why_not, plan, asked.id, slot.id, stands=stands.state)
