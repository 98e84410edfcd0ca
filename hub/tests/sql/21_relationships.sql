-- Companies, people, deals, messages, sponsors: F054-F055, F180-F185, F189-F191, F197-F198, F201-F203, F208-F209, F223-F224,
-- F228-F229, F231-F232, F234, F238, F249.
begin;
\ir support/fixture.psql
create extension if not exists dblink;
select fixture.house('a'), fixture.house('b');
select plan(88);

create function fixture.org() returns uuid language sql immutable as $$ select fixture.id('a', 'organization') $$;
create function fixture.deal() returns deals language sql stable as $$ select d from deals d where d.id = fixture.id('a', 'deal') $$;
create function fixture.mail() returns messages language sql stable as $$ select m from messages m where m.id = fixture.id('a', 'mail') $$;

-- F181, F249: two sponsors take the last package at the same moment. Their commits are real, in a house that is deleted
-- at the end.
select dblink_connect('one', fixture.address()), dblink_connect('two', fixture.address());
select dblink_exec(c, 'set statement_timeout = ''10s''') from unnest(array['one', 'two']) c;
select app.uuid7() as org, app.uuid7() as person, app.uuid7() as event, app.uuid7() as package, app.uuid7() as sponsor \gset
select dblink_exec('one', format($$
  begin;
  insert into users (id, email_enc, email_bidx, full_name, status) values (%2$L, %3$L, %4$L, 'Seller', 'active');
  insert into organizations (id, owner_id, name, slug) values (%1$L, %2$L, 'Race', %5$L);
  insert into events (id, organization_id, organizer_id, title, slug) values (%6$L, %1$L, %2$L, 'Show', 'show');
  insert into accounts (id, organization_id, name) values (%7$L, %1$L, 'Sponsor');
  insert into sponsorship_packages (id, organization_id, name, tier, availability) values (%8$L, %1$L, 'Last one', 'gold', 1);
  commit $$, :'org', :'person', fixture.sealed('p'), fixture.blind(:'org'), 'race-' || :'org', :'event', :'sponsor', :'package'));
select format($$ insert into event_sponsorships (organization_id, event_id, sponsor_id, package_id, tier) values (%L, %L, %L, %L, 'gold') $$,
              :'org', :'event', :'sponsor', :'package') as purchase \gset
