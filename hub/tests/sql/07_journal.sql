-- F270, F271: one commit, one number; numbers in commit order, without gaps; nothing secret in it. Numbers are given at
-- COMMIT, so these commits are real: two other connections make them in a house of their own, which is deleted at the end.
begin;
\ir support/fixture.psql
create extension if not exists dblink;
select plan(26);

create function fixture.other() returns text
language sql stable
as $$
  select format('host=%s port=%s dbname=%s user=%s', split_part(current_setting('unix_socket_directories'), ',', 1),
                current_setting('port'), current_database(), session_user)
         || coalesce(' password=' || nullif(current_setting('fixture.password', true), ''), '')
$$;
select dblink_connect('one', fixture.other()), dblink_connect('two', fixture.other());
-- A commit that waits for somebody else's open transaction fails here instead of hanging.
select dblink_exec('two', 'set statement_timeout = ''5s''');

create function fixture.head(topic text) returns bigint
language sql volatile as $$ select (live.head(topic)).seq $$;
create function fixture.numbers(of_topic text) returns bigint[]
language sql volatile as $$ select array_agg(seq order by seq) from live.commits where topic = of_topic $$;

select app.uuid7() as org, app.uuid7() as person, app.uuid7() as event, app.uuid7() as device \gset
select 'event:' || :'event' as event_topic, 'organization:' || :'org' as org_topic \gset

select dblink_exec('one', format($$
  begin;
  insert into users (id, email_enc, email_bidx, full_name, status) values (%2$L, %3$L, %4$L, 'Journal', 'active');
  insert into organizations (id, owner_id, name, slug) values (%1$L, %2$L, 'Journal', %5$L);
  commit $$, :'org', :'person', fixture.sealed('j'), fixture.blind(:'org'), 'j-' || :'org'));
select is(fixture.numbers(:'org_topic'), array[1::bigint], 'the first commit of an organization is number 1, whatever number of tables it wrote');
select is((select array_agg(distinct table_name order by table_name) from live.journal where topic = :'org_topic'), array['contact_segments', 'deal_stages', 'memberships', 'organizations', 'storage_buckets'],
          'all of it is in that commit, what triggers wrote too');

select dblink_exec('one', format($$ insert into events (id, organization_id, organizer_id, title, slug) values (%L, %L, %L, 'Show', 'show') $$, :'event', :'org', :'person'));
select is(array[fixture.head(:'event_topic'), fixture.head(:'org_topic')], array[1, 2]::bigint[], 'an event''s creation is told to the event and to the organization');

-- Five statements, two tables, one commit.
select dblink_exec('one', format($$
  begin;
  insert into event_gates (organization_id, event_id, name) values (%1$L, %2$L, 'North'), (%1$L, %2$L, 'South');
  update event_gates set name = 'East' where name = 'South' and event_id = %2$L;
  insert into devices (id, organization_id, event_id, name, token_hash) values (%3$L, %1$L, %2$L, 'Tablet', decode(md5(%3$L), 'hex'));
  update devices set app_version = '1.0' where id = %3$L;
  delete from event_gates where name = 'North' and event_id = %2$L;
  commit $$, :'org', :'event', :'device'));
select is(fixture.numbers(:'event_topic'), array[1, 2]::bigint[], 'five statements in one transaction are one commit');
select is((select string_agg(op::text || ' ' || table_name, ', ' order by id) from live.journal j join live.commits c using (xid, topic) where topic = :'event_topic' and c.seq = 2),
          'I gate_counters, I gate_counters, I event_gates, I event_gates, U event_gates, I devices, U devices, D event_gates, D gate_counters',
          'with every change, in its order, derived rows too');
select is((select old_row from live.journal where topic = :'event_topic' and table_name = 'event_gates' and op = 'U') - 'updated_at',
          '{"name": "South", "rev": 1}'::jsonb, 'an update keeps the old values of what changed, and only those');
select is((select old_row ->> 'name' from live.journal where topic = :'event_topic' and table_name = 'event_gates' and op = 'D'), 'North', 'a delete keeps the row');
select is_empty(format($$ select from live.journal where topic = %1$L and (new_row::text ~ md5(%2$L) or old_row::text ~ md5(%2$L) or new_row ? 'token_hash') $$, :'event_topic', :'device'),
                'a token''s hash is in none of it');
select is((select new_row ->> 'app_version' from live.journal where topic = :'event_topic' and table_name = 'devices' and op = 'U'), '1.0', 'while the rest of the device is');

-- Nothing changed, nothing said.
select dblink_exec('one', format('update event_gates set name = name where event_id = %L', :'event'));
select dblink_exec('one', format('update event_gates set name = ''X'' where event_id = %L and false', :'event'));
select is(fixture.head(:'event_topic'), 2::bigint, 'an update that changes nothing makes no commit');
select is((select rev from event_gates where event_id = :'event'), 2::bigint, 'nor a revision');

