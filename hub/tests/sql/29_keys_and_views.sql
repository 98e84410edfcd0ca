-- What holds only where all parts meet: approvals and the things they are about, ratings, older names.
begin;
\ir support/fixture.psql
select fixture.house('a'), fixture.house('b');
create function fixture.ask_for(of_house text, type text, thing text) returns text
language sql
as $$ select format('insert into approvals (entity_type, entity_id, round) values (%L, %L, 9)', type, fixture.id(of_house, thing)) $$;
create function fixture.decide(word text, thing text) returns text
language sql
as $$ select format('update approvals set status = %L, comment = ''Warmer light'' where entity_id = %L', word, fixture.id('a', thing)) $$;
select plan(55);

-- F035, F118: the producer asks, the client answers, the thing says so.
select is(fixture.act('{"person": "a/producer"}', fixture.ask_for('a', 'asset', 'asset')), '1', 'F035: an asset is sent for approval');
select is((select project_id from approvals where entity_id = fixture.id('a', 'asset')), fixture.id('a', 'project'), 'in the project that it belongs to');
select is(fixture.ask('{"person": "a/client"}', format('select count(*) from approvals where entity_id = %L', fixture.id('a', 'asset'))), '1', 'F118: its client sees the request');
select is(fixture.ask('{"person": "a/model"}', 'select count(*) from approvals'), '0', 'F148: others of the project do not');
select is(fixture.try('{"person": "a/client"}', format('update approvals set due_at = now() where entity_id = %L', fixture.id('a', 'asset'))), '42501', 'F118: and answers it, nothing else');
select is(fixture.try('{"person": "a/client"}', fixture.decide('withdrawn', 'asset')), '42501', 'F035: what the team has asked, the team withdraws');
select is(fixture.act('{"person": "a/client"}', fixture.decide('approved', 'asset')), '1', 'F118: one word approves');
select is((select (status, is_final, approved_by = fixture.id('a', 'client'), approved_at is not null)::text from assets where id = fixture.id('a', 'asset')),
          '(approved,t,t,t)', 'F039: the asset is final, and who said so is on it');
select is((select (decided_by = fixture.id('a', 'client'))::text from approvals where entity_id = fixture.id('a', 'asset')), 'true', 'F035: and on the request');

select is(fixture.act('{"person": "a/producer"}', fixture.ask_for('a', 'deliverable', 'deliverable of project 2')), '1', 'F116: so is a deliverable');
select is(fixture.act('{"person": "a/client"}', fixture.decide('changes_requested', 'deliverable of project 2')), '1', 'F117: the client answers for projects of their company');
select is((select status from deliverables where id = fixture.id('a', 'deliverable of project 2')), 'changes_requested', 'F116: and the deliverable says so');
select is(fixture.act('{"person": "a/producer"}', fixture.ask_for('a', 'deliverable', 'deliverable of project 3')), '1', 'a request in a project of somebody else');
select is(fixture.try('{"person": "a/client"}', fixture.decide('approved', 'deliverable of project 3')), '0', 'F148: is out of the client''s reach');
select is(fixture.act('{"person": "a/producer"}', fixture.ask_for('a', 'shot_list', 'list')), '1', 'a shot list is sent for approval');
select is(fixture.act('{"person": "a/client"}', fixture.decide('approved', 'list')), '1', 'and approved');
select is((select status from shot_lists where id = fixture.id('a', 'list')), 'approved', 'F035: the list says so');
select is(fixture.act('{"person": "a/producer"}', fixture.ask_for('a', 'website_brief', 'brief')), '1', 'F019: a brief is sent for approval');
select is(fixture.act('{"person": "a/client"}', fixture.decide('approved', 'brief')), '1', 'and approved');
select is(fixture.act('{"person": "a/producer"}', replace(fixture.ask_for('a', 'website_brief', 'brief'), '9)', '10)')), '1', 'asked about again');
select is(fixture.act('{"person": "a/client"}', fixture.decide('rejected', 'brief') || ' and round = 10'), '1', 'and rejected');
select is((select status from website_briefs where id = fixture.id('a', 'brief')), 'approved', 'F019: what was approved stays frozen');

