-- Agents propose, people decide; and the work is approved by those it is made for.
begin;
\ir support/fixture.psql
select fixture.house('a');
select plan(46);
create function fixture.run_of(word text) returns text
language sql as $$ select format('update ai_runs set approval_status = %L where id = %L', word, fixture.id('a', 'run')) $$;

-- F211
select is(fixture.try('{"plugin": "a/connector"}', fixture.run_of('approved')), '42501', 'F211: no plugin approves a run');
select is(fixture.try('{"system": "a"}', fixture.run_of('approved')), '42501', 'F211: nor does the hub by itself');
select is(fixture.try('{"plugin": "a/connector"}', 'insert into ai_runs (agent_node, approval_status, decided_at) values (''strategy'', ''approved'', now())'), '42501', 'F211: nor by bringing it approved');
select is(fixture.try('{"plugin": "a/connector"}', format('update ai_runs set proposed_output = ''{"score": 80}'', status = ''succeeded'' where id = %L', fixture.id('a', 'run'))), '1', 'a plugin hands in what it proposes');
select is(fixture.try('{"plugin": "a/connector"}', format('update ai_runs set input_context = ''{"ask": 1}'' where id = %L', fixture.id('a', 'run'))), '42501', 'and not what it was asked');
select is(fixture.act('{"person": "a/producer"}', format('update ai_runs set approval_status = ''edited'', proposed_output = ''{"score": 70}'', decided_by = %L, decided_at = ''2001-01-01'' where id = %L', fixture.id('a', 'owner'), fixture.id('a', 'run'))), '1', 'F211: a producer decides');
select is((select (decided_by = fixture.id('a', 'producer') and decided_at = now())::text from ai_runs where id = fixture.id('a', 'run')), 'true', 'under their own name and at that moment, whatever they say');
select is(fixture.try('{"person": "a/owner"}', fixture.run_of('rejected')), '23514', 'a decision is final');
select is(fixture.try('{"plugin": "a/connector"}', format('update ai_runs set proposed_output = ''{"score": 100}'' where id = %L', fixture.id('a', 'run'))), '23514', 'what was approved is not exchanged afterwards');
select is(fixture.try('{"system": "a"}', format('update ai_runs set proposed_output = null, input_context = ''{}'' where id = %L', fixture.id('a', 'run'))), '1', 'F282: an erasure empties it');
select throws_ok(format($$ update ai_runs set parent_run_id = id where id = %L $$, fixture.id('a', 'run')), '23514', null, 'F219: a run is not its own parent');

-- F212, F215, F204
select throws_ok(format($$ insert into ai_citations (organization_id, ai_run_id, url) values (%L, %L, 'javascript:alert(1)') $$, fixture.id('a', 'organization'), fixture.id('a', 'run')), '23514', null, 'F215: a source is a web address');
select is(fixture.try('{"person": "a/owner"}', 'update enrichment_suggestions set status = ''accepted'' where citation_id is null'), '23514', 'F212: nothing grounded is accepted without a source');
select is(fixture.try('{"person": "a/owner"}', 'update enrichment_suggestions set status = ''rejected'' where citation_id is null'), '1', 'it may be rejected');
select throws_ok(format($$ update enrichment_suggestions set citation_id = (select c.id from ai_citations c where c.ai_run_id = %L) where id = %L $$, fixture.id('a', 'event run 1'), fixture.id('a', 'suggestion')), '23503', null, 'F212: the source is one of the same run');
select is(fixture.try('{"plugin": "a/connector"}', format('insert into enrichment_suggestions (ai_run_id, contact_id, field, proposed_value, status, decided_at) values (%L, %L, ''bio'', ''"x"'', ''accepted'', now())', fixture.id('a', 'run'), fixture.id('a', 'contact'))), '42501', 'F204: an agent does not accept for people');
select throws_ok(format($$ insert into enrichment_suggestions (organization_id, ai_run_id, contact_id, field, proposed_value) values (%L, %L, %L, 'role of a', '"Chief"') $$, fixture.id('a', 'organization'), fixture.id('a', 'run'), fixture.id('a', 'contact')), '23505', null, 'F204: a field has one open suggestion');
select is(fixture.act('{"person": "a/producer"}', format('update enrichment_suggestions set status = ''accepted'' where id = %L', fixture.id('a', 'suggestion'))), '1', 'F204: with its source it is accepted');
update contacts set role = 'Intern', bio_grounded = null where id = fixture.id('a', 'contact');
insert into enrichment_suggestions (organization_id, ai_run_id, contact_id, field, old_value, proposed_value, citation_id) values
  (fixture.id('a', 'organization'), fixture.id('a', 'run'), fixture.id('a', 'contact'), 'role', '"Intern"', '"Creative director"', fixture.id('a', 'citation')),
  (fixture.id('a', 'organization'), fixture.id('a', 'run'), fixture.id('a', 'contact'), 'bio_grounded', null, '"Designs coats"', fixture.id('a', 'citation'));
