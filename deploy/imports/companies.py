"""Companies and their sites, one site a row; what the first row of a SIREN says of the company counts.

A new company becomes known but not yet approved; a row loaded again changes nothing. Delimiter ; or , in UTF-8. A
sample is deploy/imports/samples/companies.csv.

  siret                  required  14 digits; the first nine are the company's SIREN
  name                   required  the company's name
  commune                required  INSEE code of the site's commune, such as 31555 (not the postal code)
  activity_code                    NAF code, such as 28.22Z
  activity_nomenclature            naf_rev2 or naf_2025; needed beside a code
  site_name                        the site's name; without it the commune's
  address                          street and number
  latitude, longitude              degrees, WGS 84; without them the town hall's
  description, website
  contact_name, contact_email, contact_phone
  fictional                        yes for an invented company
"""

from collections.abc import Sequence

from contracts.companies.profiles import CompanyRow, ImportCompanies
from contracts.identifiers import check_commune, check_siret
from contracts.reference.codes import check_activity_code
from deploy.imports.cells import Cells, flag, identifier, made, number, required
from deploy.imports.contacts import contact_of
from deploy.imports.layout import Layout, Source


def read_company(cells: Cells) -> CompanyRow:
    """A row of the documented file."""
    for column in ("siret", "commune"):
        required(cells, column)
    nomenclature = cells.get("activity_nomenclature", "")
    activity = identifier(cells, "activity_code", lambda code: check_activity_code(code, nomenclature).code)
    return made(
        CompanyRow,
        {
            "siret": identifier(cells, "siret", check_siret),
            "name": required(cells, "name"),
            "commune": identifier(cells, "commune", check_commune),
            "activity_code": activity,
            "activity_nomenclature": nomenclature,
            "site_name": cells.get("site_name", ""),
            "address": cells.get("address", ""),
            "latitude": number(cells, "latitude"),
            "longitude": number(cells, "longitude"),
            "description": cells.get("description", ""),
            "website": cells.get("website", ""),
            "contact": contact_of(cells),
            "fictional": flag(cells, "fictional"),
        },
    )


def command(rows: Sequence[CompanyRow]) -> ImportCompanies:
    """The command that loads some companies."""
    return ImportCompanies(rows=tuple(rows))


COMPANIES = Source(
    name="companies",
    layouts=(Layout("the documented file", ("siret", "name", "commune"), read_company),),
    key=lambda row: f"SIRET {row.siret}",
    command=command,
    batch=200,
)
