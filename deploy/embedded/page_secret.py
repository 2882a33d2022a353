"""What the pages of this machine's gateway sign their forms with: made at random, and kept, so that a page that was
open while Passerelle was started anew can still be sent.
"""

import secrets
from pathlib import Path

from deploy.embedded.data_folder import write_private

SECRET_FILE = "page-secret"  # noqa: S105  the name of a file


def page_secret(folder: Path) -> str:
    """The secret, made on first use."""
    path = folder / SECRET_FILE
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text().strip()
