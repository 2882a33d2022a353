"""From a company's new slot to the proposals that it brings, with a region of M's size standing, through all services.

The region is written into the matchmaker's tables and matched once, so that proposals stand. Then one company with
many sites opens slots over HTTP, each where a class waits that can take it by the facts. The clock runs from before
the request is sent until the proposal is committed in the matchmaker's database, asked every few ms; it is judged by
the median of rounds, of each of which the worst sample of a hundred counts.
`python -m tests.benchmarks.offer_to_proposal` measures one round, for development.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from uuid import UUID

from services.matchmaker.matching.inputs import Opening
from tests.benchmarks import region_tables
from tests.benchmarks.figures import Figure, informative, judged, median, quantile
from tests.benchmarks.offer_stage import PATIENCE_S, POLL_S, Stage, a_stage, choose, match_region

SAMPLES, ROUNDS, TOGETHER = 100, 3, 20
# Between two slots while the whole region is matched: enough for what one leaves behind.
BREATH_S = 0.5


async def open_one(stage: Stage) -> float:
    """Open a slot; how long until a visit of it is proposed, in ms."""
    (opening,) = await choose(stage, 1)
    began = time.perf_counter()
    slot_id = await _open_slot(stage, opening)
    while not await stage.admin.fetchval(_IS_PROPOSED, slot_id):
        # Who has waited so long is counted as that, and shows in the figure.
        if time.perf_counter() - began > PATIENCE_S:
            stage.missed += 1
            break
        await asyncio.sleep(POLL_S)
    return (time.perf_counter() - began) * 1000


async def open_several(stage: Stage, number: int) -> float:
    """Open slots at once; how long until all of them are matched, in ms.

    Not each of them need be proposed then: the class that could take one may have found a better one meanwhile.
    """
    openings = await choose(stage, number)
    began = time.perf_counter()
    slots = await asyncio.gather(*(_open_slot(stage, opening) for opening in openings))
    async with asyncio.timeout(PATIENCE_S):
        while await stage.admin.fetchval(_TAKEN_UP, [str(slot_id) for slot_id in slots]) < number:
            await asyncio.sleep(POLL_S)
    return (time.perf_counter() - began) * 1000


async def open_while_matching(stage: Stage) -> list[float]:
    """Open slots one after another while the whole region is matched; how long until each was matched, in ms."""
    matching = asyncio.create_task(match_region(stage))
    times_ms = []
    while not matching.done():
        times_ms.append(await open_several(stage, 1))
        await asyncio.sleep(BREATH_S)
    await matching
    return times_ms


_IS_PROPOSED = "select exists (select from matchmaker.visit_proposal where slot_id = $1)"
_TAKEN_UP = """
select count(distinct thing_id) from matchmaker.match_change
where kind = 'slot' and thing_id = any($1::text[]) and turn is not null
"""


async def _open_slot(stage: Stage, opening: Opening) -> UUID:
    slot = region_tables.slot_of(opening)
    new = {
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "groups": slot.groups,
        "pupils_per_group": slot.pupils_per_group,
    }
    began = time.perf_counter()
    answer = await stage.company.post(f"/v1/visit-offers/{opening.offer_id}/slots", json=new)
    stage.posted_ms.append((time.perf_counter() - began) * 1000)
    return UUID(answer.raise_for_status().json()["id"])


async def turns_ms(stage: Stage) -> dict[str, list[float]]:
    """What the turns that moved something say of themselves: how long they loaded, solved and stored."""
    rows = await stage.admin.fetch(_TURNS)
    return {part: [row[part] for row in rows] for part in ("loading", "solving", "storing")}


_TURNS = """
select (document ->> 'loading_ms')::float8 as loading, (document ->> 'solving_ms')::float8 as solving,
    (document ->> 'storing_ms')::float8 as storing
from matchmaker.match_run where document ->> 'trigger' = 'event' order by started_at
"""


async def run(rounds: int) -> list[Figure]:
    """The figures of so many rounds."""
    # A short path: PostgreSQL's socket lies in it.
    with tempfile.TemporaryDirectory(prefix="passerelle-bench-") as folder:
        async with a_stage(Path(folder)) as stage:
            began_s = time.perf_counter()
            await match_region(stage)
            match_s = time.perf_counter() - began_s
            standing = await stage.admin.fetchval("select count(*) from matchmaker.visit_proposal")
            after_run_ms = await open_one(stage)
            await stage.quiet()
            one_by_one = [[await open_one(stage) for _ in range(SAMPLES)] for _ in range(rounds)]
            turns, posted_ms = await turns_ms(stage), stage.posted_ms[1:]
            together_ms = [await open_several(stage, TOGETHER) for _ in range(rounds)]
            resident_mib = stage.resident_mib()
            await stage.quiet()
            meanwhile_ms = await open_while_matching(stage)
            return [
                judged(
                    "offer_to_proposal_p99_ms_M",
                    median([quantile(each, 0.99) for each in one_by_one]),
                    "ms",
                    "<=",
                    1000,
                ),
                informative("offer_to_proposal_p50_ms_M", median([median(each) for each in one_by_one]), "ms"),
                informative("offer_to_proposal_worst_ms_M", max(map(max, one_by_one)), "ms"),
                informative("offer_to_proposal_after_run_ms_M", after_run_ms, "ms"),
                informative(f"offer_to_proposal_{TOGETHER}_together_ms_M", median(together_ms), "ms"),
                informative("offer_to_proposal_while_matching_p50_ms_M", median(meanwhile_ms), "ms"),
                informative("offer_to_proposal_while_matching_worst_ms_M", max(meanwhile_ms), "ms"),
                informative("offer_to_proposal_post_p50_ms_M", median(posted_ms), "ms"),
                *(
                    informative(f"offer_to_proposal_{part}_p50_ms_M", median(each), "ms")
                    for part, each in turns.items()
                ),
                informative("offer_to_proposal_whole_match_s_M", match_s, "s"),
                informative("offer_to_proposal_missed_M", stage.missed, "slots"),
                informative("offer_to_proposal_standing_M", standing, "proposals"),
                informative("offer_to_proposal_matchmaker_mib_M", resident_mib, "MiB"),
            ]


async def measure() -> list[Figure]:
    """The figures of a new slot in a region of M's size."""
    return await run(ROUNDS)


def main() -> None:
    """Measure one round and print; no goal is judged by so little."""
    for figure in asyncio.run(run(1)):
        print(f"{figure.name:45} {figure.value:12,.1f} {figure.unit}")  # noqa: T201  a person reads it


if __name__ == "__main__":
    main()
