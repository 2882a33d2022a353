-- One service's role and schema in the current database; run by an administrator, once per service, harmless when repeated.
-- Expects the session settings passerelle.service and passerelle.password.
do $$
declare
  service text := current_setting('passerelle.service');
  password text := current_setting('passerelle.password');
begin
  if not exists (select from pg_roles where rolname = service) then
    execute format('create role %I', service);
  end if;
  execute format('alter role %I login password %L connection limit 40', service, password);
  execute format('alter role %I set search_path = %I', service, service);
  -- A transaction that was forgotten holds locks and keeps the outbox from being read in order.
  execute format('alter role %I set idle_in_transaction_session_timeout = %L', service, '60s');

  execute format('create schema if not exists %I authorization %I', service, service);
  execute format('grant connect, temporary on database %I to %I', current_database(), service);
end
$$;