create function fixture.decide(of_field text, word text) returns text
language sql as $$ select format('update enrichment_suggestions set status = %L where contact_id = %L and field = %L', word, fixture.id('a', 'contact'), of_field) $$;
select is(fixture.try('{"person": "a/staff"}', fixture.decide('role', 'accepted')), '0', 'F204: staff do not decide');
select is(fixture.act('{"person": "a/producer"}', fixture.decide('role', 'accepted')), '1', 'F204: a producer accepts');
select is((select role from contacts where id = fixture.id('a', 'contact')), 'Creative director', 'F204: and the field has the value');
update contacts set bio_grounded = 'Designs hats' where id = fixture.id('a', 'contact');
select is(fixture.try('{"person": "a/producer"}', fixture.decide('bio_grounded', 'accepted')), '23514', 'F204: nothing that was changed since is overwritten');
select is(fixture.act('{"person": "a/producer"}', fixture.decide('bio_grounded', 'rejected')), '1', 'F204: it may be rejected');
select is((select bio_grounded from contacts where id = fixture.id('a', 'contact')), 'Designs hats', 'F204: which keeps the field');
-- F214
insert into ai_runs (organization_id, agent_node, deal_id, proposed_output, status, approval_status)
  values (fixture.id('a', 'organization'), 'strategy', fixture.id('a', 'deal'), '{"fit_score": 74, "reasoning": "The same guests"}', 'succeeded', 'pending');
select is((select fit_score = 74 from deals where id = fixture.id('a', 'deal')) is true, false, 'F214: a proposed score changes no deal');
select is(fixture.act('{"person": "a/producer"}', format('update ai_runs set approval_status = %L where deal_id = %L and agent_node = %L', 'approved', fixture.id('a', 'deal'), 'strategy')), '1', 'F214: a producer approves');
select is((select fit_score::int from deals where id = fixture.id('a', 'deal')), 74, 'F214: and the score is on the deal');
select lives_ok(format($$ delete from ai_citations where id = %L $$, fixture.id('a', 'citation')), 'a source that goes undoes no decision');
select is((select (status, citation_id is null)::text from enrichment_suggestions where id = fixture.id('a', 'suggestion')), '(accepted,t)', 'and leaves it');

-- F238, F240
insert into ai_recommendations (organization_id, deal_id, kind, title, reasoning) values (fixture.id('a', 'organization'), fixture.id('a', 'deal'), 'deal_at_risk', 'Silent', 'Three weeks');
select throws_ok(format($$ insert into ai_recommendations (organization_id, deal_id, kind, title, reasoning) values (%L, %L, 'deal_at_risk', 'Silent', 'Four weeks') $$, fixture.id('a', 'organization'), fixture.id('a', 'deal')), '23505', null, 'F238: a deal is at risk once');
update ai_recommendations set status = 'expired' where kind = 'deal_at_risk';
select lives_ok(format($$ insert into ai_recommendations (organization_id, deal_id, kind, title, reasoning) values (%L, %L, 'deal_at_risk', 'Silent', 'Again') $$, fixture.id('a', 'organization'), fixture.id('a', 'deal')), 'F238: and again, when the first is over');
select is(fixture.ask('{"person": "a/staff"}', 'select (select count(*) from ai_runs) + (select count(*) from ai_recommendations) + (select count(*) from enrichment_suggestions)'), '0', 'staff are not told what agents think');

