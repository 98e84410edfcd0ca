-- F246, F281, F282: everything that is registered about a person is exported, and gone after an erasure, out of every table,
-- the journal and the kept answers; rows, counts and sums stay. The test goes by the registry: a new column is in it by itself.
begin;
\ir support/fixture.psql
select fixture.house('a'), fixture.house('b');
select plan(27);

-- Everybody of house a but its owner, who cannot go, has a name of their own in every registered column.
create temporary table people as
  select s.kind, t.id, t.table_name
    from app.subjects s,
         lateral (select (xpath('/row/id/text()', x))[1]::text::uuid as id, s.table_name
                    from unnest(xpath('/table/row', query_to_xml(format('select id from %I', s.table_name), false, false, ''))) x) t
   where case s.kind when 'user' then t.id in (select m.user_id from memberships m where m.organization_id = fixture.id('a', 'organization') and m.role <> 'owner')
         else exists (select from unnest(xpath('/table/row', query_to_xml(format('select id from %I where organization_id = %L and id = %L',
                s.table_name, fixture.id('a', 'organization'), t.id), false, false, ''))) y) end;
grant select on people to public;

create function fixture.mark() returns void
language plpgsql
as $$
declare
  t record;
begin
  for t in
    select d.table_name, string_agg(format('%I = %s', d.column_name, case a.atttypid::regtype::text
             when 'text' then quote_literal(m.mark) when 'jsonb' then format('case jsonb_typeof(%I) when ''array'' then jsonb_build_array(%L::text) else jsonb_build_object(''said'', %2$L::text) end', d.column_name, m.mark)
             when 'sealed' then quote_literal(('\x01' || repeat('00', 40) || encode(convert_to(m.mark, 'utf8'), 'hex'))::bytea)
             when 'blind_index' then format('sha256(convert_to(''Marked'' || %s, ''utf8''))',
                                            case when d.table_name in ('user_identities', 'one_time_tokens') then 'user_id' else 'id' end)
             else '180' end), ', ') as marks
      from data_classes d
      join pg_attribute a on a.attrelid = d.table_name::regclass and a.attname = d.column_name,
           lateral (select 'Marked ' || d.table_name || '.' || d.column_name as mark) m
     where d.subject_path <> '-' and d.class <> 'secret' group by 1
  loop
    execute format('update %I set %s where %s', t.table_name, t.marks, case
      when t.table_name = 'users' then format('id in (select user_id from memberships where organization_id = %L and role <> ''owner'')', fixture.id('a', 'organization'))
      when exists (select from pg_attribute o where o.attrelid = t.table_name::regclass and o.attname = 'organization_id' and o.attnotnull)
        then format('organization_id = %L', fixture.id('a', 'organization'))
      else format('user_id in (select user_id from memberships where organization_id = %L and role <> ''owner'')', fixture.id('a', 'organization')) end);
  end loop;
end $$;
-- Past the guards, which are not what is asked here.
set session_replication_role = replica;
update message_acknowledgements set principal_kind = 'user', principal_id = fixture.id('a', 'producer') where organization_id = fixture.id('a', 'organization');
update approvals set decided_by = fixture.id('a', 'client') where organization_id = fixture.id('a', 'organization');
update check_ins set registration_id = coalesce(registration_id, fixture.id('a', 'guest 1')) where organization_id = fixture.id('a', 'organization');
update ai_runs set contact_id = (select c.id from contacts c where c.organization_id = ai_runs.organization_id order by c.id limit 1) where organization_id = fixture.id('a', 'organization');
delete from enrichment_suggestions where contact_id is null and organization_id = fixture.id('a', 'organization');
select fixture.mark();
set session_replication_role = origin;
set constraints all immediate;

-- Where a text still stands, table by table.
create function fixture.found(pattern text) returns table (place text)
language plpgsql
as $$
declare
  t record;
  here bigint;
begin
  for t in select c.oid::regclass::text as name from pg_class c
            where c.relkind in ('r', 'm') and c.relnamespace in ('public'::regnamespace, 'live'::regnamespace, 'hub'::regnamespace) loop
    execute format('select count(*) from %s x where x::text ~ $1', t.name) into here using pattern;
    if here > 0 then
      place := t.name || ': ' || here;
      return next;
    end if;
  end loop;
