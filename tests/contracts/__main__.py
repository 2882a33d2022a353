"""`make contracts`: write the golden files anew, unless that would hide an incompatible change.

`make contracts ARGS=--break` writes them all the same: right only while no message of the old form was ever sent
outside a developer's machine.
"""

import sys

from tests.contracts.goldens import write

if __name__ == "__main__":
    refusals = write(breaking="--break" in sys.argv[1:])
    if refusals:
        sys.exit("\n".join((*refusals, "Nothing was written.")))
