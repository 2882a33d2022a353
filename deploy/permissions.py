"""Who there is: the services, the roles they have in PostgreSQL and the users they have in NATS.

What each may do is written where the servers read it: postgres/service.sql and nats/server.conf.
"""

SERVICES = ("gateway", "companies", "associations", "matchmaker")

# `operator` is the person at the command line; `provision` makes streams and consumers, which no service may.
NATS_USERS = (*SERVICES, "operator", "provision")