end $$;
create function fixture.counted() returns text
language sql
as $$
  select string_agg(x, ' ') from (
    select 'registrations ' || count(*) || ' ' || sum(party_size) from registrations union all
    select 'orders ' || count(*) || ' ' || sum(total_amount) from orders union all
    select 'scans ' || count(*) || ' ' || count(*) filter (where result = 'accepted') from check_ins union all
    select 'counters ' || sum(expected_people) || ' ' || sum(arrived_people) from event_counters union all
    select 'payments ' || count(*) || ' ' || sum(amount) from payments union all
    select 'feedback ' || count(*) || ' ' || sum(rating) from event_feedback union all
    select 'contacts ' || count(*) from contacts union all
    select 'models ' || count(*) from model_profiles union all
    select 'signatories ' || count(*) from contract_signatories union all
    select 'messages ' || count(*) from messages) t(x)
$$;
select cmp_ok((select count(*) from fixture.found('Marked')), '>', 20::bigint, 'there is much to forget');
create temporary table before as select fixture.counted() as counted;

-- What somebody asks for themselves.
create function fixture.export(who jsonb, kind text, id uuid, accounts boolean) returns jsonb
language plpgsql
as $$
begin
  return fixture.ask(who, format('select jsonb_object_agg(table_name, rows) from (select table_name, jsonb_agg(content) as rows
    from app.export_people(%L, app.org(), %L) group by 1) t', jsonb_build_array(jsonb_build_object('kind', kind, 'id', id)), accounts))::jsonb;
end $$;
select is((select array_agg(k order by k) from jsonb_object_keys(fixture.export('{"system": null}', 'user', fixture.id('a', 'attendee'), true)) k),
          array['check_ins', 'designer_reviews', 'event_feedback', 'orders', 'registrations', 'sessions', 'user_profiles', 'users'], 'F281: an export follows a person from the account to tickets, orders and scans');
select is(fixture.export('{"system": null}', 'user', fixture.id('a', 'attendee'), true) #>> '{users,0,full_name}', 'Marked users.full_name', 'F281: with what is registered');
select is((select count(*) from app.subjects s, data_classes d
            where d.table_name = s.table_name and d.on_export and d.class <> 'secret'
              and exists (select from people p where p.kind = s.kind)
              and not (fixture.export('{"system": null}', s.kind, (select p.id from people p where p.kind = s.kind order by p.id limit 1), true)
                       -> s.table_name -> 0 ? d.column_name)), 0::bigint, 'F281: of every kind of person, every column');
select is(fixture.export('{"system": "a"}', 'user', fixture.id('a', 'attendee'), false) ?| array['sessions', 'user_identities'], false, 'an organization is not told of logins');
select is(fixture.export('{"system": "b"}', 'user', fixture.id('a', 'attendee'), false), null, 'nor is another organization told anything');
select is(fixture.export('{"system": "b"}', 'registration', fixture.id('a', 'guest 1'), false), null, 'nor of its guests');
select is(fixture.ask('{"system": null}', 'select count(*) from app.people_with_address(sha256(convert_to(''Marked'' || fixture.id(''a'', ''producer''), ''utf8'')), null)'), '1', 'people are found by the index of their address');
select is(fixture.ask('{"system": "b"}', 'select count(*) from app.people_with_address(sha256(convert_to(''Marked'' || fixture.id(''a'', ''producer''), ''utf8'')), app.org())'), '0', 'by their own organizations');

-- Hostile: nobody but the hub, and the hub within the organization that it acts for.
select is(array(select fixture.ask(who, call) from unnest(array['{"person": "a/owner"}', '{"device": "a/tablet 1"}', '{}']::jsonb[]) who,
                unnest(array['select app.erase(app.uuid7(), ''[]'', null, true, null)', 'select app.gather(''[]'', null, true)',
                             'select count(*) from app.export_people(''[]'', null, true)', 'select count(*) from hub.erasures',
                             'select live.retain(''journal'', 1)', 'select count(*) from live.audit_chain(null, 0, 0, 1)']) call),
          array_fill('42501'::text, array[18]), 'requests do none of this');
select is(fixture.ask('{"system": "a"}', format('select app.erase(app.uuid7(), ''[]'', %L, false, null)', fixture.id('b', 'organization'))), '42501', 'nor does the hub for one organization in another');
select is(fixture.ask('{"system": "a"}', 'select app.erase(app.uuid7(), ''[]'', null, true, null) ->> ''keys'''), '0', 'within none it is the operator');
select is(fixture.try('{"system": "a"}', $$ select set_config('app.erasing', 'on', true); update check_ins set override_reason = 'x' $$), '23514', 'saying that one erases is not erasing');
select is(fixture.ask('{"system": null}', format('select app.erase(app.uuid7(), ''[{"kind": "user", "id": "%s"}]'', null, true, null)', fixture.id('a', 'owner'))), '23514', 'whoever owns an organization hands it over first');
select is(fixture.ask('{"system": null}', 'select app.erase(app.uuid7(), ''[{"kind": "house", "id": null}]'', null, true, null)'), '22023', 'houses are no people');

-- Everybody goes.
insert into encryption_keys (organization_id, subject_kind, subject_id, wrapped_key, kek_ref)
select fixture.id('a', 'organization'), p.kind, p.id, '\x00', 'master' from people p join app.key_subjects k on k.subject_kind = p.kind;
insert into live.commands (command_id, organization_id, topic, kind, fingerprint, principal_kind, outcome)
values (fixture.id('a', 'command'), fixture.id('a', 'organization'), 'event:' || fixture.id('a', 'event 1'), 'scan', decode(md5('x'), 'hex'), 'device',
        '{"done": {"earlier": {"by": "Marked users.full_name"}, "people": 2}}');
select is(fixture.ask('{"system": null}', format('select (app.erase(%L, (select jsonb_agg(jsonb_build_object(''kind'', kind, ''id'', id)) from people), null, true, null) ->> ''registrations'')::int', fixture.id('a', 'erasure'))),
          '2', 'F282: everybody is erased');
select results_eq($$ select place from fixture.found('Marked|4d61726b6564') order by 1 $$, array[]::text[], 'F246: nothing readable is left in any table, journal or answer, nor the bytes of a sealed value');
select is(fixture.counted(), (select counted from before), 'F246: counts and sums are what they were');
select is_empty($$ select * from app.recount(fixture.id('a', 'event 1')) where stored <> counted $$, 'derived numbers too');
select is((select count(*) from encryption_keys k join people p on p.id = k.subject_id and p.kind = k.subject_kind where k.wrapped_key is not null), 0::bigint, 'their keys are destroyed');
select is((select array_agg(distinct status) from users u join people p on p.kind = 'user' and p.id = u.id), array['erased'], 'their accounts are closed');
select is((select count(*) from sessions s join people p on p.id = s.user_id) + (select count(*) from memberships m join people p on p.id = m.user_id), 0::bigint, 'and nobody is signed in, or a member');
select is((select outcome #>> '{done,people}' from live.commands where command_id = fixture.id('a', 'command')), '2', 'an answer keeps what is nobody''s');
select is((select count(*) from live.journal where new_row ? 'attendee_name_enc' and new_row ->> 'attendee_name_enc' = app.shredded()::bytea::text), 2::bigint + 2, 'the journal keeps its rows and says that they were erased');
select is((select (accounts, jsonb_array_length(subjects) = (select count(*) from people))::text from hub.erasures where id = fixture.id('a', 'erasure')), '(t,t)', 'F282: the erasure itself is recorded');
select is((select full_name from users where id = fixture.id('b', 'producer')), 'producer of b', 'the other house is as it was');
select is(fixture.ask('{"system": null}', format('select app.erase(%L, (select jsonb_agg(jsonb_build_object(''kind'', kind, ''id'', id)) from people), null, true, null) ->> ''keys''', fixture.id('a', 'erasure'))), '0', 'twice is as good as once');

select * from finish();
rollback;
