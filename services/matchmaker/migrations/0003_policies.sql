-- What the Region decided about matching: every version with who changed it, when and why.

create table policy (
    version int primary key,
    changed_at timestamptz not null,
    document jsonb not null
);

create function refuse_to_forget() returns trigger language plpgsql as $$
begin
    raise exception 'a version of the policy is never changed nor deleted: add the next one';
end
$$;
create trigger policy_only_grows before update or delete on policy
    for each row execute function refuse_to_forget();

-- The first one, which Passerelle starts with; later defaults of the code do not change what it was.
insert into policy (version, changed_at, document)
values (1, now(), $${
    "id": "019a0000-0000-7000-8000-000000000001",
    "version": 1,
    "reason": "La politique avec laquelle Passerelle commence. · The policy that Passerelle starts with.",
    "settings": {
        "weights": {
            "theme": 0.30, "travel": 0.30, "fill": 0.10, "role_model": 0.10, "freshness": 0.05,
            "under_reached": 0.25, "first_visit": 0.30, "stay": 0.10, "mediator_distance": 0.05,
            "level": 0.15, "closeness": 0.30, "mediation_need": 0.20, "job_needs": 0.10, "availability": 0.10,
            "answers": 0.10, "first_partner_company": 0.15, "first_partner_association": 0.30
        },
        "floor_share": 0.9,
        "floors": [],
        "under_reached_by": ["priority_education", "rural", "far_from_industry"],
        "far_from_industry_minutes": 45,
        "reserved_share": 0.0,
        "reserved_until_days": 21,
        "monthly_contacts": 8
    }
}$$::jsonb || jsonb_build_object('changed_at', now()));
