-- What every table owes the house, read from the catalogue: a new table that forgets something fails here by itself. The
-- rules are those that `hub doctor` asks an installation for, each with its reason.
begin;
\ir support/fixture.psql
select plan(23);

-- From the folder that run.sh goes to.
\set rules `cat ../../src/store/health/house_rules.sql`
create temporary table broken as :rules;

-- F016, F241, F248 are among them.
select is_empty(format('select object from broken where rule = %L', rule), rule)
  from unnest(array[
    'rights.row_security', 'rights.tenant_policy', 'rights.verb_policy', 'rights.recorded', 'rights.devices', 'rights.definer',
    'rights.view', 'rights.truncate', 'journal.tracking', 'journal.numbering', 'keys.organization', 'keys.pairs', 'keys.restrict',
    'indexes.foreign_key', 'privacy.unregistered', 'privacy.undecided', 'privacy.missing', 'privacy.domain', 'privacy.journal', 'tables.comment']) rule;
select is_empty('select rule, object from broken', 'nor is any rule broken that this list does not name');

-- Nobody sees more or less by it, but every plan suffers: to the planner such a test passes one row in 200.
select is_empty($$select polrelid::regclass, polname from pg_policy where pg_get_expr(polqual, polrelid) ~ '^\(\( SELECT [^()]+\(\) AS \w+\) IS NULL\)$'$$,
  'no policy is a test of a subquery for null');

-- New words wait in a list that every search reads.
select is_empty($$select c.oid::regclass from pg_class c
                   where c.relkind = 'i' and c.relnamespace = 'public'::regnamespace and pg_get_indexdef(c.oid) like '%USING gin (search%'
                     and not coalesce(c.reloptions, '{}') @> '{gin_pending_list_limit=64}'$$,
  'a search is as fast after many new rows');

select * from finish();
rollback;
