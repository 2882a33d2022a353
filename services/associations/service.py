"""The whole choreography of associations: who asks what, what is followed, what falls due."""

from contracts.associations.capacities import ChangeCapacity, GetCapacity, MoveCapacity, PublishCapacity
from contracts.associations.interventions import GetIntervention, MoveIntervention
from contracts.associations.partnerships import GetPartnership, MovePartnership
from contracts.associations.profiles import (
    ChangeAssociation,
    GetAssociation,
    ImportAssociations,
    MoveAssociation,
    RegisterAssociation,
)
from contracts.companies.bookings import BOOKING_EVENTS
from contracts.matchmaker.mediations import MediationNamed
from contracts.matchmaker.proposals import PartnershipProposalAgreed
from services.associations.capacities import handlers as capacities
from services.associations.interventions import handlers as interventions
from services.associations.partnerships import handlers as partnerships
from services.associations.profiles import handlers as profiles
from services.runtime import Service

service = Service(
    name="associations",
    answers={
        RegisterAssociation: profiles.register,
        ImportAssociations: profiles.import_rows,
        ChangeAssociation: profiles.change,
        MoveAssociation: profiles.move,
        GetAssociation: profiles.get,
        PublishCapacity: capacities.publish,
        ChangeCapacity: capacities.change,
        MoveCapacity: capacities.move,
        GetCapacity: capacities.get,
        MovePartnership: partnerships.move,
        GetPartnership: partnerships.get,
        MoveIntervention: interventions.move,
        GetIntervention: interventions.get,
    },
    follows={
        PartnershipProposalAgreed: partnerships.make,
        MediationNamed: interventions.ask,
        **dict.fromkeys(BOOKING_EVENTS, interventions.follow_booking),
    },
    timers={
        capacities.PERIOD_OVER: capacities.expire,
        interventions.ANSWER_DUE: interventions.expire,
    },
)
