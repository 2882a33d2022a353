"""The matching policy: what is in force, who changed it when and why, and what another one would change."""

from litestar import get, post, put
from litestar.params import FromPath, JSONBody

from contracts.caller import Scope
from contracts.errors import NotFound
from contracts.matchmaker.policies import (
    LAST_VERSION,
    ChangePolicy,
    GetPolicy,
    ListPolicies,
    NewPolicy,
    Policy,
    PolicyEffect,
    PolicyTrial,
    TryPolicy,
    Version,
)
from contracts.message import Page
from services.gateway.api.asking import Ask, Change
from services.gateway.api.listing import DEFAULT_LIMIT, Cursor, Limit
from services.gateway.api.once import Once
from services.gateway.directory.cursors import decode_cursor, encode_cursor

TAGS = ["Matching policy"]
# The whole region is matched twice, which takes seconds, where other questions take milliseconds.
TRIAL_TIMEOUT_S = 120.0


@get("/v1/policy", scope=Scope.READ, tags=TAGS)
async def get_policy(ask: Ask) -> Policy:
    """The policy in force: what matching weighs and guarantees."""
    return await ask(GetPolicy())


@put("/v1/policy", scope=Scope.MATCHING, tags=TAGS)
async def change_policy(data: JSONBody[NewPolicy], change: Change) -> Policy:
    """Set the policy as a whole, with the reason; by a coordinator. The region is matched again by it."""
    return await change(ChangePolicy(policy=data))


@get("/v1/policy/versions", scope=Scope.READ, tags=TAGS)
async def list_policy_versions(ask: Ask, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page[Policy]:
    """Every version of the policy, the newest first: what was decided, when, why, and (to the Region) by which key."""
    page = await ask(ListPolicies(before_version=decode_cursor(cursor, Version), limit=limit))
    more = page.next_cursor
    return Page(items=page.items, next_cursor=encode_cursor(int(more)) if more else None)


@get("/v1/policy/versions/{policy_version:int}", scope=Scope.READ, tags=TAGS)
async def get_policy_version(policy_version: FromPath[int], ask: Ask) -> Policy:
    """One version of the policy."""
    if not 1 <= policy_version <= LAST_VERSION:
        raise NotFound(thing="policy version", id=str(policy_version))
    return await ask(GetPolicy(policy_version=policy_version))


@post("/v1/policy/dry-run", scope=Scope.MATCHING, tags=TAGS, status_code=200)
async def try_policy(data: JSONBody[PolicyTrial], ask: Ask, once: Once) -> PolicyEffect:
    """Match the whole region by the policy in force and by this one, and say what would change; nothing changes."""
    query = TryPolicy(policy=data)
    return await once(query, PolicyEffect, lambda: ask(query, timeout_s=TRIAL_TIMEOUT_S))


routes = (get_policy, change_policy, list_policy_versions, get_policy_version, try_policy)
