"""What a company and a school feel on the demo region at rest, and what the copy costs its machine.

Times are taken by the user, over HTTP, from before the company's request is sent: they include
everything, the poll that sees the effect (every 5 ms) too.
"""

import asyncio
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from contracts.reference.calendar import is_school_day
from tests.benchmarks.copy import Copy
from tests.benchmarks.figures import Figure, informative, judged, median, quantile

SAMPLES = 100
STARTS = 3
POLL_S = 0.005
PATIENCE_S = 10
REST_S = 5
# Beyond every date of the demo region, so that only our own slots fit our own classes.
FIRST_WEEK = 20


async def measure() -> list[Figure]:
    """The figures of the main job."""
    with tempfile.TemporaryDirectory(prefix="passerelle-bench-") as folder:
        data = Path(folder) / "data"
        async with Copy(data) as copy:
            keys = await copy.keys()
            await asyncio.sleep(REST_S)
            resident = copy.resident_mib()
            proposals = await _slots_to_proposals(copy.url, keys)
            lags = await _slots_to_search(copy.url, keys)
        starts = [await _second_start(data) for _ in range(STARTS)]
    return [
        judged("slot_to_proposal_p50_ms", median(proposals), "ms", "<=", 500),
        judged("slot_to_proposal_p99_ms", quantile(proposals, 0.99), "ms", "<=", 2000),
        informative("projection_lag_p50_ms", median(lags), "ms"),
        judged("projection_lag_p99_ms", quantile(lags, 0.99), "ms", "<=", 250),
        judged("ready_s", median(starts), "s", "<=", 6),
        judged("rss_mib", sum(resident.values()), "MiB", "<=", 400),
        *(informative(f"rss_{name}_mib", value, "MiB") for name, value in resident.items()),
    ]


async def _second_start(data: Path) -> float:
    async with Copy(data) as copy:
        return copy.ready_s


def _school_days(number: int) -> list[date]:
    day = datetime.now(UTC).date() + timedelta(weeks=FIRST_WEEK)
    days: list[date] = []
    while len(days) < number:
        if is_school_day(day):
            days.append(day)
        day += timedelta(days=1)
    return days


async def _slots_to_proposals(url: str, keys: dict[str, str]) -> list[float]:
    """From the POST of a slot to its proposal in the school's list, in ms, one after another."""
    company, school = _client(url, keys["COMPANY_KEY"]), _client(url, keys["SCHOOL_KEY"])
    async with company, school:
        offer, level = await _new_offer(company, keys)
        samples = []
        for number, day in enumerate(_school_days(SAMPLES)):
            request = await _answer(
                school.post(
                    f"/v1/schools/{keys['SCHOOL_UAI']}/class-requests",
                    json={
                        "level": level,
                        "pupils": 20,
                        "adults": 2,
                        "class_name": f"essai {number}",
                        "from_date": day.isoformat(),
                        "until_date": day.isoformat(),
                        "max_travel_minutes": 240,
                    },
                )
            )
            began = time.perf_counter()
            slot = await _open_slot(company, offer, day)
            path = "/v1/visit-proposals"
            wanted = {"class_request": request["id"], "state": "proposed"}
            await _until_seen(school, path, wanted, "slot_id", slot["id"])
            samples.append((time.perf_counter() - began) * 1000)
    return samples


async def _slots_to_search(url: str, keys: dict[str, str]) -> list[float]:
    """From the POST of a slot to its place in the search, in ms, one after another."""
    company, school = _client(url, keys["COMPANY_KEY"]), _client(url, keys["SCHOOL_KEY"])
    async with company, school:
        offer, level = await _new_offer(company, keys)
        samples = []
        for day in _school_days(SAMPLES):
            began = time.perf_counter()
            slot = await _open_slot(company, offer, day)
            wanted = {"level": level, "from": day.isoformat(), "until": day.isoformat(), "limit": "100"}
            await _until_seen(school, "/v1/visits", wanted, "slot", slot["id"])
            samples.append((time.perf_counter() - began) * 1000)
    return samples


def _client(url: str, key: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=20)


async def _answer(awaited: Any) -> Any:
    response = await awaited
    response.raise_for_status()
    return response.json()


async def _new_offer(company: httpx.AsyncClient, keys: dict[str, str]) -> tuple[str, str]:
    """A published offer of the company for the school's level."""
    offers = await _answer(company.get(f"/v1/companies/{keys['COMPANY_ID']}/visit-offers"))
    known = next(one for one in offers["items"] if one["state"] == "published")
    level = "3E" if "3E" in known["levels"] else known["levels"][0]
    new = {
        "site_id": known["site_id"],
        "title": "Visite de mesure",
        "themes": known["themes"],
        "levels": [level],
        "publish": True,
    }
    path = f"/v1/companies/{keys['COMPANY_ID']}/visit-offers"
    return (await _answer(company.post(path, json=new)))["id"], level


async def _open_slot(company: httpx.AsyncClient, offer: str, day: date) -> Any:
    starts_at = datetime(day.year, day.month, day.day, 8, 30, tzinfo=UTC).isoformat()
    return await _answer(company.post(f"/v1/visit-offers/{offer}/slots", json={"starts_at": starts_at}))


async def _until_seen(client: httpx.AsyncClient, path: str, wanted: dict[str, str], field: str, slot_id: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            for item in (await _answer(client.get(path, params=wanted)))["items"]:
                found = item[field]
                if (found["id"] if isinstance(found, dict) else found) == slot_id:
                    return
            await asyncio.sleep(POLL_S)
