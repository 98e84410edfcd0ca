-- What a show moved, what people thought of it, how events are found, and who asks about their data.
begin;
\ir support/fixture.psql
select fixture.house('a'), fixture.house('b');
select plan(37);
create function fixture.heat_of(n int) returns numeric
language sql as $$ select heat_score from activations where id = fixture.id('a', 'activation ' || n) $$;

-- F126
select is(fixture.heat_of(1), round(3 * ln(121.0), 3), 'F126: heat is computed from what was measured');
insert into impact_metrics (organization_id, activation_id, metric, value, measured_at)
select fixture.id('a', 'organization'), fixture.id('a', 'activation 1'), 'reach', 500, t from unnest(array['2026-10-01 21:00Z', '2026-10-01 22:00Z']::timestamptz[]) t;
select is(fixture.heat_of(1), round(3 * ln(121.0) + ln(1001.0), 3), 'F126: measurements of one metric add up, metrics are weighed');
insert into impact_metrics (organization_id, activation_id, metric, value, currency, measured_at) values (fixture.id('a', 'organization'), fixture.id('a', 'activation 1'), 'emv', 90000, 'JPY', now());
select is(fixture.heat_of(1), round(3 * ln(121.0) + ln(1001.0), 3), 'F126: money of any currency makes no heat');
update impact_metrics set activation_id = fixture.id('a', 'activation 2') where metric = 'reach';
select is(array[fixture.heat_of(1), fixture.heat_of(2)], array[round(3 * ln(121.0), 3), round(3 * ln(121.0) + ln(1001.0), 3)], 'F126: a measurement that moves takes its heat along');
update impact_metrics set value = -5 where metric = 'footfall' and activation_id = fixture.id('a', 'activation 2');
select is(fixture.heat_of(2), round(ln(1001.0), 3), 'a negative measurement cools nothing below nothing');
delete from impact_metrics where activation_id = fixture.id('a', 'activation 2');
select is(fixture.heat_of(2), null, 'F126: without measurements there is no heat');
select throws_ok($$ update activations set heat_score = 99 $$, '42501', null, 'F126: nobody writes it by hand');
select throws_ok(format($$ insert into activations (organization_id, name, channel, heat_score) values (%L, 'Hot', 'social', 5) $$, fixture.id('a', 'organization')), '42501', null, 'not at the start either');

-- F127
select throws_ok(format($$ insert into impact_metrics (organization_id, event_id, metric, value, measured_at) values (%L, %L, 'sales', 10, now()) $$, fixture.id('a', 'organization'), fixture.id('a', 'event 1')), '23514', null, 'F127: money has a currency');
select throws_ok(format($$ insert into impact_metrics (organization_id, metric, value, measured_at) values (%L, 'reach', 10, now()) $$, fixture.id('a', 'organization')), '23514', null, 'F127: a figure is about something');
select throws_ok(format($$ insert into impact_metrics (organization_id, event_id, activation_id, metric, value, measured_at) values (%L, %L, %L, 'footfall', 1, '2026-10-01 20:00Z') $$, fixture.id('a', 'organization'), fixture.id('a', 'event 1'), fixture.id('a', 'activation 1')), '23505', null, 'F127: the same measurement is not counted twice');

-- F175
select is(fixture.ask('{"person": "a/staff"}', 'select count(*) from notifications'), '1', 'F175: everybody reads their own notifications');
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) from notifications'), '0', 'F175: and nobody else''s');
select is(fixture.try('{"person": "a/owner"}', format('insert into notifications (user_id, type, title) values (%L, ''push'', ''Hello'')', fixture.id('b', 'staff'))), '23514', 'F175: people of other houses are not written to');
select throws_ok($$ update notifications set status = 'sent' $$, '23514', null, 'F175: sent has a time');

-- F176, F177, F178, F179
select is(fixture.try('{"person": "a/attendee"}', format('insert into event_feedback (event_id, user_id, rating) values (%L, %L, 1)', fixture.id('a', 'event 1'), fixture.id('a', 'attendee'))), '23505', 'F176: an event is rated once');
select is(fixture.try('{"person": "a/attendee"}', format('insert into event_feedback (event_id, user_id, rating) values (%L, %L, 1)', fixture.id('a', 'event 1'), fixture.id('a', 'staff'))), '42501', 'F176: by oneself');
select is(fixture.try('{"person": "a/attendee"}', 'update event_feedback set rating = 6'), '23514', 'F176: from one to five');
select is(fixture.try('{"person": "a/owner"}', 'update event_feedback set rating = 5'), '0', 'F176: nobody improves what a guest has said');
select is(fixture.ask('{"person": "a/model"}', 'select count(*) from model_reviews'), '1', 'F178: a model reads what was said of her');
select is(fixture.try('{"person": "a/model"}', 'update model_reviews set rating = 5'), '0', 'F178: and does not rewrite it');
select is(fixture.try('{"person": "a/model"}', 'delete from model_reviews'), '0', 'F178: nor makes it disappear');
select is(fixture.try('{"person": "a/client"}', 'update model_reviews set rating = 5'), '2', 'F178: who wrote it may think again');
select is(fixture.try('{"person": "a/designer"}', format('insert into vendor_ratings (vendor_id, rated_by, rating) values (%L, %L, 5)', fixture.id('a', 'vendor'), fixture.id('a', 'designer'))), '42501', 'F179: vendors are rated by those who work with them');

