"""Mail on this machine: into a folder, shown on a page, unless the environment names a mail server.

Whoever knows the page's address reads everybody's mail, so that a part of it is made at random and kept in the folder.
"""

import os
import secrets
from pathlib import Path

from deploy.embedded.data_folder import write_private

TOKEN_FILE = "mailbox-token"  # noqa: S105  the name of a file
SMTP_VARIABLE = "PASSERELLE_SMTP_URL"


def mail_settings(folder: Path, url: str) -> dict[str, str]:
    """The gateway's settings about mail; what the environment says of it goes first."""
    return {
        "PASSERELLE_MAIL_FOLDER": str(folder / "mailbox"),
        "PASSERELLE_MAILBOX_TOKEN": mailbox_token(folder),
        "PASSERELLE_PUBLIC_URL": os.environ.get("PASSERELLE_PUBLIC_URL", url),
    }


def mailbox_of(folder: Path, url: str) -> str:
    """Where the mails are shown, empty where they go to a server."""
    return "" if os.environ.get(SMTP_VARIABLE) else f"{url}/mailbox/{mailbox_token(folder)}"


def mailbox_token(folder: Path) -> str:
    """The secret part of the page's address, made on first use."""
    path = folder / TOKEN_FILE
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text().strip()
