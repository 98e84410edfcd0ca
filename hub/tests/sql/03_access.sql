-- F011, F015, F016, F275: every rule in app.access against real rows: who is named may, who is not may not. Each role, each device and nobody try
-- every verb on every row of a house with two events, of which they belong to one.
begin;
\ir support/fixture.psql
select fixture.house('a');

create table fixture.principals (who jsonb, label text, role text, person uuid, device uuid, install uuid, events uuid[]);
insert into fixture.principals
  select jsonb_build_object('person', 'a/' || m), m, m, fixture.id('a', m), null, null::uuid,
         case when m in ('owner', 'admin', 'producer') then '{}'::uuid[] else array[fixture.id('a', 'event 1')] end
    from unnest(array['owner', 'admin', 'producer', 'staff', 'client', 'designer', 'model', 'sponsor', 'attendee']) m
  union all
  select jsonb_build_object('device', 'a/' || d || ' 1'), d, case d when 'screen' then 'wall' else 'staff' end, null,
         fixture.id('a', d || ' 1'), null, array[fixture.id('a', 'event 1')]
    from unnest(array['tablet', 'desk', 'screen']) d
  union all
  select jsonb_build_object('plugin', 'a/' || p), p, 'plugin', null, null, fixture.id('a', p), '{}'
    from unnest(array['connector', 'idle plugin']) p
  union all
  select '{"system": "a"}', 'the hub', 'system', null, null, null, '{}'
  union all
  select '{}', 'nobody', null, null, null, null, '{}';

create table fixture.targets (table_name text, row_key text, key uuid, content jsonb, event uuid, owned_by uuid[], subject uuid, install uuid);
do $$
declare t record;
begin
  for t in select * from fixture.tenant_tables loop
    execute format('insert into fixture.targets select %L, %L, r.%I, to_jsonb(r) from %I r', t.table_name, t.row_key, t.row_key, t.table_name);
  end loop;
end $$;
-- What `event` and `own` mean for a row: its event or, in directories, an event that refers to it; the person it names.
update fixture.targets t set
  event = case table_name
    when 'events' then key
    when 'venues' then (select e.id from events e where e.venue_id = t.key)
    when 'venue_floor_plans' then (select e.id from events e where e.venue_id = (content ->> 'venue_id')::uuid)
    when 'model_profiles' then (select l.event_id from show_lineup l where l.model_profile_id = t.key
                                union select c.event_id from event_models c where c.model_profile_id = t.key)
    when 'designer_profiles' then (select d.event_id from event_designers d where d.designer_profile_id = t.key)
    else (content ->> 'event_id')::uuid end,
  owned_by = case table_name
    when 'tasks' then array[(content ->> 'assigned_to')::uuid] || array(select a.user_id from task_assignees a where a.task_id = t.key)
    when 'designer_reviews' then array[(content ->> 'reviewer_id')::uuid]
    when 'model_reviews' then array[(content ->> 'reviewer_id')::uuid]
    when 'vendor_ratings' then array[(content ->> 'rated_by')::uuid]
    when 'privacy_requests' then array[(content ->> 'requested_by')::uuid]
    when 'accounts' then array(select m.user_id from memberships m where m.account_id = t.key)
    when 'event_sponsorships' then array(select m.user_id from memberships m where m.account_id = (content ->> 'sponsor_id')::uuid)
    when 'sponsor_deliverables' then array(select m.user_id from memberships m join event_sponsorships s on s.sponsor_id = m.account_id
                                            where s.id = (content ->> 'sponsorship_id')::uuid)
    when 'activities' then array[(content ->> 'created_by')::uuid]
    when 'collections' then array(select p.user_id from designer_profiles p where p.id = (content ->> 'designer_id')::uuid)
    when 'payments' then array[(content ->> 'payer_id')::uuid]
    when 'storage_objects' then array[(content ->> 'created_by')::uuid]
    else array[(content ->> 'user_id')::uuid]
      || array(select p.user_id from model_profiles p where p.id = (content ->> 'model_profile_id')::uuid)
      || array(select p.user_id from designer_profiles p where p.id = (content ->> 'designer_profile_id')::uuid) end,
  -- Whom it is about.
  subject = case table_name
    when 'model_reviews' then (select p.user_id from model_profiles p where p.id = (content ->> 'model_id')::uuid)
    when 'designer_reviews' then (select p.user_id from designer_profiles p where p.id = (content ->> 'designer_id')::uuid) end,
  install = case table_name when 'plugin_installs' then key else (content ->> 'install_id')::uuid end;

