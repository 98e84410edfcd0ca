-- Voice, campaigns, numbers and opinions. Opinions and numbers are of the preview, which is over. No model of anybody's
-- was asked for the runs here, and none of them is decided: that is for a person to do.

insert into brand_dna (brand_id, version, verbal_pillars, rules)
values (pg_temp.the('fashion_brands', 'Maison Nocturne'), '1.0', '["calm", "exact", "never loud"]', '[{"never": "exclamation marks"}, {"say": "pieces, not items"}]');
insert into playbooks (brand_id, title, body, tags)
values (pg_temp.the('fashion_brands', 'Maison Nocturne'), 'First letter to a partner', 'Write by hand. Say what the evening is about. Ask for a meeting, not for money.', '{partners}');
insert into playbook_chunks (playbook_id, ordinal, content)
select p.id, c.ordinal - 1, c.content from playbooks p, unnest(array['Write by hand.', 'Say what the evening is about.', 'Ask for a meeting, not for money.']) with ordinality c (content, ordinal)
 where p.organization_id = app.org();

insert into ai_runs (event_id, deal_id, account_id, agent_node, input_context, proposed_output, status, approval_status)
select d.event_id, d.id, d.account_id, 'scorer', '{"demo": true}', '{"fit_score": 64}', 'succeeded', 'pending' from deals d where d.organization_id = app.org() and d.title = 'Velours backstage beauty';
insert into ai_runs (contact_id, account_id, agent_node, input_context, proposed_output, status, approval_status)
select c.id, c.account_id, 'enrichment', '{"demo": true}', '{"role": "Director of buying"}', 'succeeded', 'pending' from contacts c where c.organization_id = app.org() and c.name = 'Lucie Ferrand';
insert into ai_citations (ai_run_id, field, url, title)
select id, 'role', 'https://vauban.example/team', 'The team of Galerie Vauban' from ai_runs where organization_id = app.org() and agent_node = 'enrichment';
insert into enrichment_suggestions (ai_run_id, contact_id, field, old_value, proposed_value, citation_id)
select r.id, r.contact_id, 'role', '"Buying director"', '"Director of buying"', c.id from ai_runs r join ai_citations c on c.ai_run_id = r.id where r.organization_id = app.org();
insert into ai_recommendations (ai_run_id, event_id, deal_id, account_id, kind, title, reasoning, score)
select id, event_id, deal_id, account_id, 'next_best_action', 'Send the numbers of the preview', 'They were asked for nine days ago.', 81 from ai_runs where organization_id = app.org() and agent_node = 'scorer';
insert into roi_forecasts (deal_id, event_id, ai_run_id, predicted_emv, predicted_sales_lift, predicted_roi, probability, currency, method)
select deal_id, event_id, id, 21000, 0.04, 1.4, 0.4, 'EUR', 'baseline' from ai_runs where organization_id = app.org() and agent_node = 'scorer';
insert into guardian_checks (message_id, brand_dna_id, body_digest, verdict, findings)
select m.id, v.id, app.message_digest(m), 'pass', '[]' from messages m join brand_dna v on v.organization_id = m.organization_id
 where m.organization_id = app.org() and m.status = 'pending_approval';
insert into approvals (project_id, entity_type, entity_id, requested_by, due_at)
select project_id, 'shot_list', id, pg_temp.person('Inès Delacourt'), pg_temp.at(3, '18:00') from shot_lists where organization_id = app.org();
insert into approvals (event_id, entity_type, entity_id, requested_by)
select event_id, 'call_sheet', id, pg_temp.person('Inès Delacourt') from call_sheets where organization_id = app.org() and event_id is not null;

insert into campaigns (brand_id, name, description, type, status, start_date, end_date)
values (pg_temp.the('fashion_brands', 'Maison Nocturne'), 'Towards the night', 'One colour a day until the show', 'social', 'active', pg_temp.at(-14, '09:00'), pg_temp.at(7, '18:00')),
       (pg_temp.the('fashion_brands', 'Maison Nocturne'), 'Thank you, buyers', 'The order book opens', 'email', 'draft', pg_temp.at(1, '09:00'), pg_temp.at(21, '18:00'));
