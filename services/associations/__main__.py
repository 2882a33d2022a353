"""`python -m services.associations [migrate]`."""

from services.associations.service import service
from services.runtime import main

main(service)