-- Tables that staff read across the house are closed to devices.
create function fixture.closed_to_devices(of_table text) returns boolean
language sql stable
as $$ select exists (select from pg_policy where polrelid = of_table::regclass and polname = 'no_devices') $$;

-- Rows that are seen by whoever sees their parent.
create function fixture.parent_expected(p fixture.principals, t fixture.targets) returns boolean
language plpgsql stable
as $$
declare
  parent fixture.targets;
begin
  select o.* into parent
    from fixture.parents_in_sight s
    join fixture.targets o on o.table_name = s.parent and o.key = (t.content ->> s.parent_key)::uuid
   where s.table_name = t.table_name;
  return fixture.expected(p, parent, 'select');
end $$;

create function fixture.expected(p fixture.principals, t fixture.targets, verb text) returns boolean
language sql stable
as $$
  select (p.device is null or not fixture.closed_to_devices(t.table_name))
     and exists (
       select from app.access a
        where a.table_name = t.table_name and a.verb = expected.verb and (a.role = p.role or (a.role = 'any' and p.role is not null))
          and case a.scope
                when 'all' then true
                when 'event' then t.event = any (p.events)
                when 'own' then p.person = any (t.owned_by)
                when 'subject' then t.subject = p.person
                when 'install' then t.install = p.install
                when 'published' then t.content ->> 'status' = 'published' and coalesce((t.content ->> 'is_public')::boolean, true)
                when 'draft' then t.content ->> 'status' = 'draft'
                when 'parent' then fixture.parent_expected(p, t)
                -- What a plugin was granted.
                else case when a.scope ~ ':' then a.scope = any (array(select unnest(i.granted_scopes) from plugin_installs i where i.id = p.install))
                          else coalesce(fixture.in_scope_of_studio(a.scope, expected.verb, t.table_name, t.key, t.content, p.person, p.role, p.events), false) end
              end)
$$;

-- 'yes' if the verb reaches the row, whatever a guard or a key says to it then; 'no' if row security keeps it away.
create function fixture.reaches(who jsonb, t fixture.targets, verb text) returns boolean
language plpgsql
as $$
declare
  key_condition text := format('%I = %L', t.row_key, t.key);
  outcome text;
begin
  outcome := fixture.try(who, case verb
    when 'select' then format('select from %I where %s', t.table_name, key_condition)
    when 'insert' then fixture.insertion(t.table_name, fixture.underived(t.table_name, t.content))
    when 'update' then format('update %I set %I = %2$I where %s', t.table_name, t.row_key, key_condition)
    when 'delete' then format('delete from %I where %s', t.table_name, key_condition) end);
  return outcome not in ('0', '42501');
end $$;

create table fixture.tried as
  select p.label, t.table_name, v.verb, t.key, fixture.expected(p, t, v.verb) as expected, fixture.reaches(p.who, t, v.verb) as reached
    from fixture.principals p, fixture.targets t, unnest(array['select', 'insert', 'update', 'delete']) v (verb)
   -- An admin's bounds are asserted by themselves, below.
   where not (t.table_name = 'memberships' and p.role = 'admin' and t.content ->> 'role' = 'owner' and v.verb <> 'select');

select plan((select count(*) from fixture.tenant_tables)::int + 37);

select is_empty(format($q$ select label, verb, expected, reached, count(*) from fixture.tried
                            where table_name = %L and expected <> reached group by 1, 2, 3, 4 order by 1, 2 $q$, t.table_name),
                t.table_name || ': each rule is the law, and the only one')
  from fixture.tenant_tables t;

