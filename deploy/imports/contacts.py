"""The contact of an organisation as three columns, the same in every documented file."""

from collections.abc import Mapping

from deploy.imports.cells import Cells, RowRefused

COLUMNS = ("contact_name", "contact_email", "contact_phone")


def contact_of(cells: Cells) -> Mapping[str, str] | None:
    """The fields of `contracts.fields.Contact`, None where all three cells are empty."""
    name, email, phone = (cells.get(column, "") for column in COLUMNS)
    if not (name or email or phone):
        return None
    if not (name and email):
        raise RowRefused("a contact needs contact_name and contact_email, or none of the three")
    return {"name": name, "email": email, "phone": phone}
