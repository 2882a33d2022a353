"""The demo's accounts, one a role, for the organisations that the main job gives something to see.

They are marked: where `passerelle run` says so (settings.demo_sign_in), a click on the sign-in page opens them.
"""

from contracts.gateway.accounts import CreateAccount, NewAccount
from contracts.vocabulary import Role
from deploy.demo.keys import DemoKeys
from deploy.operator import OPERATOR
from services.bus import Bus


def accounts_of(keys: DemoKeys) -> tuple[NewAccount, ...]:
    """The accounts of those whom the keys are for. Nobody's name, and addresses that nobody can have (RFC 2606)."""
    return (
        NewAccount(
            email="ines.fabre@demonstration.example",
            name="Inès Fabre",
            role=Role.TEACHER,
            organisation_id=keys.school_uai,
        ),
        NewAccount(
            email="marc.delmas@demonstration.example",
            name="Marc Delmas",
            role=Role.HEAD,
            organisation_id=keys.school_uai,
        ),
        NewAccount(
            email="lucie.roques@demonstration.example",
            name="Lucie Roques",
            role=Role.COMPANY,
            organisation_id=keys.company_id,
        ),
        NewAccount(
            email="samir.bousquet@demonstration.example",
            name="Samir Bousquet",
            role=Role.ASSOCIATION,
            organisation_id=keys.association_id,
        ),
        NewAccount(email="claire.vidal@demonstration.example", name="Claire Vidal", role=Role.COORDINATOR),
    )


async def make_accounts(bus: Bus, keys: DemoKeys) -> None:
    """Make them; doing it again, after it was cut short, makes none twice."""
    for new in accounts_of(keys):
        command = CreateAccount(account=new, demo=True)
        await bus.ask(command, OPERATOR, idempotency_key=f"demo-account-{new.role}-{new.organisation_id}")