-- Who may ask, about what.
select is(fixture.try('{"person": "a/designer"}', fixture.ask_for('a', 'asset', 'final')), '1', 'F035: an editor asks about the things of their project');
select is(fixture.try('{"person": "a/designer"}', format('insert into approvals (project_id, entity_type, entity_id) values (%L, ''asset'', %L)', fixture.id('a', 'project'), fixture.id('a', 'final'))), '1', 'F035: which they may name');
select is(fixture.try('{"person": "a/designer"}', format('insert into approvals (project_id, entity_type, entity_id) values (%L, ''asset'', %L)', fixture.id('a', 'project'), fixture.id('a', 'final of project 3'))), '23503', 'F148: not about those of another project');
select is(fixture.try('{"person": "a/client"}', format('insert into approvals (project_id, entity_type, entity_id) values (%L, ''asset'', %L)', fixture.id('a', 'project'), fixture.id('a', 'final'))), '42501', 'a client asks for nothing');
select is(fixture.try('{"person": "a/owner"}', fixture.ask_for('b', 'asset', 'final')), '23503', 'F015: things of another house are not there to ask about');
select is(fixture.try('{"person": "a/owner"}', fixture.ask_for('a', 'gallery', 'final')), '23503', 'F262: an asset is no gallery');
update project_members set can_approve = false where user_id = fixture.id('a', 'client') and project_id = fixture.id('a', 'project');
select is(fixture.act('{"person": "a/producer"}', fixture.ask_for('a', 'gallery', 'gallery')), '1', 'a gallery is sent for approval');
select is(fixture.try('{"person": "a/client"}', fixture.decide('approved', 'gallery')), '42501', 'F035: to a client who may look, not decide');
update deliverables set project_id = fixture.id('a', 'project') where id = fixture.id('a', 'deliverable of project 3');
select is(fixture.try('{"person": "a/owner"}', fixture.decide('approved', 'deliverable of project 3')), '23503', 'what has moved to another project is asked about there');
select lives_ok(format('delete from deliverables where id = %L', fixture.id('a', 'deliverable of project 3')), 'a thing may go');
select is((select count(*) from approvals where entity_id = fixture.id('a', 'deliverable of project 3')), 0::bigint, 'F262: and its approvals go with it');

-- F179
create function fixture.rating() returns numeric language sql as $$ select rating from vendors where id = fixture.id('a', 'vendor') $$;
select is(fixture.rating(), 3.00, 'F179: a vendor''s rating is the mean of their ratings');
insert into vendor_ratings (organization_id, vendor_id, rated_by, rating) values (fixture.id('a', 'organization'), fixture.id('a', 'vendor'), fixture.id('a', 'admin'), 5);
select is(fixture.rating(), 3.67, 'F179: one more moves it');
update vendor_ratings set rating = 1 where rated_by = fixture.id('a', 'admin');
select is(fixture.rating(), 2.33, 'F179: and one that changes');
insert into vendors (id, organization_id, name) values (fixture.id('a', 'new vendor'), fixture.id('a', 'organization'), 'Fleurs');
update vendor_ratings set vendor_id = fixture.id('a', 'new vendor') where rated_by = fixture.id('a', 'admin');
select is(array[fixture.rating(), (select rating from vendors where id = fixture.id('a', 'new vendor'))], array[3.00, 1.00], 'F179: a rating that moves counts where it is');
delete from vendor_ratings where vendor_id in (fixture.id('a', 'vendor'), fixture.id('a', 'new vendor'));
select is(fixture.rating(), null, 'F179: without ratings there is none');
select throws_ok($$ update vendors set rating = 5 $$, '42501', null, 'F179: nobody writes it by hand');

-- F126, F177
select is(fixture.ask('{"person": "a/sponsor"}', 'select count(*) from activations'), '1', 'F126: a sponsor sees the activations of their company');
select is(fixture.ask('{"person": "a/designer"}', 'select count(*) from designer_reviews'), '1', 'F177: a designer reads what was said of them');
select is(fixture.try('{"person": "a/designer"}', 'update designer_reviews set rating = 5'), '0', 'F177: and does not rewrite it');

