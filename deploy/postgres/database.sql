-- Nobody may do anything in the current database but those named in service.sql.
do $$
begin
  execute format('revoke all on database %I from public', current_database());
end
$$;
revoke all on schema public from public;