select ok(count(*) filter (where expected) > 500 and count(*) filter (where not expected) > 2000, 'much was allowed and more was tried')
  from fixture.tried;

-- The matrix would be content with rules that say nothing; these are the rules that people rely on.
select is(fixture.ask('{"person": "a/staff"}', 'select count(*) from events'), '1', 'staff see the events they are on');
select is(fixture.ask('{"person": "a/attendee"}', 'select count(*) from events'), '1', 'an attendee sees the event of their ticket');
update events set is_public = true where id = fixture.id('a', 'event 2');
select is(fixture.ask('{"person": "a/attendee"}', 'select count(*) from events'), '2', 'and public ones that are published');
select is(fixture.ask('{"person": "a/staff"}', 'select count(*) from events'), '1', 'which does not make them the staff''s business');
select is(fixture.ask('{"person": "a/attendee"}', 'select count(*) from registrations'), '1', 'an attendee sees their own ticket only');
select is(fixture.ask('{"person": "a/model"}', 'select string_agg(name, '','') from model_profiles'), 'Ines', 'a model sees their own card only');
select is(fixture.ask('{"person": "a/client"}', 'select count(*) from budget_items'), '0', 'a client sees no budget');
select is(fixture.ask('{"person": "a/client"}', 'select count(*) from tasks'), '0', 'a client sees no task');
select is(fixture.ask('{"person": "a/client"}', 'select count(*) from registrations'), '0', 'a client sees no guest');
select is(fixture.ask('{"person": "a/designer"}', 'select string_agg(title, '','') from tasks'), 'Fit the looks 1', 'a helper sees the task');
select is(fixture.try('{"person": "a/designer"}', 'update tasks set status = ''done'''), '1', 'and may finish it');
select is(fixture.try('{"person": "a/designer"}', 'update tasks set title = ''x'''), '42501', 'but not rewrite it');
select is(fixture.try('{"person": "a/staff"}', 'update registrations set status = ''attended'''), '1', 'staff may check a guest in by hand');
select is(fixture.try('{"person": "a/staff"}', 'update registrations set seat = ''A1'''), '42501', 'and change nothing else about the guest');
select is(fixture.try('{"person": "a/model"}', 'update model_profiles set hair_color = ''red'''), '1', 'a model keeps their own card');
select is(fixture.try('{"person": "a/model"}', 'update model_profiles set agency_id = null'), '42501', 'not the agency''s part of it');

select is(fixture.try('{"device": "a/tablet 1"}', 'update event_alerts set status = ''acknowledged'', acknowledged_at = now()'), '1', 'F052: whoever is at the door acknowledges an alert');
select is(fixture.try('{"device": "a/tablet 1"}', 'update event_alerts set message = ''Nothing'''), '42501', 'F052: and does not rewrite it');

-- F273: a device has one event, and nothing besides.
select is((select string_agg(distinct t.table_name, ', ' order by t.table_name) from fixture.tenant_tables t
            where t.table_name not in ('events', 'venues', 'model_profiles', 'designer_profiles') and exists (select from pg_attribute where attrelid = t.relation and attname = 'event_id')
              and fixture.ask('{"device": "a/tablet 1"}', format('select count(*) from %I where event_id is distinct from %L', t.table_name, fixture.id('a', 'event 1'))) <> '0'),
          null, 'a tablet sees no row of another event');
select is((select string_agg(t.table_name, ', ' order by t.table_name) from fixture.tenant_tables t
            where not exists (select from pg_attribute where attrelid = t.relation and attname = 'event_id')
              and fixture.ask('{"device": "a/tablet 1"}', format('select count(*) from %I', t.table_name)) not in ('0', '42501')),
          'designer_profiles, events, model_profiles, venue_floor_plans, venues', 'of what has no event, a tablet sees its event, where it is, who shows and who walks in it');
select is((select string_agg(t.table_name, ' ' order by t.table_name) from fixture.tenant_tables t
            where fixture.ask('{"device": "a/screen 1"}', format('select count(*) from %I', t.table_name)) not in ('0', '42501')),
          'event_alerts event_counters event_gate_tiers event_gates event_schedules events gate_counters message_acknowledgements runway_segments screen_messages show_lineup show_run_cues show_runs ticket_tiers tier_counters',
          'a wall sees what it shows');