select is((select string_agg(name, ',') from contact_segments where organization_id = fixture.id('a', 'organization') and kind = 'archive'), 'Archive', 'F231: every house has an archive of contacts');

-- F258: the eight tables that were there, and the forty-four that were asked for, under these names.
select is((select string_agg(n, ' ') from unnest(string_to_array('profiles organizations events tasks sponsors budget_items assets campaigns '
    || 'ticket_tiers registrations payments event_phases event_schedules event_rehearsals event_assets venues venue_availability stakeholders '
    || 'event_stakeholders task_assignees organizer_teams organizer_team_members model_agencies model_profiles event_models model_availability '
    || 'call_times fashion_brands designer_profiles event_designers designer_availability sponsor_organizations event_sponsors_junction '
    || 'sponsorship_packages shoots shoot_items shoot_assets shoot_payments media_size_specs asset_variants cloudinary_assets asset_links '
    || 'instagram_connections instagram_posts facebook_connections facebook_posts shopify_shops shopify_products shopify_media_links '
    || 'amazon_connections amazon_products amazon_media_links', ' ')) n
    where fixture.ask('{"person": "a/owner"}', format('select count(*) from %I', n)) !~ '^\d{1,4}$'), null, 'F258: each of the 52 names can be selected');
select is((select string_agg(v.relname, ' ') from pg_class v
            where v.relnamespace = 'public'::regnamespace and v.relkind = 'v' and v.relname !~ '^(pg_|tap_)'
              and exists (select from pg_attribute a where a.attrelid = v.oid and a.attname = 'organization_id')
              and fixture.ask('{"person": "a/owner"}', format('select count(*) from %I where organization_id <> %L', v.relname, fixture.id('a', 'organization'))) <> '0'),
          null, 'F015: no view shows another house');
select ok((select count(*) >= 130 from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname !~ '^_')
          and (select count(*) > 500 from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace), 'F258, F260: tables and keys enough');

select is(fixture.ask('{"person": "a/owner"}', 'select (shop_domain, access_token)::text from shopify_shops'), '(a.myshopify.com,[sealed])', 'F166: a shop, without its token');
select is(fixture.ask('{"person": "a/owner"}', 'select string_agg(company_name || '' '' || status || '' '' || coalesce(contribution_amount, 0), '', '' order by company_name, title) from sponsors join deals using (id)'),
          'Galerie own 20000.000, Lumen own 0, Lumen own 20000.000', 'F183: the pipeline with company, stage and what was committed');
select is(fixture.ask('{"person": "a/owner"}', 'select string_agg(distinct type, '','') from event_assets'), 'photo', 'F064: pictures of events are photos');
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) from shoot_assets where file_url is not null'), '0', 'F145: no view hands out the address of a file that is kept here');

-- F163, F167: the views that are written.
select is(fixture.try('{"person": "a/producer"}', format('insert into instagram_posts (connection_id, caption) values (%L, ''Tonight'')', fixture.id('a', 'other connection'))), '1', 'F163: a post is made under its older name');
select is(fixture.try('{"person": "a/producer"}', 'update instagram_posts set platform = ''facebook'''), '44000', 'F163: and stays on its platform');
select is(fixture.try('{"person": "a/producer"}', format('insert into shopify_products (shop_id, channel, shopify_product_id, title, status) values (%L, ''etsy'', ''gid'', ''Coat'', ''active'')', fixture.id('a', 'connection'))), '44000', 'F167: no listing is slipped into another channel');
select is(fixture.try('{"person": "a/producer"}', format('insert into facebook_posts (connection_id, message) values (%L, ''Tonight'')', fixture.id('a', 'other connection'))), '23503', 'F165: nor published by a connection of another platform');
select is(fixture.try('{"person": "a/client"}', 'delete from shopify_products'), '0', 'F167: and not by everybody');

select * from finish();
rollback;