-- F177: both events go, and the reviews of one designer by one person stay apart.
insert into designer_reviews (organization_id, designer_id, reviewer_id, event_id, rating)
select fixture.id('a', 'organization'), fixture.id('a', 'designer card'), fixture.id('a', 'client'), fixture.id('a', 'event ' || n), n from generate_series(1, 2) n;
insert into designer_reviews (organization_id, designer_id, reviewer_id, rating) values (fixture.id('a', 'organization'), fixture.id('a', 'designer card'), fixture.id('a', 'client'), 3);
select throws_ok(format($$ insert into designer_reviews (organization_id, designer_id, reviewer_id, rating) values (%L, %L, %L, 1) $$, fixture.id('a', 'organization'), fixture.id('a', 'designer card'), fixture.id('a', 'client')), '23505', null, 'F177: a designer is reviewed once, without an event too');
select lives_ok($$ delete from events where id in (fixture.id('a', 'event 1'), fixture.id('a', 'event 2')) $$, 'F177: events go in spite of their reviews');
select is((select array_agg(rating order by rating) from designer_reviews where reviewer_id = fixture.id('a', 'client') and event_id is null), array[1, 2, 3], 'F177: the reviews stay');

-- F070, F071
select throws_ok(format($$ update event_categories set parent_id = %L where id = %L $$, fixture.id('a', 'sub-category'), fixture.id('a', 'category')), '23514', null, 'F070: a category is not under itself, through any chain');
select throws_ok(format($$ insert into event_categories (organization_id, name) values (%L, 'Shows') $$, fixture.id('a', 'organization')), '23505', null, 'F070: a name is once a level, at the top too');
delete from event_categories where id = fixture.id('a', 'category');
select is((select parent_id from event_categories where id = fixture.id('a', 'sub-category')), null, 'F070: children outlive their parent');
select throws_ok(format($$ insert into event_tags (organization_id, name) values (%L, 'Couture') $$, fixture.id('a', 'organization')), '23505', null, 'F071: a tag is once, whatever its case');
select is(fixture.ask('{"device": "b/tablet 1"}', 'select string_agg(description, '','') from event_restrictions'), 'Black', 'F069: the door reads the restrictions of its event');

-- F246, F281, F282
select is(fixture.try('{"person": "a/model"}', format('insert into privacy_requests (kind, subject_kind, subject_id, requested_by) values (''export'', ''model_profile'', %L, %L)', fixture.id('a', 'model card'), fixture.id('a', 'model'))), '1', 'F281: anybody asks for what is known of them');
select is(fixture.try('{"person": "a/model"}', format('insert into privacy_requests (kind, subject_kind, subject_id, requested_by) values (''erase'', ''model_profile'', %L, %L)', fixture.id('a', 'other model card'), fixture.id('a', 'model'))), '42501', 'F282: and has nobody else erased');
select is(fixture.try('{"person": "a/attendee"}', format('insert into privacy_requests (kind, subject_kind, subject_id, requested_by, status, completed_at) values (''erase'', ''user'', %1$L, %1$L, ''done'', now())', fixture.id('a', 'attendee'))), '42501', 'F282: or a request that is answered before it was made');
select is((select string_agg(distinct fixture.try(w, 'delete from privacy_requests'), '') from unnest(array['{"person": "a/owner"}', '{"system": "a"}']::jsonb[]) w), '0', 'F282: requests are never deleted');
select is(fixture.ask('{"system": "a"}', 'select count(*) from hub.maintenance_runs') || fixture.try('{"system": "a"}', 'delete from hub.maintenance_runs') || fixture.ask('{"person": "a/owner"}', 'select count(*) from hub.maintenance_runs'), '04250142501', 'F243: the record of upkeep is the hub''s, and stays');

select * from finish();
rollback;
