"""A company with an offer and a slot, and a school, each with somebody who reads pages."""

from dataclasses import dataclass
from typing import Any

from contracts.vocabulary import Role
from tests.given import Region, a_company, a_school, a_site, a_slot, an_offer, body, until
from tests.reading import Reader

CLASS = {"level": "3E", "pupils": 24, "adults": 2, "class_name": "3e B"}
SCRIPT = '<script>alert("ha")</script>'


@dataclass
class Stage:
    """A company with an offer and a slot, and a school, each with somebody who reads pages."""

    region: Region
    company: Any
    offer: Any
    slot: Any
    uai: str
    teacher: Reader
    industrialist: Reader
    api: Any
    school_api: Any

    @property
    def book(self) -> str:
        """Where the slot is booked."""
        return f"/visits/{self.slot['id']}/book"

    async def head(self) -> Reader:
        """Somebody who reads as the head of the school."""
        return await self.region.browse(Role.HEAD, self.uai)

    async def booked(self, **typed: Any) -> str:
        """The path of a booking of the slot, made on its page."""
        sheet = await self.teacher.read(self.book)
        done = await self.teacher.send(sheet, self.book, **(CLASS | typed))
        assert done.path.startswith("/bookings/"), done.text
        return done.path

    async def approving(self) -> None:
        """From now on the head approves what the school books."""
        head = await self.region.sign_in(Role.HEAD, self.uai)
        body(await head.patch(f"/v1/schools/{self.uai}", json={"head_approves": True}))


async def a_stage(region: Region, weeks: int = 8, groups: int = 1, **offer: Any) -> Stage:
    coordinator = await region.sign_in(Role.COORDINATOR)
    company = await a_company(coordinator)
    api = await region.sign_in(Role.COMPANY, company["id"])
    site = await a_site(api, company)
    offered = await an_offer(api, company, site, **offer)
    uai = await a_school(region)
    return Stage(
        region=region,
        company=company,
        offer=offered,
        slot=await a_slot(api, offered, weeks, groups=groups),
        uai=uai,
        teacher=await region.browse(Role.TEACHER, uai),
        industrialist=await region.browse(Role.COMPANY, company["id"]),
        api=api,
        school_api=await region.sign_in(Role.TEACHER, uai),
    )


async def shown(reader: Reader, path: str, text: str) -> Any:
    """The page once it says that; lists follow what happens within a fraction of a second."""

    async def says() -> Any:
        sheet = await reader.read(path)
        return sheet if text in sheet.text else None

    return await until(says)
