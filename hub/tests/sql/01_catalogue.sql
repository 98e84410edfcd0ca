-- What every table owes the house, read from the catalogue: a new table that forgets something fails here by itself.
begin;
\ir support/fixture.psql
select plan(18);

-- F016: the list of tables without row security is empty.
select is_empty($$
  select c.relname from pg_class c
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'data_classes'
     and c.relname !~ '^_' and not (c.relrowsecurity and c.relforcerowsecurity)
$$, 'row security is enabled and forced on every table but the public registry');

select is_empty($$
  select t.table_name from fixture.tenant_tables t
   where not exists (select from pg_policy p where p.polrelid = t.relation and p.polname = 'tenant'
                        and not p.polpermissive and p.polcmd = '*'
                        and pg_get_expr(p.polqual, p.polrelid) ~ 'app\.org\(\)'
                        and pg_get_expr(p.polwithcheck, p.polrelid) ~ 'app\.org\(\)')
$$, 'every tenant table has the restrictive tenant policy, for reading and for writing');

select is_empty($$
  select t.table_name, verb from fixture.tenant_tables t, unnest(array['r', 'a', 'w', 'd']) verb
   where not exists (select from pg_policy p
                      where p.polrelid = t.relation and p.polpermissive and p.polcmd::text = verb)
$$, 'every tenant table has a policy for each verb');

select is_empty($$
  select t.table_name from fixture.tenant_tables t
   where not exists (select from app.access a where a.table_name = t.table_name and a.verb = 'select')
$$, 'the rules of every tenant table are recorded');

select is_empty($$
  select t.table_name from fixture.tenant_tables t
   where t.table_name not in (select table_name from live.tracked)
      or 3 > (select count(*) from pg_trigger g where g.tgrelid = t.relation and g.tgname ~ '^z_track_[iud]$' and g.tgenabled = 'O')
$$, 'every tenant table is tracked in the journal');

select is_empty($$
  select t.table_name from fixture.tenant_tables t
   where t.tenant = 'organization_id'
     and not exists (
       -- to the organization, or to a parent of the same organization that the row cannot be without
       select from pg_constraint k
        where k.conrelid = t.relation and k.contype = 'f' and k.confdeltype = 'c'
          and k.conkey[1] = (select attnum from pg_attribute where attrelid = t.relation and attname = t.tenant)
          and (k.confrelid = 'organizations'::regclass
               or (select bool_and(a.attnotnull) from pg_attribute a where a.attrelid = t.relation and a.attnum = any (k.conkey))))
$$, 'every tenant row goes with its organization');

select is_empty($$
  select k.conrelid::regclass, k.conname from pg_constraint k
    join fixture.tenant_tables t on t.relation = k.conrelid
    join fixture.tenant_tables p on p.relation = k.confrelid and p.tenant = 'organization_id'
   where k.contype = 'f' and array_length(k.conkey, 1) < 2
$$, 'no row can hang under a parent of another tenant: references to tenant rows are pairs');

select is_empty($$
  select k.conrelid::regclass, k.conname from pg_constraint k
    join fixture.tenant_tables t on t.relation = k.conrelid
   where k.contype = 'f' and k.confdeltype = 'r' and k.confrelid <> 'users'::regclass
$$, 'nothing inside a tenant is RESTRICT: it would fire in the middle of the tenant''s deletion');

-- The live fan-out goes by the recorded rules, which know no devices; so what is closed to devices must not be on a
-- topic that a device may join.
select is_empty($$
  select t.table_name from live.tracked t join pg_policy p on p.polrelid = t.table_name::regclass
   where p.polname = 'no_devices' and t.topics ~ '\mevent:'
$$, 'tables closed to devices are on no event''s topic');

-- F248: a foreign key without an index makes every delete of its parent a scan.
select is_empty($$
  select k.conrelid::regclass, k.conname from pg_constraint k
    join pg_class c on c.oid = k.conrelid and c.relnamespace = 'public'::regnamespace
   where k.contype = 'f' and c.relname !~ '^_'
     and not exists (
       select from pg_index i
        where i.indrelid = k.conrelid and i.indkey[0] = any (k.conkey)
          and (array_length(k.conkey, 1) = 1
               or i.indkey[0] <> (select attnum from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'organization_id')
               or i.indkey[1] = any (k.conkey)))
     and k.conkey <> array[(select attnum from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'created_by')]
$$, 'every foreign key has an index, but created_by');

-- F241: nobody adds a sealed or secret column without saying whose it is and how it is erased.
select is_empty($$
  select c.relname, a.attname from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
   where not a.attisdropped and a.attname ~ '(_enc|_bidx|token_hash|password_hash|code_hash|_secret)$'
     and not exists (select from data_classes d where d.table_name = c.relname and d.column_name = a.attname)
$$, 'every sealed or secret column is registered');

select is_empty($$
  select d.table_name, d.column_name from data_classes d
   where not exists (select from pg_attribute a join pg_class c on c.oid = a.attrelid
                      where c.relnamespace = 'public'::regnamespace and c.relname = d.table_name
                        and a.attname = d.column_name and not a.attisdropped)
$$, 'nothing is registered that does not exist');

select is_empty($$
  select c.relname, a.attname from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
   where not a.attisdropped and ((a.attname ~ '_enc$' and a.atttypid <> 'sealed'::regtype)
                              or (a.attname ~ '_bidx$' and a.atttypid <> 'blind_index'::regtype))
$$, 'sealed columns and blind indexes have their domains, which refuse plain text');

select is_empty($$
  select t.table_name, d.column_name from live.tracked t
    join data_classes d on d.table_name = t.table_name and d.class = 'secret'
   where d.column_name <> all (t.omitted)
$$, 'no secret column enters the journal');

select is_empty($$
  select p.oid::regprocedure from pg_proc p
   where p.pronamespace in ('app'::regnamespace, 'live'::regnamespace) and p.prosecdef
     and (p.proowner <> 'app_definer'::regrole or not coalesce(p.proconfig::text ~ 'search_path=.*pg_temp', false))
     -- ANALYZE is for the owner of the tables; this one reads no row for its caller.
     and p.oid <> 'app.analyze_guests()'::regprocedure
$$, 'functions that look past row security belong to app_definer and pin their search path');

select is_empty($$
  select c.relname from pg_class c
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and c.relname !~ '^_|^pg_|^tap_'
     and obj_description(c.oid, 'pg_class') is null
$$, 'every table and view says what it is for');

select is_empty($$
  select c.relname from pg_class c
   where c.relnamespace = 'public'::regnamespace and c.relkind = 'v' and c.relname !~ '^pg_|^tap_'
     and not coalesce(c.reloptions::text ~ 'security_invoker=true', false)
$$, 'views read with the rights of whoever reads them');

select is_empty($$
  select t.table_name, m.rolname from fixture.tenant_tables t, pg_roles m
   where m.rolname in ('hub_app', 'hub_worker') and has_table_privilege(m.rolname, t.relation, 'truncate')
$$, 'the hub''s logins cannot truncate');

select * from finish();
rollback;
