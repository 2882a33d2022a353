"""What a new account is given, and who may make and close which: the same as for keys; pure."""

from contracts.caller import Caller
from contracts.errors import Forbidden, Invalid, NotFound
from contracts.gateway.accounts import Account, NewAccount
from contracts.gateway.keys import NewApiKey
from services.gateway.auth.rules import ROLES_GRANTED, Grant, decide_grant
from services.gateway.notices.mail_rules import is_deliverable


def decide_account(new: NewAccount, caller: Caller) -> Grant:
    """For whom the account will act: whoever may make a key of that role may make an account of it.

    Raises Invalid naming the field, Forbidden, or ScopeMissing.
    """
    grant = decide_grant(NewApiKey(role=new.role, organisation_id=new.organisation_id), caller)
    if not is_deliverable(read_email(new.email)):
        raise Invalid.field(
            "email",
            "Give an address that mails can go to, such as camille@exemple.fr, without accents.",
            "Donnez une adresse à laquelle écrire, par exemple camille@exemple.fr, sans accents.",
        )
    return grant


def read_email(typed: str) -> str:
    """An address as it is kept: without the spaces around it."""
    return typed.strip()


def read_name(typed: str) -> str:
    """A person's name on one line, of characters that can be shown."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in typed).split())


def check_close(account: Account, caller: Caller) -> None:
    """Coordinators close anybody's, others those that they could have made; raises NotFound or Forbidden."""
    if caller.is_coordinator:
        return
    if not caller.acts_for(account.organisation, account.organisation_id):
        raise NotFound(thing="account", id=str(account.id))
    if account.role not in ROLES_GRANTED[caller.role]:
        raise Forbidden()