select is((select sum(fixture.try('{"device": "a/screen 1"}', format('delete from %I', t.table_name))::int) from fixture.tenant_tables t), 0::bigint, 'a wall deletes nothing');
select is(fixture.ask('{"device": "a/tablet 1"}', 'select count(*) from users'), '0', 'a tablet does not see the team');
update organizations set status = 'suspended' where id = fixture.id('a', 'organization');
select is((select string_agg(fixture.ask(who, 'select (select count(*) from events) + (select count(*) from registrations)'), ' ')
             from unnest(array['{"device": "a/tablet 1"}', '{"device": "a/screen 1"}', '{"person": "a/owner"}']::jsonb[]) who),
          '0 0 0', 'nobody sees anything of a suspended organization');
update organizations set status = 'active' where id = fixture.id('a', 'organization');
update devices set status = 'revoked' where id = fixture.id('a', 'tablet 1');
select is(fixture.ask('{"device": "a/tablet 1"}', 'select (select count(*) from events) + (select count(*) from registrations)'), '0', 'a revoked tablet sees nothing');
update memberships set status = 'suspended' where user_id = fixture.id('a', 'staff');
select is(fixture.ask('{"person": "a/staff"}', 'select (select count(*) from events) + (select count(*) from registrations)'), '0', 'nor does a suspended member');
select is(fixture.try('{"person": "a/owner"}', 'select set_config(''app.system'', ''on'', true), app.role() from app.access where app.role() = ''system'''), '0',
          'the setting alone makes nobody the system');

-- An admin runs the team below the owners.
select is(fixture.try('{"person": "a/admin"}', format('update memberships set role = ''owner'' where user_id = %L', fixture.id('a', 'producer'))), '42501', 'an admin makes no owner');
select is(fixture.try('{"person": "a/admin"}', format('update memberships set role = ''staff'' where user_id = %L', fixture.id('a', 'owner'))), '0', 'nor unmakes one');
select is(fixture.try('{"person": "a/admin"}', format('delete from memberships where user_id = %L', fixture.id('a', 'owner'))), '0', 'nor removes one');
select is(fixture.try('{"person": "a/admin"}', format('update memberships set role = ''admin'' where user_id = %L', fixture.id('a', 'producer'))), '1', 'but anybody else');
select is(fixture.try('{"person": "a/sponsor"}', 'delete from memberships'), '1', 'everybody may leave, themselves only');

-- Columns that nobody of a role sees, by name, for the hub to apply.
select bag_has($$ select table_name, column_name, role from app.masks $$,
               $$ values ('registrations', 'attendee_email', 'staff'), ('events', 'budget_total', 'wall'), ('events', 'budget_actual', 'client'),
                         ('tickets', 'qr_code', 'staff'), ('ticket_tiers', 'price', 'wall'), ('venues', 'contact_info', 'client') $$, 'masks are recorded');
select is_empty($$
  select m.table_name, m.column_name from app.masks m
   where not exists (select from pg_attribute a join pg_class c on c.oid = a.attrelid
                      where c.relnamespace = 'public'::regnamespace and c.relname = m.table_name and a.attname in (m.column_name, m.column_name || '_enc'))
$$, 'every mask names a column that there is');
select is_empty($$
  select a.table_name, a.role from app.access a
   where a.role not in ('owner', 'admin', 'producer', 'staff', 'client', 'designer', 'model', 'sponsor', 'attendee', 'wall', 'plugin', 'system', 'any')
$$, 'every rule names a role that there is');

select is_empty($$
  select p.tablename, p.policyname from pg_policies p
   where p.permissive = 'PERMISSIVE' and p.roles <> '{hub_app}' and p.policyname <> 'system'
     and not (p.roles = '{hub_worker}' and coalesce(p.qual, p.with_check) ~ '^\( SELECT app.is_system\(\)')
$$, 'the hub itself is asked one question only, and people none of the hub''s');

select * from finish();
rollback;
