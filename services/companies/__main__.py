"""`python -m services.companies` runs the service; with `migrate` it brings its schema up to date and ends."""

from services.companies.service import service
from services.runtime import main

main(service)
