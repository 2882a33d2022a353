"""`python -m services.matchmaker [migrate]`."""

from services.matchmaker.service import service
from services.runtime import main

main(service)
