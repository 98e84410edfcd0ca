-- F015: with the application's own login and another house's ids, nothing is read and nothing is written, in any table.
begin;
\ir support/fixture.psql
select fixture.house('a'), fixture.house('b');

create table fixture.rows_of (table_name text, house text, row_key uuid, content jsonb);
do $$
declare t record; h text;
begin
  for t in select * from fixture.tenant_tables loop
    foreach h in array array['a', 'b'] loop
      execute format('insert into fixture.rows_of select %L, %L, r.%I, to_jsonb(r) from %I r where r.%I = %L',
                     t.table_name, h, t.row_key, t.table_name, t.tenant, fixture.id(h, 'organization'));
    end loop;
  end loop;
end $$;

create view fixture.parents as
  select distinct t.table_name, a.attname::text as parent_key
    from fixture.tenant_tables t
    join pg_constraint f on f.conrelid = t.relation and f.contype = 'f' and array_length(f.conkey, 1) > 1
    join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[array_length(f.conkey, 1)]
   -- Both houses have buckets of the same names: with the name of a foreign one, a file is in the own one.
   where (t.table_name, a.attname) <> ('storage_objects', 'bucket');

select plan((5 * (select count(*) from fixture.tenant_tables) + (select count(*) from fixture.parents) + 3)::int);

-- The strongest role of one house, and the hub itself while it works for that house, try the other house's rows.
create table fixture.hostile (who jsonb);
insert into fixture.hostile values ('{"person": "a/owner"}'), ('{"system": "a"}'), ('{"person": "a/owner", "in": "b"}');

select ok(exists (select from fixture.rows_of r where r.table_name = t.table_name and r.house = 'b'),
          t.table_name || ': the fixture has a row to attack')
  from fixture.tenant_tables t;

select is((select array_agg(distinct fixture.ask(h.who, format('select count(*) from %I where %I = %L',
             t.table_name, t.tenant, fixture.id('b', 'organization')))) from fixture.hostile h),
          array['0'], t.table_name || ': foreign rows cannot be read')
  from fixture.tenant_tables t;

select is((select array_agg(distinct fixture.try(h.who, format('update %I set %I = %2$I where %2$I = %L',
             t.table_name, t.tenant, fixture.id('b', 'organization')))) from fixture.hostile h),
          array['0'], t.table_name || ': foreign rows cannot be changed')
  from fixture.tenant_tables t;

select is((select array_agg(distinct fixture.try(h.who, format('delete from %I where %I = %L',
             t.table_name, t.tenant, fixture.id('b', 'organization')))) from fixture.hostile h),
          array['0'], t.table_name || ': foreign rows cannot be deleted')
  from fixture.tenant_tables t;

-- A copy of a foreign row under a new key: only the tenant policy can refuse it.
select is((select array_agg(distinct fixture.try(h.who, fixture.insertion(t.table_name,
             r.content || jsonb_build_object(t.row_key, app.uuid7())))) from fixture.hostile h),
          array['42501'], t.table_name || ': rows cannot be planted in the other house')
  from fixture.tenant_tables t
  cross join lateral (select content from fixture.rows_of r where r.table_name = t.table_name and r.house = 'b' limit 1) r;

-- One's own row under the other house's parent, for every reference to a tenant row. Tried with all rights, so that
-- the foreign key alone can refuse it; the own row is deleted first, so that it is not in its copy's way, and so is the
-- foreign one where a parent has one such row.
create function fixture.has_one(of_table text, parent_key text) returns boolean
language sql stable
as $$
  select exists (select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                  where i.indrelid = of_table::regclass and i.indisunique and i.indnkeyatts = 1 and a.attname = parent_key)
$$;

create function fixture.adopt(of_table text, parent_key text) returns text
language plpgsql
as $$
declare
  own jsonb := (select content from fixture.rows_of r where r.table_name = of_table and r.house = 'a' and r.content ->> parent_key is not null limit 1);
  foreign_row jsonb := (select content from fixture.rows_of r where r.table_name = of_table and r.house = 'b' and r.content ->> parent_key is not null limit 1);
  row_key text := (select t.row_key from fixture.tenant_tables t where t.table_name = of_table);
begin
  own := fixture.underived(of_table, own) || case of_table when 'show_runs' then '{"status": "ended", "ended_at": "2026-10-01T12:00:00Z"}' else '{}' end::jsonb;
  begin
    -- Whatever else would keep the row (what is issued, signed or paid is not deleted) is not asked.
    perform set_config('session_replication_role', 'replica', true);
    execute format('delete from %I where %I in (%L, %L)', of_table, row_key, own ->> row_key,
                   case when fixture.has_one(of_table, parent_key) then foreign_row ->> row_key end);
    perform set_config('session_replication_role', 'origin', true);
    execute fixture.insertion(of_table, own || jsonb_build_object(parent_key, foreign_row ->> parent_key));
    set constraints all immediate;
    raise exception using errcode = 'UNDO0';
  exception when others then
    return case sqlstate when 'UNDO0' then 'accepted' else sqlstate end;
  end;
end $$;

select is(fixture.adopt(p.table_name, p.parent_key), '23503',
          format('%s: no row hangs under a %s of the other house', p.table_name, p.parent_key))
  from fixture.parents p;

-- Moving a row to the other house is refused as well, even to somebody who belongs to both.
insert into memberships (organization_id, user_id, role) values (fixture.id('b', 'organization'), fixture.id('a', 'owner'), 'owner');
select is(fixture.try('{"person": "a/owner"}', format('update events set organization_id = %L where id = %L',
            fixture.id('b', 'organization'), fixture.id('a', 'event 1'))),
          '23514', 'a row never changes its tenant');
select is(fixture.ask('{"person": "a/owner", "in": "b"}', 'select count(*) from events'), '2', 'a member of both sees the other when there');
select is(fixture.ask('{}', 'select count(*) from events'), '0', 'nobody sees nothing');

select * from finish();
rollback;
