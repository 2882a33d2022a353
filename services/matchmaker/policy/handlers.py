"""The policy: changed by a coordinator, tried before that, and read by everybody."""

from contracts.caller import Caller
from contracts.errors import Forbidden
from contracts.matchmaker.policies import (
    ChangePolicy,
    GetPolicy,
    ListPolicies,
    Policy,
    PolicyChanged,
    PolicyEffect,
    TryPolicy,
)
from contracts.message import Page
from services.matchmaker.policy.rules import change_policy, check_settings, shown_to
from services.matchmaker.policy.store import find_policy, insert_policy, list_policies, lock_policy, read_only
from services.matchmaker.policy.trying import try_settings
from services.matchmaker.runs.triggers import rematch_region
from services.work import Work


def _require_coordinator(caller: Caller) -> None:
    if not caller.is_coordinator:
        raise Forbidden()


async def change(request: ChangePolicy, work: Work) -> Policy:
    """Make the next version, and have all matched by it; raises Forbidden, Outdated, Invalid."""
    _require_coordinator(work.caller)
    known = await lock_policy(work.connection)
    work.expect(known)
    changed = change_policy(known, request.policy, work.caller, work.now)
    if changed is not known:
        await insert_policy(work.connection, changed)
        work.announce(PolicyChanged(policy=changed))
        rematch_region(work, "policy")
    return shown_to(changed, work.caller)


async def attempt(request: TryPolicy, work: Work) -> PolicyEffect:
    """What a policy would change; raises Forbidden, Invalid."""
    _require_coordinator(work.caller)
    check_settings(request.policy.settings)
    await read_only(work.connection)
    in_force = await find_policy(work.connection)
    return await try_settings(work.connection, in_force.settings, request.policy.settings, work.now)


async def get(request: GetPolicy, work: Work) -> Policy:
    """The policy in force, or the version asked for; how the matcher decides is public."""
    return shown_to(await find_policy(work.connection, request.policy_version), work.caller)


async def show_all(request: ListPolicies, work: Work) -> Page[Policy]:
    """The versions, the newest first; `next_cursor` is the `before_version` of the next page."""
    found = await list_policies(work.connection, request.before_version, request.limit + 1)
    shown = tuple(shown_to(policy, work.caller) for policy in found[: request.limit])
    return Page(items=shown, next_cursor=str(shown[-1].version) if len(found) > request.limit else None)