insert into activations (brand_id, event_id, campaign_id, sponsor_id, name, channel, platform, location, starts_at, ends_at, status)
values (pg_temp.the('fashion_brands', 'Maison Nocturne'), (pg_temp.show()).id, pg_temp.the('campaigns', 'Towards the night'), null, 'Nightfall, one colour a day', 'social', 'instagram', null, pg_temp.at(-14, '09:00'), pg_temp.at(7, '18:00'), 'live'),
       (pg_temp.the('fashion_brands', 'Maison Nocturne'), (pg_temp.show()).id, null, pg_temp.the('accounts', 'Champagne Aurélien'), 'Rooftop bar', 'physical', null, 'Rooftop',
        (pg_temp.show()).start_time + interval '55 minutes', (pg_temp.show()).end_time, 'planned');
insert into impact_metrics (event_id, metric, value, currency, measured_at)
select pg_temp.the('events', 'Nocturne: Atelier Preview'), metric, value, currency, pg_temp.at(-20, '12:00')
  from (values ('footfall', 9, null), ('mentions', 14, null), ('reach', 38000, null), ('emv', 6200, 'EUR')) m (metric, value, currency);
insert into impact_metrics (activation_id, metric, value, measured_at)
select pg_temp.the('activations', 'Nightfall, one colour a day'), 'impressions', value, pg_temp.at(days, '23:00')
  from (values (-13, 4100), (-10, 5300), (-7, 6900), (-4, 8800), (-1, 15200)) m (days, value);
insert into notifications (user_id, type, title, content, status, sent_at, entity_type, entity_id)
select pg_temp.person(who), 'push', title, content, 'sent', pg_temp.at(-1, '17:00'), 'event', (pg_temp.show()).id
  from (values ('Inès Delacourt', 'The rundown is complete', 'Thirty-one cues, from doors to after-party.'), ('Mathis Aubry', 'You call the show', 'Radio check is on your list.'),
               ('Odile Marchetti', 'The last fittings are done', 'Forty looks are final.')) n (who, title, content);

insert into designer_reviews (designer_id, reviewer_id, event_id, rating, review)
values (pg_temp.the('designer_profiles', 'Odile Marchetti'), pg_temp.person('Lucie Ferrand'), pg_temp.the('events', 'Nocturne: Atelier Preview'), 5, 'The coat alone was worth the way.');
insert into model_reviews (model_id, reviewer_id, event_id, rating, review)
values (pg_temp.the('model_profiles', 'Nyadak Deng'), pg_temp.person('Odile Marchetti'), pg_temp.the('events', 'Nocturne: Atelier Preview'), 5, 'Carries velvet as if it were air.');
insert into event_vendors (event_id, vendor_id, status)
select pg_temp.the('events', 'Nocturne: Atelier Preview'), v.id, 'completed' from vendors v
 where v.organization_id = app.org() and v.name in ('Table Ronde Traiteur', 'Coiffure Solange');
insert into vendor_ratings (vendor_id, rated_by, event_id, rating, review)
values (pg_temp.the('vendors', 'Table Ronde Traiteur'), pg_temp.person('Inès Delacourt'), pg_temp.the('events', 'Nocturne: Atelier Preview'), 4, 'Good, ten minutes late.'),
       (pg_temp.the('vendors', 'Coiffure Solange'), pg_temp.person('Inès Delacourt'), pg_temp.the('events', 'Nocturne: Atelier Preview'), 5, 'Calm and fast.');
insert into event_feedback (event_id, user_id, rating, feedback)
values (pg_temp.the('events', 'Nocturne: Atelier Preview'), pg_temp.person('Lucie Ferrand'), 5, 'Close enough to hear the silk.'),
       (pg_temp.the('events', 'Nocturne: Atelier Preview'), pg_temp.person('Sorin Vasile'), 4, 'A larger salon next time.');
