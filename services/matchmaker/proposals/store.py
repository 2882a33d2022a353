"""The tables `visit_proposal` and `partnership_proposal`."""

from uuid import UUID

from contracts.fields import Contact
from contracts.matchmaker.explanations import Explanation
from contracts.matchmaker.proposals import PartnershipProposal, VisitProposal
from contracts.message import decoder_of
from services.work import Connection

_VISIT = "select document from visit_proposal where id = $1"
_VISIT_LOCKED = _VISIT + " for update"
_PARTNERSHIP = "select document from partnership_proposal where id = $1"
_PARTNERSHIP_LOCKED = _PARTNERSHIP + " for update"


async def find_visit_proposal(connection: Connection, proposal_id: UUID, *, lock: bool = False) -> VisitProposal | None:
    """One visit proposal; `lock` holds its row until the end of the transaction."""
    text = await connection.fetchval(_VISIT_LOCKED if lock else _VISIT, proposal_id)
    return decoder_of(VisitProposal).decode(text) if text else None


async def list_standing_of_request(connection: Connection, request_id: UUID) -> tuple[VisitProposal, ...]:
    """The proposals of one class that await an answer, locked in the order of id."""
    rows = await connection.fetch(
        "select document from visit_proposal where class_request_id = $1 and state = 'proposed' order by id for update",
        request_id,
    )
    return tuple(decoder_of(VisitProposal).decode(row["document"]) for row in rows)


async def insert_visit_proposal(
    connection: Connection,
    proposal: VisitProposal,
    capacity_id: UUID | None,
    explanation: Explanation,
) -> None:
    """Write a new visit proposal with its explanation."""
    await connection.execute(
        "insert into visit_proposal (id, version, class_request_id, slot_id, school_uai,"
        " company_id, capacity_id, state, document, explanation)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        proposal.id,
        proposal.version,
        proposal.class_request_id,
        proposal.slot_id,
        proposal.school_uai,
        proposal.company_id,
        capacity_id,
        proposal.state,
        proposal,
        explanation,
    )


async def update_visit_proposal(
    connection: Connection, proposal: VisitProposal, capacity_id: UUID | None = None
) -> bool:
    """Write a proposal's next version; False where somebody else moved it meanwhile.

    `capacity_id` is given where another mediator is meant; left out, it stays.
    """
    changed = await connection.execute(
        "update visit_proposal set version = $2, state = $3, document = $4,"
        " capacity_id = coalesce($5, capacity_id) where id = $1 and version = $2 - 1",
        proposal.id,
        proposal.version,
        proposal.state,
        proposal,
        capacity_id,
    )
    return changed == "UPDATE 1"


async def find_visit_explanation(connection: Connection, proposal_id: UUID) -> Explanation | None:
    """Why a visit was proposed."""
    text = await connection.fetchval("select explanation from visit_proposal where id = $1", proposal_id)
    return decoder_of(Explanation).decode(text) if text else None


async def find_partnership_proposal(
    connection: Connection, proposal_id: UUID, *, lock: bool = False
) -> PartnershipProposal | None:
    """One partnership proposal; `lock` holds its row until the end of the transaction."""
    text = await connection.fetchval(_PARTNERSHIP_LOCKED if lock else _PARTNERSHIP, proposal_id)
    return decoder_of(PartnershipProposal).decode(text) if text else None


async def list_open_partnership_proposals(
    connection: Connection,
) -> tuple[PartnershipProposal, ...]:
    """The partnership proposals that wait for an answer of one side or both."""
    rows = await connection.fetch(
        "select document from partnership_proposal"
        " where state in ('proposed', 'accepted_by_company', 'accepted_by_association')"
        " order by id"
    )
    decode = decoder_of(PartnershipProposal).decode
    return tuple(decode(row["document"]) for row in rows)


async def insert_partnership_proposal(
    connection: Connection, proposal: PartnershipProposal, explanation: Explanation
) -> None:
    """Write a new partnership proposal with its explanation."""
    await connection.execute(
        "insert into partnership_proposal (id, version, company_id, association_id, state,"
        " changed_at, document, explanation) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        proposal.id,
        proposal.version,
        proposal.company_id,
        proposal.association_id,
        proposal.state,
        proposal.changed_at,
        proposal,
        explanation,
    )


async def update_partnership_proposal(connection: Connection, proposal: PartnershipProposal) -> bool:
    """Write a proposal's next version; False where somebody else moved it meanwhile."""
    changed = await connection.execute(
        "update partnership_proposal set version = $2, state = $3, changed_at = $4, document = $5"
        " where id = $1 and version = $2 - 1",
        proposal.id,
        proposal.version,
        proposal.state,
        proposal.changed_at,
        proposal,
    )
    return changed == "UPDATE 1"


async def find_partnership_explanation(connection: Connection, proposal_id: UUID) -> Explanation | None:
    """Why a partnership was proposed."""
    text = await connection.fetchval("select explanation from partnership_proposal where id = $1", proposal_id)
    return decoder_of(Explanation).decode(text) if text else None


async def find_contacts(
    connection: Connection, company_id: UUID, association_id: UUID
) -> tuple[Contact | None, Contact | None]:
    """Whom to write to on both sides, as they are now."""
    row = await connection.fetchrow(
        "select (select document -> 'contact' from company where id = $1) as company,"
        " (select document -> 'contact' from association where id = $2) as association",
        company_id,
        association_id,
    )
    texts = (row["company"], row["association"]) if row else (None, None)
    company, association = (decoder_of(Contact | None).decode(text) if text else None for text in texts)
    return company, association
