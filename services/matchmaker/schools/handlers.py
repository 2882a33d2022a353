"""Schools: loading the official directory, what a school decides for itself, and telling of one school."""

from contracts.caller import Caller
from contracts.errors import Forbidden, Invalid, NotFound, NotYours
from contracts.matchmaker.schools import (
    ChangeSchoolSettings,
    GetSchool,
    ImportSchools,
    School,
    SchoolChanged,
    SchoolRegistered,
)
from contracts.message import ImportReport, RefusedRow
from services.matchmaker.runs.changes import ChangeKind, note_change
from services.matchmaker.schools.rules import (
    changed_settings,
    describe_school,
    may_change_settings,
    next_version,
    shown_to,
)
from services.matchmaker.schools.store import find_school, list_schools, upsert_schools
from services.work import Work


def _require_coordinator(caller: Caller) -> None:
    if not caller.is_coordinator:
        raise Forbidden()


async def import_schools(request: ImportSchools, work: Work) -> ImportReport:
    """Load rows of the directory: the good ones are kept, the bad ones named."""
    _require_coordinator(work.caller)
    refused = []
    told: dict[str, School] = {}
    for number, row in enumerate(request.schools):
        try:
            school = describe_school(row, work.new_id())
        except Invalid as error:
            reason = "; ".join(f"{f.field}: {f.message.en}" for f in error.fields)
            refused.append(RefusedRow(row=number, reason=reason))
            continue
        if school.uai in told:
            refused.append(RefusedRow(row=number, reason=f"uai: {school.uai} stands twice here"))
            continue
        told[school.uai] = school
    known = await list_schools(work.connection, told)
    created = [school for uai, school in told.items() if uai not in known]
    changed = [
        renewed for uai, school in told.items() if uai in known and (renewed := next_version(known[uai], school))
    ]
    await upsert_schools(work.connection, [*created, *changed])
    work.announce(*(SchoolRegistered(school=school) for school in created))
    work.announce(*(SchoolChanged(school=school) for school in changed))
    note_change(work, ChangeKind.SCHOOL, *(school.uai for school in changed))
    return ImportReport(
        created=len(created),
        changed=len(changed),
        unchanged=len(told) - len(created) - len(changed),
        refused=tuple(refused),
    )


async def change_settings(request: ChangeSchoolSettings, work: Work) -> School:
    """Change what a school decides for itself; raises NotFound, NotYours, Outdated, Invalid."""
    school = await find_school(work.connection, request.uai, lock=True)
    if school is None:
        raise NotFound(thing="school", id=request.uai)
    if not may_change_settings(work.caller, school.uai):
        raise NotYours()
    work.expect(school)
    changed = changed_settings(school, request.settings)
    if changed is not school:
        await upsert_schools(work.connection, [changed])
        work.announce(SchoolChanged(school=changed))
    return shown_to(changed, work.caller)


async def get(request: GetSchool, work: Work) -> School:
    """One school; the directory is public, but not whom to write to."""
    school = await find_school(work.connection, request.uai)
    if school is None:
        raise NotFound(thing="school", id=request.uai)
    return shown_to(school, work.caller)
