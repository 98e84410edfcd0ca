-- New words wait in a list that every search reads from its beginning, up to 4 MB of it: after some thousand new rows a
-- search took three times as long. 64 kB, the least that Postgres allows, are put in order by whoever fills them.
do $$
declare
  index regclass;
begin
  for index in
    select i.indexrelid::regclass
      from pg_index i join pg_class c on c.oid = i.indexrelid
     where c.relkind = 'i' and c.relnamespace = 'public'::regnamespace and pg_get_indexdef(i.indexrelid) like '% USING gin (search)%'
  loop
    execute format('alter index %s set (gin_pending_list_limit = 64)', index);
  end loop;
end $$;
