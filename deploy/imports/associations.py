"""Associations of science mediation, one a row.

A new association becomes known but not yet approved; a row loaded again changes nothing. Delimiter ; or , in UTF-8. A
sample is deploy/imports/samples/associations.csv.

  name                   required  the association's name
  commune                required  INSEE code of its seat, such as 31555 (not the postal code)
  rna                              W and 9 characters; rna or siren is required
  siren                            9 digits, for an association without RNA
  address                          street and number
  latitude, longitude              degrees, WGS 84; without them the town hall's
  themes                           separated by |, such as robotics|energy, from: aerospace, agri_food,
                                   automotive_rail, chemistry_materials, construction_wood, digital,
                                   electronics, energy, health_biotech, logistics, mechanics_metal,
                                   robotics, textile_leather, water_waste
  departments                      where it goes, separated by |, such as 31|32
  partners_wanted                  how many companies it can work with, 3 where empty
  description, website
  contact_name, contact_email, contact_phone
  fictional                        yes for an invented association
"""

from collections.abc import Sequence

from contracts.associations.profiles import ImportAssociations, NewAssociation
from contracts.identifiers import check_commune, check_rna, check_siren
from deploy.imports.cells import Cells, RowRefused, flag, identifier, made, number, required, whole_number, words
from deploy.imports.contacts import contact_of
from deploy.imports.layout import Layout, Source


def read_association(cells: Cells) -> NewAssociation:
    """A row of the documented file."""
    required(cells, "commune")
    rna, siren = identifier(cells, "rna", check_rna), identifier(cells, "siren", check_siren)
    if not (rna or siren):
        raise RowRefused("columns rna and siren are both empty: give one of the two")
    partners = whole_number(cells, "partners_wanted")
    return made(
        NewAssociation,
        {
            "name": required(cells, "name"),
            "commune": identifier(cells, "commune", check_commune),
            "rna": rna,
            "siren": siren,
            "address": cells.get("address", ""),
            "latitude": number(cells, "latitude"),
            "longitude": number(cells, "longitude"),
            "themes": words(cells, "themes"),
            "departments": words(cells, "departments"),
            "description": cells.get("description", ""),
            "website": cells.get("website", ""),
            "contact": contact_of(cells),
            **({} if partners is None else {"partners_wanted": partners}),
            "fictional": flag(cells, "fictional"),
        },
    )


def command(rows: Sequence[NewAssociation]) -> ImportAssociations:
    """The command that loads some associations."""
    return ImportAssociations(rows=tuple(rows))


ASSOCIATIONS = Source(
    name="associations",
    layouts=(Layout("the documented file", ("name", "commune"), read_association),),
    key=lambda row: row.rna or f"SIREN {row.siren}",
    command=command,
    batch=200,
)
