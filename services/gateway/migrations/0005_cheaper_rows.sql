-- What follows a booking writes less: documents and facts are read whole far more often than looked into, so that they
-- are kept as they come.
alter table entry alter column document type json using document::json;
alter table notice alter column facts type json using facts::json;

-- Most changes touch nothing that an index holds: with some room in its page a row is changed there, and no index is.
-- No index may look at the state, then, which moves most.
drop index entry_suspended;
create index entry_suspended on entry (id) where kind = 'company' and not public;
alter table entry set (fillfactor = 90);
alter table search_slot set (fillfactor = 90);