-- A transaction that is rolled back leaves no hole.
select dblink_exec('one', 'begin');
select dblink_exec('one', format('update event_gates set name = ''Never'' where event_id = %L', :'event'));
select dblink_exec('one', 'rollback');
select dblink_exec('one', format('update event_gates set name = ''West'' where event_id = %L', :'event'));
select is(fixture.numbers(:'event_topic'), array[1, 2, 3]::bigint[], 'what was rolled back has no number');

-- Somebody leaves a transaction open. Others commit past it, and it is numbered when it commits.
select dblink_exec('one', 'begin');
select dblink_exec('one', format('insert into event_phases (organization_id, event_id, phase_key, title, order_index) values (%L, %L, ''slow'', ''Slow'', 0)', :'org', :'event'));
select lives_ok(format('select dblink_exec(''two'', %L)', format('insert into event_phases (organization_id, event_id, phase_key, title, order_index) values (%L, %L, ''quick'', ''Quick'', 1)', :'org', :'event')),
                'an open transaction holds nobody up');
select is(fixture.head(:'event_topic'), 4::bigint, 'the quick one is number 4');
select dblink_exec('one', 'commit');
select is((select array_agg(j.new_row ->> 'phase_key' order by c.seq) from live.journal j join live.commits c using (xid, topic)
            where topic = :'event_topic' and j.table_name = 'event_phases'), array['quick', 'slow'], 'numbers are in commit order, not in the order of beginning');
select is((select count(*) from live.commits where topic = :'event_topic' and committed_at < (select max(committed_at) from live.commits where topic = :'event_topic')), 4::bigint, 'and the times agree');

-- A deferred violation at COMMIT takes its number with it.
select dblink_exec('one', 'begin');
select dblink_exec('one', format('insert into show_runs (organization_id, event_id, kind, started_at, live_cue_id) values (%L, %L, ''show'', now(), %L)', :'org', :'event', :'device'));
select throws_ok($$ select dblink_exec('one', 'commit') $$, '23503', null, 'a commit may still fail');
select is(fixture.head(:'event_topic'), 5::bigint, 'and is then not numbered');

-- Who wrote.
select is((select distinct principal_kind from live.commits where topic = :'event_topic'), 'database', 'by hand is the database''s own');
select dblink_exec('two', format($$
  set session authorization hub_app; begin;
  set local app.org_id = %L; set local app.user_id = %L;
  update event_phases set title = 'Later' where phase_key = 'slow' and event_id = %L;
  commit; reset session authorization $$, :'org', :'person', :'event'));
select is((select (principal_kind, principal_id)::text from live.commits where topic = :'event_topic' and seq = 6), ('user', :'person')::text, 'a request''s person is named');

-- The doorbell rings for topics that somebody watches, and says the topic and its head and nothing else.
select dblink_exec('two', 'listen live');
select dblink_exec('one', format('update event_phases set title = ''Unwatched'' where phase_key = ''slow'' and event_id = %L', :'event'));
select is((select count(*) from dblink_get_notify('two')), 0::bigint, 'nobody watches, nothing rings');
select dblink_exec('one', format('update live.topics set watched_until = now() + interval ''1 minute'' where topic = %L', :'event_topic'));
select dblink_exec('one', format('update event_phases set title = ''Watched'' where phase_key = ''slow'' and event_id = %L', :'event'));
select dblink_exec('two', 'set application_name = ''a word with the server brings its notifications''');
select is((select string_agg(notify_name || ' ' || extra, ', ') from dblink_get_notify('two')), 'live ' || :'event_topic' || ' 8', 'somebody watches, it rings once');

select throws_ok($$ truncate event_phases $$, '0A000', null, 'a table is not emptied behind the journal''s back');

-- F012: the whole house goes in one commit, and the journal says so.
select dblink_exec('one', format('delete from organizations where id = %L', :'org'));
select is(array[fixture.head(:'event_topic'), fixture.head(:'org_topic')], array[9, (select max(seq) from live.commits where topic = :'org_topic')]::bigint[], 'deleting an organization is one commit in each of its topics');
select is((select count(*) from live.journal j join live.commits c using (xid, topic) where topic = :'event_topic' and seq = 9 and table_name = 'events' and op = 'D'), 1::bigint, 'that deletes its events');
select is(fixture.numbers(:'event_topic'), (select array_agg(n) from generate_series(1, 9) n)::bigint[], 'from the first to the last commit there is no gap');

select dblink_exec('one', format('delete from users where id = %1$L; delete from live.journal where organization_id = %2$L;
  delete from live.commits where organization_id = %2$L; delete from live.topics where organization_id = %2$L', :'person', :'org'));
select dblink_disconnect('one'), dblink_disconnect('two');
select * from finish();
rollback;
