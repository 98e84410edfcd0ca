-- What every table owes the house, read from the catalogue: each row is a rule that is broken, and by what. The tests of
-- the schema expect none; `hub doctor` asks an installation the same.
with tenant_tables as (
  -- Tables with a tenant, and the column that holds it. The three left out may have no tenant.
  select c.relname::text as table_name, a.attname::text as tenant, c.oid as relation
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
     and a.attname = case c.relname when 'organizations' then 'id' else 'organization_id' end
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
     and c.relname not in ('sessions', 'encryption_keys', 'audit_log')
),
columns as (
  select c.relname::text as table_name, a.attname::text as column_name, a.atttypid, a.attnum
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
   where a.attnum > 0 and not a.attisdropped
)
-- F016: row security is enabled and forced on every table but the public registry.
select 'rights.row_security' as rule, c.relname::text as object
  from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'data_classes'
   and c.relname !~ '^_' and not (c.relrowsecurity and c.relforcerowsecurity)

union all
-- Every tenant table has the restrictive tenant policy, for reading and for writing.
select 'rights.tenant_policy', t.table_name
  from tenant_tables t
 where not exists (select from pg_policy p where p.polrelid = t.relation and p.polname = 'tenant'
                      and not p.polpermissive and p.polcmd = '*'
                      and pg_get_expr(p.polqual, p.polrelid) ~ 'app\.org\(\)'
                      and pg_get_expr(p.polwithcheck, p.polrelid) ~ 'app\.org\(\)')

union all
-- Every tenant table has a policy for each verb.
select 'rights.verb_policy', t.table_name || ': ' || case verb when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end
  from tenant_tables t, unnest(array['r', 'a', 'w', 'd']) verb
 where not exists (select from pg_policy p where p.polrelid = t.relation and p.polpermissive and p.polcmd::text = verb)

union all
-- The rules of every tenant table are recorded: the live fan-out goes by them.
select 'rights.recorded', t.table_name
  from tenant_tables t
 where not exists (select from app.access a where a.table_name = t.table_name and a.verb = 'select')

union all
-- Every tenant table is tracked in the journal.
select 'journal.tracking', t.table_name
  from tenant_tables t
 where t.table_name not in (select table_name from live.tracked)
    or 3 > (select count(*) from pg_trigger g where g.tgrelid = t.relation and g.tgname ~ '^z_track_[iud]$' and g.tgenabled = 'O')

union all
-- Commits are numbered when they are committed.
select 'journal.numbering', 'live.commits'
 where not exists (select from pg_trigger g where g.tgrelid = 'live.commits'::regclass and g.tgname = 'number_commit'
                      and g.tgenabled = 'O' and g.tgdeferrable and g.tginitdeferred)

union all
-- Every tenant row goes with its organization: by a key to it, or to a parent of the same organization that the row cannot
-- be without.
select 'keys.organization', t.table_name
  from tenant_tables t
 where t.tenant = 'organization_id'
   and not exists (
     select from pg_constraint k
      where k.conrelid = t.relation and k.contype = 'f' and k.confdeltype = 'c'
        and k.conkey[1] = (select attnum from pg_attribute where attrelid = t.relation and attname = t.tenant)
        and (k.confrelid = 'organizations'::regclass
             or (select bool_and(a.attnotnull) from pg_attribute a where a.attrelid = t.relation and a.attnum = any (k.conkey))))

union all
-- No row can hang under a parent of another tenant: references to tenant rows are pairs.
select 'keys.pairs', t.table_name || ': ' || k.conname
  from pg_constraint k
  join tenant_tables t on t.relation = k.conrelid
  join tenant_tables p on p.relation = k.confrelid and p.tenant = 'organization_id'
 where k.contype = 'f' and array_length(k.conkey, 1) < 2

union all
-- Nothing inside a tenant is RESTRICT: it would fire in the middle of the tenant's deletion.
select 'keys.restrict', t.table_name || ': ' || k.conname
  from pg_constraint k
  join tenant_tables t on t.relation = k.conrelid
 where k.contype = 'f' and k.confdeltype = 'r' and k.confrelid <> 'users'::regclass

union all
-- The live fan-out goes by the recorded rules, which know no devices; so what is closed to devices must not be on a topic
-- that a device may join.
select 'rights.devices', t.table_name
  from live.tracked t join pg_policy p on p.polrelid = to_regclass(t.table_name)
 where p.polname = 'no_devices' and t.topics ~ '\mevent:'