-- Sources are told where their run is.
update ai_runs set event_id = fixture.id('a', 'event 2') where id = fixture.id('a', 'event run 1');
select is((select event_id from ai_citations where ai_run_id = fixture.id('a', 'event run 1')), fixture.id('a', 'event 2'), 'a source moves with its run');

-- F206
select throws_ok(format($$ insert into brand_dna (organization_id, brand_id, version) values (%L, %L, '2.1') $$, fixture.id('a', 'organization'), fixture.id('a', 'brand')), '23505', null, 'F206: a brand has one voice at a time');
select is(fixture.try('{"system": "a"}', 'update guardian_checks set verdict = ''fail'''), '0', 'F206: a check is made anew, never changed');
select is(fixture.try('{"person": "a/owner"}', 'update roi_forecasts set probability = 1'), '0', 'F239: and so is a forecast');

-- F035, F118
select is(fixture.try('{"person": "a/producer"}', 'update approvals set status = ''changes_requested'' where entity_type = ''deliverable'''), '23514', 'F118: asking for changes says which');
select is(fixture.try('{"person": "a/producer"}', format('insert into approvals (entity_type, entity_id, event_id, round, status, decided_at) values (''call_sheet'', %L, %L, 7, ''approved'', now())', fixture.id('a', 'call sheet of event 1'), fixture.id('a', 'event 1'))), '23514', 'F035: nothing is approved before it was asked for');
select throws_ok(format($$ insert into approvals (organization_id, event_id, entity_type, entity_id, round) values (%L, %L, 'call_sheet', %L, 2) $$, fixture.id('a', 'organization'), fixture.id('a', 'event 1'), fixture.id('a', 'call sheet of event 1')), '23505', null, 'F035: one request at a time');
insert into project_members (organization_id, project_id, user_id, can_approve) values (fixture.id('a', 'organization'), fixture.id('a', 'project'), fixture.id('a', 'producer'), false);
select is(fixture.try('{"person": "a/producer"}', 'update approvals set status = ''approved'' where entity_type = ''deliverable'''), '42501', 'F035: whoever may not approve in a project does not');
select is(fixture.try('{"system": "a"}', 'update approvals set status = ''approved'' where entity_type = ''deliverable'''), '42501', 'F035: nor does the hub');
select is(fixture.try('{"person": "a/owner"}', format('update approvals set status = ''approved'', entity_id = %L where entity_type = ''deliverable''', app.uuid7())), '23514', 'F035: an answer is about what was asked');
select is(fixture.act('{"person": "a/admin"}', 'update approvals set status = ''changes_requested'', comment = ''Warmer light'' where entity_type = ''deliverable'''), '1', 'F035: changes are asked for');
select is(fixture.try('{"person": "a/admin"}', 'update approvals set status = ''approved'' where entity_type = ''deliverable'''), '23514', 'F035: that decision is final');
select is(fixture.try('{"person": "a/admin"}', 'update approvals set comment = ''Colder light'' where entity_type = ''deliverable'''), '23514', 'and so is what was said');
select is(fixture.act('{"person": "a/producer"}', format('insert into approvals (project_id, entity_type, entity_id, round) values (%L, ''deliverable'', %L, 2)', fixture.id('a', 'project'), fixture.id('a', 'deliverable'))), '1', 'F035: the next round is a new request');

select * from finish();
rollback;