select dblink_exec('one', 'begin');
select dblink_exec('one', :'purchase');
select is(dblink_send_query('two', :'purchase'), 1, 'F181: while one sponsor buys, another does');
select dblink_exec('one', 'commit');
select throws_ok($$ select * from dblink_get_result('two') as t (done text) $$, '23514', null, 'F181: one of them is refused');
select is((select sold_count from sponsorship_packages where id = :'package'), 1, 'F181: one was sold');
select dblink_exec('one', format('delete from organizations where id = %L', :'org'));
select dblink_exec('one', format('delete from users where id = %1$L; delete from live.journal where organization_id = %2$L;
  delete from live.commits where organization_id = %2$L; delete from live.topics where organization_id = %2$L', :'person', :'org'));
select dblink_disconnect('one'), dblink_disconnect('two');

-- F180, F185, F189, F208
select throws_ok($$ insert into accounts (organization_id, name) values (fixture.org(), 'LUMEN') $$, '23505', null, 'F189: a company is kept once, whatever its case');
select throws_ok($$ update accounts set types = '{sponsor,friend}' $$, '23514', null, 'F189: types are a closed list');
select isnt_empty($$ select from accounts where search @@ to_tsquery('simple', 'lum:*') and types @> '{sponsor}' $$, 'F180: sponsors are found by name');
select throws_ok($$ insert into contacts (organization_id, name, email_enc, email_bidx) values (fixture.org(), 'Twin', fixture.sealed('mara'), fixture.blind('mara')) $$, '23505', null, 'F208: an address belongs to one contact');
select lives_ok($$ insert into contacts (organization_id, name) values (fixture.org(), 'Lee'), (fixture.org(), 'Lee') $$, 'F208: or to none');
select throws_ok($$ update contacts set sentiment_score = 1.001 $$, '23514', null, 'F208: sentiment is between -1 and 1');
select is(fixture.ask('{"person": "a/sponsor"}', 'select string_agg(name, '','') from accounts'), 'Lumen', 'F014: a sponsor sees their own company only');
select is(fixture.ask('{"person": "a/client"}', 'select (select count(*) from contacts) + (select count(*) from deals) + (select count(*) from activities) + (select count(*) from messages)'), '0', 'F014: a client sees no relationship');
select set_eq($$ select column_name from app.masks where table_name = 'accounts' and role = 'sponsor' $$,
              $$ select c from unnest(array['brand_id', 'owner_id', 'types', 'industry', 'budget_tier', 'company_info', 'contact_info', 'status', 'tags', 'last_activity_at', 'meta_data']) c $$,
              'a sponsor is shown the name, the site and the logo of their company');

-- F190, F202, F203: stages.
select is((select string_agg(title, ' > ' order by stage_index) from deal_stages where organization_id = fixture.id('b', 'organization') and stage_index < 4), 'Lead > Pitch > Contract > ROI', 'F190: an organization begins with four stages');
select is((select count(*) from deal_stages where organization_id = fixture.org()), 5::bigint, 'given once');
select app.give_deal_stages();
select is((select count(*) from deal_stages where organization_id = fixture.org()), 5::bigint, 'and not again');
select throws_ok($$ update deals set stage_index = 40 where id = fixture.id('a', 'deal') $$, '23503', null, 'F203: a deal is in a stage that there is');
select throws_ok($$ delete from deal_stages where organization_id = fixture.org() and stage_index = ascii('a') $$, '23503', null, 'a stage with deals stays');
select throws_ok($$ update deal_stages set gate = '{"needs": ["mood"]}' $$, '23514', null, 'F203: a gate needs what a deal has');
update deals set stage_entered_at = '2020-01-01' where id = fixture.id('a', 'deal');
select is((fixture.deal()).stage_entered_at, now(), 'F203: nobody writes when a deal entered its stage');
update deal_stages set gate = '{"needs": ["value_forecast", "contact_id", "fit_score"]}' where organization_id = fixture.org() and stage_index = 1;
select throws_ok($$ update deals set stage_index = 1 where id = fixture.id('a', 'deal') $$, '23514', 'the deal lacks what its stage needs: fit_score, value_forecast', 'F203: an unmet condition refuses the move and says why');
select throws_ok($$ insert into deals (organization_id, account_id, title, stage_index) values (fixture.org(), fixture.id('a', 'account'), 'Short cut', 1) $$, '23514', null, 'F203: a deal does not begin past a gate');
select is((select count(*) from deal_stage_history where deal_id = fixture.id('a', 'deal')), 1::bigint, 'F203: a refused move is no move');
update deals set fit_score = 0, value_forecast = 500 where id = fixture.id('a', 'deal');
select is(fixture.act('{"person": "a/producer"}', 'update deals set stage_index = 1 where title = ''Front row'''), '1', 'F202: with everything it moves');
select is((select (from_stage, to_stage, moved_by)::text from deal_stage_history where deal_id = fixture.id('a', 'deal') and from_stage is not null), (ascii('a'), 1, fixture.id('a', 'producer'))::text, 'F203: the move is in the history, and who made it');
update deals set stage_index = 0, rank = 'a' where id = fixture.id('a', 'deal');
select is((select array_agg(to_stage order by to_stage) from deal_stage_history where deal_id = fixture.id('a', 'deal')), array[0, 1, ascii('a')]::smallint[], 'F234: and so is the way back');
update deals set rank = 'b' where id = fixture.id('a', 'deal');
select is((select count(*) from deal_stage_history where deal_id = fixture.id('a', 'deal')), 3::bigint, 'F202: moving inside a column is none');
select is(array[fixture.try('{"person": "a/owner"}', 'update deal_stage_history set to_stage = 3'), fixture.try('{"system": "a"}', 'delete from deal_stage_history')], array['0', '0'], 'F203: nobody rewrites the history');
update deals set event_id = fixture.id('a', 'event 2') where id = fixture.id('a', 'deal');
select is((select array_agg(distinct event_id) from deal_stage_history where deal_id = fixture.id('a', 'deal')), array[fixture.id('a', 'event 2')], 'the history moves with its deal');
select throws_ok($$ update deals set kind = 'barter' $$, '23514', null, 'F191: kinds are a closed list');
select throws_ok($$ update deals set roi_probability = 1.1 $$, '23514', null, 'a probability is one');
select throws_ok($$ update deals set owner_id = fixture.id('b', 'owner') where organization_id = fixture.org() $$, '23514', null, 'deals are looked after by members');
update deals set rank = case id when fixture.id('a', 'deal') then 'Zz' when fixture.id('a', 'deal 1') then 'a0' else 'a1' end where organization_id = fixture.org();
select is((select string_agg(rank, ' ' order by rank) from deals where organization_id = fixture.org()), 'Zz a0 a1', 'F202: ranks are in byte order');

-- F209, F232, F238: activities.
create function fixture.act_on(occurred text, of_deal text default 'deal') returns void
language sql
as $$ insert into activities (organization_id, contact_id, account_id, deal_id, type, occurred_at)
      values (fixture.org(), fixture.id('a', 'contact'), fixture.id('a', 'account'), fixture.id('a', of_deal), 'call', now() + occurred::interval) $$;
create function fixture.latest() returns text
language sql stable
as $$ select concat_ws(' ', (select extract(hour from last_activity_at - now()) from accounts where id = fixture.id('a', 'account')),
                            (select extract(hour from last_activity_at - now()) from contacts where id = fixture.id('a', 'contact')),
                            extract(hour from (fixture.deal()).last_activity_at - now())) $$;
update deals set at_risk_since = now(), at_risk_reason = 'Silence' where id = fixture.id('a', 'deal');
select fixture.act_on('-3h');
select is(fixture.latest(), '0 0 0', 'F209: what is remembered late is no news');
select is((fixture.deal()).at_risk_reason, 'Silence', 'F238: and calms nobody');
select fixture.act_on('2h');
select is(fixture.latest(), '2 2 2', 'F209: an activity is the latest of its company, person and deal');
select is(((fixture.deal()).at_risk_since, (fixture.deal()).at_risk_reason)::text, '(,)', 'F238: it clears the risk');
update activities set occurred_at = now() + interval '1h' where occurred_at = now() + interval '2h';
select is(fixture.latest(), '1 1 1', 'F209: corrected, it counts as corrected');
update activities set deal_id = fixture.id('a', 'deal 1') where occurred_at = now() + interval '1h';
select is(fixture.latest(), '1 1 0', 'F209: moved, it counts where it is');
select is((select last_activity_at from deals where id = fixture.id('a', 'deal 1')), now() + interval '1h', 'F209: there');
delete from activities where organization_id = fixture.org();
select is(fixture.latest(), '0', 'F209: without any, a deal''s beginning is left');
select throws_ok(format('update %I set last_activity_at = now() - interval ''1 day''', t), '42501', null, 'F209: nobody writes it: ' || t) from unnest(array['accounts', 'contacts', 'deals']) t;
select throws_ok($$ insert into activities (organization_id, deal_id, type) values (fixture.org(), fixture.id('a', 'deal'), 'note') $$, '23514', null, 'F209: an activity is with somebody');
select is(array[fixture.act('{"person": "a/producer"}', format('insert into activities (id, contact_id, type) values (%L, %L, ''note'')', fixture.id('a', 'note'), fixture.id('a', 'contact'))),
                fixture.try('{"person": "a/producer"}', 'update activities set content = ''x'''), fixture.try('{"person": "a/producer"}', 'delete from activities')],
          array['1', '1', '0'], 'F209: who wrote a note corrects it, and does not make it disappear');

-- F197, F231
select throws_ok($$ insert into contact_segment_members (organization_id, segment_id, contact_id) values (fixture.org(), fixture.id('a', 'segment of contacts'), fixture.id('a', 'contact')) $$, '23505', null, 'F197: nobody is in a segment twice');
select throws_ok($$ update contact_segment_members set account_id = fixture.id('a', 'account') where contact_id is not null and organization_id = fixture.org() $$, '23514', null, 'F197: a place is a contact''s or a company''s');
select lives_ok($$ update contacts set status = 'archived' where id = fixture.id('a', 'contact') $$, 'F231: a contact is archived, not lost');

-- F198
select is(fixture.ask('{"person": "a/producer"}', 'select count(*) from conversation_reads'), '1', 'F198: everybody has their own marks');
select is(fixture.try('{"person": "a/producer"}', format('insert into conversation_reads (conversation_id, user_id) values (%L, %L)', fixture.id('a', 'conversation'), fixture.id('a', 'admin'))), '42501', 'F198: and nobody else''s');
select is((select last_message_at from conversations where id = fixture.id('a', 'conversation')), now(), 'F193: a thread is as new as what was received');

-- F223, F224, F228, F229: nothing leaves unapproved.
create function fixture.says(who jsonb, becomes text) returns text
language sql
as $$ select fixture.act(who, format('update messages set status = %L where id = %L', becomes, fixture.id('a', 'mail'))) $$;
select is((fixture.mail()).contact_id, fixture.id('a', 'contact'), 'F223: a draft knows who it goes to');
select is(fixture.try('{"system": "a"}', $$ insert into messages (conversation_id, direction, channel, body, status, approved_at, approved_digest) values (fixture.id('a', 'conversation'), 'outbound', 'email', 'x', 'approved', now(), 'x') $$), '23514', 'F223: nothing begins approved');
select is(fixture.try('{"system": "a"}', $$ insert into messages (conversation_id, direction, channel, body, approved_digest) values (fixture.id('a', 'conversation'), 'outbound', 'email', 'x', 'x') $$), '23514', 'F223: nor with an approval');
select is(array[fixture.says('{"system": "a"}', 'sent'), fixture.says('{"system": "a"}', 'dispatching'), fixture.says('{"person": "a/owner"}', 'sent')], array['23514', '23514', '23514'], 'F223: no draft is sent, by nobody');
select is(fixture.says('{"system": "a"}', 'approved'), '42501', 'F223: the hub approves nothing');
select throws_ok($$ update messages set status = 'approved' where id = fixture.id('a', 'mail') $$, '42501', null, 'F223: nor does somebody in psql');
select is(fixture.says('{"person": "a/staff"}', 'approved'), '0', 'F223: nor do staff');
select is(fixture.act('{"system": "a"}', $$ update messages set direction = 'inbound', status = 'received' where id = fixture.id('a', 'mail') $$), '23514', 'F223: a draft does not become a reply');
select is(fixture.act('{"system": "a"}', $$ update messages set direction = 'outbound', status = 'approved' where id = fixture.id('a', 'reply') $$), '23514', 'F223: nor a reply a message');
select is(fixture.says('{"person": "a/producer"}', 'pending_approval'), '1', 'F224: somebody asks');
select is(fixture.says('{"person": "a/admin"}', 'approved'), '1', 'F224: a person approves');
select is(((fixture.mail()).approved_by, (fixture.mail()).approved_at, length((fixture.mail()).approved_digest))::text, (fixture.id('a', 'admin'), now(), 64)::text, 'F224: who, when, and what exactly is kept');
update messages set approved_by = fixture.id('a', 'owner'), approved_digest = 'x' where id = fixture.id('a', 'mail');
select is(((fixture.mail()).approved_by, length((fixture.mail()).approved_digest))::text, (fixture.id('a', 'admin'), 64)::text, 'F224: nobody rewrites it');
select fixture.act('{"person": "a/producer"}', $$ update messages set body = 'Shall we talk money?' where id = fixture.id('a', 'mail') $$);
select is(((fixture.mail()).status, (fixture.mail()).approved_by, (fixture.mail()).approved_digest)::text, '(draft,,)', 'F228: editing after approval needs approval again');
select fixture.says('{"person": "a/producer"}', 'approved');
select fixture.act('{"system": "a"}', format('update messages set contact_id = %L, status = ''dispatching'' where id = %L', (select id from contacts where name = 'Lee' limit 1), fixture.id('a', 'mail')));
select is((fixture.mail()).status, 'draft', 'F228: so does another addressee, even on the way out');
update messages set contact_id = fixture.id('a', 'contact') where id = fixture.id('a', 'mail');
select fixture.says('{"person": "a/producer"}', 'approved');
alter table messages disable trigger c_guard_approval;
update messages set body = 'Send money.' where id = fixture.id('a', 'mail');
alter table messages enable trigger c_guard_approval;
select is(fixture.says('{"system": "a"}', 'dispatching'), '23514', 'F223: what differs from what was approved is not sent, whoever changed it');
select is(array[fixture.says('{"person": "a/producer"}', 'draft'), fixture.says('{"person": "a/producer"}', 'approved'), fixture.says('{"system": "a"}', 'dispatching')], array['1', '1', '1'], 'F228: approved again, it goes');
select is(fixture.act('{"person": "a/owner"}', $$ update messages set body = 'Stop' where id = fixture.id('a', 'mail') $$), '23514', 'F229: on its way it is not rewritten');
select is(array[fixture.says('{"system": "a"}', 'failed'), fixture.says('{"system": "a"}', 'dispatching'), fixture.says('{"system": "a"}', 'sent'), fixture.says('{"system": "a"}', 'dispatching')], array['1', '1', '1', '23514'], 'F229: a failure is tried again, a success is not');
select is(array[fixture.says('{"system": "a"}', 'delivered'), fixture.says('{"person": "a/owner"}', 'draft')], array['1', '23514'], 'F232: it is delivered, and that is that');
select is(fixture.act('{"system": "a"}', $$ update messages set body = '[erased]', subject = null where id = fixture.id('a', 'mail') $$), '1', 'F246: the hub erases what it said');
select is((fixture.mail()).status, 'delivered', 'F246: and does not send it again');
insert into messages (id, organization_id, conversation_id, direction, channel, body) values (fixture.id('a', 'draft'), fixture.org(), fixture.id('a', 'conversation'), 'outbound', 'email', 'x');
select is(fixture.try('{"person": "a/producer"}', 'delete from messages'), '1', 'F201: a producer drops drafts only');

-- F181, F182: packages.
create function fixture.sold(package text) returns int language sql stable as $$ select sold_count from sponsorship_packages where id = fixture.id('a', package) $$;
create function fixture.sponsor(package text, of_event text default 'event 1') returns text
language sql stable
as $$ select format('insert into event_sponsorships (organization_id, event_id, sponsor_id, package_id, tier) values (%L, %L, %L, %L, ''gold'')',
                    fixture.org(), fixture.id('a', of_event), fixture.id('a', 'other account'), fixture.id('a', package)) $$;
select is(fixture.sold('package 1'), 1, 'F181: what is sold is counted');
select throws_ok(fixture.sponsor('package 1'), '23514', null, 'F181: no more is sold than there is');
select throws_ok(fixture.sponsor('package 2'), '23514', 'the package is offered on another event', 'F181: a package belongs to its event');
update event_sponsorships set status = 'cancelled' where id = fixture.id('a', 'sponsorship 1');
select is(fixture.sold('package 1'), 0, 'F181: cancelled, it is free again');
select lives_ok(fixture.sponsor('package 1'), 'F181: for somebody else');
select throws_ok($$ update event_sponsorships set status = 'active' where id = fixture.id('a', 'sponsorship 1') $$, '23514', null, 'F181: and cannot be taken back');
update event_sponsorships set package_id = fixture.id('a', 'any package') where event_id = fixture.id('a', 'event 1');
select is(array[fixture.sold('package 1'), fixture.sold('any package')], array[0, 1], 'F181: a sponsorship that changes its package counts there');
delete from event_sponsorships where event_id = fixture.id('a', 'event 1') and status <> 'cancelled';
select is(fixture.sold('any package'), 0, 'F181: deleted, nowhere');
select throws_ok($$ update sponsorship_packages set sold_count = 0 where id = fixture.id('a', 'package 2') $$, '42501', null, 'F181: nobody writes the count');
select throws_ok($$ update sponsorship_packages set availability = 0 where id = fixture.id('a', 'package 2') $$, '23514', null, 'F181: nor offers less than was sold');
select throws_ok($$ update sponsorship_packages set event_id = fixture.id('a', 'event 1') where id = fixture.id('a', 'package 2') $$, '23514', null, 'F181: a sold package stays with its event');
select is(array[fixture.ask('{"person": "a/sponsor"}', 'select count(*) from event_sponsorships'), fixture.ask('{"person": "a/sponsor"}', 'select count(*) from sponsor_deliverables')], array['1', '1'], 'F055: a sponsor sees what they give and get, and no other sponsor''s');
select throws_ok($$ update sponsor_deliverables set sponsorship_id = fixture.id('a', 'sponsorship 2') where id = fixture.id('a', 'promise 1') $$, '23503', null, 'F055: a promise is about its event');
delete from deals where id = fixture.id('a', 'deal 1');
select is((select deal_id from event_sponsorships where id = fixture.id('a', 'sponsorship 1')), null, 'F182: a sponsorship stays when its deal goes');

select * from finish();
rollback;