union all
-- F248: a foreign key without an index makes every delete of its parent a scan.
select 'indexes.foreign_key', c.relname || ': ' || k.conname
  from pg_constraint k
  join pg_class c on c.oid = k.conrelid and c.relnamespace = 'public'::regnamespace
 where k.contype = 'f' and c.relname !~ '^_'
   and not exists (
     select from pg_index i
      where i.indrelid = k.conrelid and i.indisvalid and i.indkey[0] = any (k.conkey)
        and (array_length(k.conkey, 1) = 1
             or i.indkey[0] <> (select attnum from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'organization_id')
             or i.indkey[1] = any (k.conkey)))
   and k.conkey <> array[(select attnum from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'created_by')]

union all
-- F241: nobody adds a sealed or secret column without saying whose it is and how it is erased.
select 'privacy.unregistered', c.table_name || '.' || c.column_name
  from columns c
 where c.column_name ~ '(_enc|_bidx|token_hash|password_hash|code_hash|_secret)$'
   and not exists (select from data_classes d where d.table_name = c.table_name and d.column_name = c.column_name)

union all
-- Whatever could hold words about somebody is decided on: JSON anywhere, and free text beside columns that are personal.
select 'privacy.undecided', c.table_name || '.' || c.column_name
  from columns c
 where c.table_name !~ '^_'
   and (c.atttypid = 'jsonb'::regtype
        or c.atttypid in ('text'::regtype, 'text[]'::regtype, to_regtype('citext'))
           and exists (select from data_classes d where d.table_name = c.table_name and d.subject_path <> '-')
           -- A list of words that are allowed, or a form, leaves no room for others.
           and not exists (select from pg_constraint k
                            where k.conrelid = to_regclass(format('public.%I', c.table_name)) and k.contype = 'c' and k.conkey = array[c.attnum]
                              and pg_get_constraintdef(k.oid) ~ 'ANY|~'))
   and not exists (select from data_classes d where d.table_name = c.table_name and d.column_name = c.column_name)
   and not exists (select from app.impersonal i where i.table_name = c.table_name and c.column_name = any (i.column_names))

union all
-- Nothing is registered that does not exist: an erasure would fail on it.
select 'privacy.missing', d.table_name || '.' || d.column_name
  from data_classes d
 where not exists (select from columns c where c.table_name = d.table_name and c.column_name = d.column_name)

union all
-- Sealed columns and blind indexes have their domains, which refuse plain text.
select 'privacy.domain', c.table_name || '.' || c.column_name
  from columns c
 where (c.column_name ~ '_enc$' and c.atttypid <> 'sealed'::regtype)
    or (c.column_name ~ '_bidx$' and c.atttypid <> 'blind_index'::regtype)

union all
-- No secret column enters the journal.
select 'privacy.journal', t.table_name || '.' || d.column_name
  from live.tracked t
  join data_classes d on d.table_name = t.table_name and d.class = 'secret'
 where d.column_name <> all (t.omitted)

union all
-- Functions that look past row security belong to app_definer and pin their search path.
select 'rights.definer', p.oid::regprocedure::text
  from pg_proc p
 where p.pronamespace in ('app'::regnamespace, 'live'::regnamespace) and p.prosecdef
   and (p.proowner <> 'app_definer'::regrole or not coalesce(p.proconfig::text ~ 'search_path=.*pg_temp', false))
   -- ANALYZE is for the owner of the tables; this one reads no row for its caller.
   and p.oid is distinct from to_regprocedure('app.analyze_guests()')

union all
-- Every table and view says what it is for.
select 'tables.comment', c.relname::text
  from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and c.relname !~ '^_|^pg_|^tap_'
   and obj_description(c.oid, 'pg_class') is null

union all
-- Views read with the rights of whoever reads them.
select 'rights.view', c.relname::text
  from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind = 'v' and c.relname !~ '^pg_|^tap_'
   and not coalesce(c.reloptions::text ~ 'security_invoker=true', false)

union all
-- The hub's logins cannot truncate: no journal would know of it.
select 'rights.truncate', t.table_name || ': ' || m.rolname
  from tenant_tables t, pg_roles m
 where m.rolname in ('hub_app', 'hub_worker') and has_table_privilege(m.rolname, t.relation, 'truncate')
order by 1, 2
