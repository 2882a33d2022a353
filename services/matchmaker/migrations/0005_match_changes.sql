-- What changed since visits were last matched, and in which turn it was taken up.

-- Ids say nothing of the order of commits: a change is waiting as long as it has no turn, whatever its id.
create table match_change (
    id bigint generated always as identity primary key,
    kind text not null,
    thing_id text not null,
    turn bigint,
    noted_at timestamptz not null default now()
);
create index match_change_waiting on match_change (id) where turn is null;
create index match_change_turn on match_change (turn) where turn is not null;
create index match_change_noted on match_change (noted_at);

-- One row a turn. A turn that was rolled back is not here, so that whoever has it in memory knows that it never was; its
-- number is hardly ever given again, and its moment never. `whole`: all of the region was matched.
create table match_turn (
    turn bigint generated always as identity primary key,
    whole boolean not null,
    taken_at timestamptz not null
);
create index match_turn_whole on match_turn (turn) where whole;

-- An event reads what has to do with the things that changed, never a whole table.
create index class_request_school on class_request (school_uai) where state = 'open';
create index slot_offer on slot (visit_offer_id);
create index capacity_association on capacity (association_id) where state = 'published';
create index visit_proposal_waiting on visit_proposal (id) where state in ('proposed', 'accepted');
create index visit_proposal_slot on visit_proposal (slot_id) where state in ('proposed', 'accepted');
create index visit_proposal_capacity on visit_proposal (capacity_id)
    where state in ('proposed', 'accepted') and capacity_id is not null;
create index booking_slot on booking (((document ->> 'slot_id')::uuid));
create index visit_offer_company on visit_offer (company_id);
