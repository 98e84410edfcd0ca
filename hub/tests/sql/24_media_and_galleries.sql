-- Files, assets, galleries, links, channels: F004, F014, F027-F030, F034, F039, F145-F148, F150-F161, F163, F167-F173, F184.
begin;
\ir support/fixture.psql
create extension if not exists dblink;
select fixture.house('a'), fixture.house('b');
select plan(88);

create function fixture.org() returns uuid language sql stable as $$ select fixture.id('a', 'organization') $$;
create function fixture.shown(asset text) returns boolean
language sql stable as $$ select client_visible from assets where id = fixture.id('a', asset) $$;
create function fixture.names(who text) returns text
language sql volatile as $$ select fixture.ask(jsonb_build_object('person', 'a/' || who), 'select string_agg(name, '','' order by name) from assets') $$;

-- F027, F014: a client sees what published galleries of their projects show.
select is(fixture.names('client'), 'final.jpg,final.jpg', 'F027: a client sees what was published of their two projects');
select is(fixture.ask('{"person": "a/client"}', 'select count(*) from asset_variants'), '2', 'F144: in all its sizes');
select is(fixture.ask('{"person": "a/client"}', 'select string_agg(distinct name, '','') from media_galleries'), 'Delivery', 'F027: a draft gallery is not there');
select is(fixture.ask('{"person": "a/client"}', 'select count(*) from gallery_assets'), '2', 'nor what is in it');
update media_galleries set status = 'published' where id = fixture.id('a', 'draft gallery');
select is((fixture.shown('asset'), (select published_at is not null from media_galleries where id = fixture.id('a', 'draft gallery')))::text, '(t,t)', 'F027: publishing shows its assets, and is dated');
select is(fixture.names('client'), 'final.jpg,final.jpg,raw.jpg', 'F027: to the client');
update media_galleries set status = 'archived' where id = fixture.id('a', 'draft gallery');
select is(fixture.shown('asset'), false, 'F027: unpublishing hides them');
select is(fixture.names('client'), 'final.jpg,final.jpg', 'F027: from the client');
insert into gallery_assets (organization_id, gallery_id, asset_id) values (fixture.org(), fixture.id('a', 'draft gallery'), fixture.id('a', 'final'));
update media_galleries set status = 'published' where id = fixture.id('a', 'draft gallery');
update media_galleries set status = 'draft' where id = fixture.id('a', 'gallery');
select is(fixture.shown('final'), true, 'F027: what another published gallery holds stays visible');
delete from gallery_assets where gallery_id = fixture.id('a', 'draft gallery') and asset_id = fixture.id('a', 'final');
select is(fixture.shown('final'), false, 'F027: until it leaves that one too');
insert into gallery_assets (organization_id, gallery_id, asset_id) values (fixture.org(), fixture.id('a', 'draft gallery'), fixture.id('a', 'final'));
select is(fixture.shown('final'), true, 'F027: what is added to a published gallery is visible at once');
delete from gallery_assets where gallery_id = fixture.id('a', 'gallery');
update gallery_assets set gallery_id = fixture.id('a', 'gallery') where gallery_id = fixture.id('a', 'draft gallery') and asset_id = fixture.id('a', 'final');
select is(fixture.shown('final'), false, 'F027: what moves to a draft is not');
delete from media_galleries where id = fixture.id('a', 'draft gallery');
select is(fixture.shown('asset'), false, 'F027: what was in a deleted gallery neither');
insert into gallery_assets (organization_id, gallery_id, asset_id) values (fixture.org(), fixture.id('a', 'gallery of project 3'), fixture.id('a', 'asset'));
select is((fixture.shown('asset'), fixture.names('client'))::text, '(t,final.jpg)', 'F148: what another client''s gallery shows is not this one''s');
select is(fixture.try('{"person": "a/owner"}', format('update assets set client_visible = true where id = %L', fixture.id('a', 'final'))), '42501', 'nobody shows an asset past the galleries');
select throws_ok($$ update assets set client_visible = not client_visible $$, '42501', null, 'not by hand either');
insert into assets (id, organization_id, uploaded_by, name, asset_type, client_visible) values (fixture.id('a', 'eager'), fixture.org(), fixture.id('a', 'owner'), 'eager.jpg', 'image', true);
select is(fixture.shown('eager'), false, 'nor when it is new');

-- Two who change galleries of one asset at the same moment see each other. These commits are real, in a house of their own.
create function fixture.other() returns text
language sql stable
as $$
  select format('host=%s port=%s dbname=%s user=%s', split_part(current_setting('unix_socket_directories'), ',', 1),
                current_setting('port'), current_database(), session_user)
         || coalesce(' password=' || nullif(current_setting('fixture.password', true), ''), '')
$$;
select dblink_connect('one', fixture.other()), dblink_connect('two', fixture.other());
select dblink_exec('one', 'set statement_timeout = ''10s'''), dblink_exec('two', 'set statement_timeout = ''10s''');
select app.uuid7() as org, app.uuid7() as person, app.uuid7() as project, app.uuid7() as shoot, app.uuid7() as list, app.uuid7() as asset,
       app.uuid7() as other_asset, app.uuid7() as g1, app.uuid7() as g2, app.uuid7() as invoice \gset
select dblink_exec('one', format($$
  begin;
  insert into users (id, email_enc, email_bidx, full_name, status) values (%2$L, %3$L, %4$L, 'Race', 'active');
  insert into organizations (id, owner_id, name, slug) values (%1$L, %2$L, 'Race', %5$L);
  insert into projects (id, organization_id, title, type) values (%6$L, %1$L, 'Race', 'shoot');
  insert into shoots (id, organization_id, project_id, title, created_by) values (%7$L, %1$L, %6$L, 'Race', %2$L);
  insert into shot_lists (id, organization_id, shoot_id, title) values (%8$L, %1$L, %7$L, 'Race');
  insert into assets (id, organization_id, project_id, uploaded_by, name, asset_type) values (%9$L, %1$L, %6$L, %2$L, 'a', 'image'), (%10$L, %1$L, %6$L, %2$L, 'b', 'image');
  insert into media_galleries (id, organization_id, project_id, name, status) values (%11$L, %1$L, %6$L, 'one', 'published'), (%12$L, %1$L, %6$L, 'two', 'published');
  insert into gallery_assets (organization_id, gallery_id, asset_id) values (%1$L, %11$L, %9$L), (%1$L, %12$L, %9$L);
  commit $$, :'org', :'person', fixture.sealed('r'), fixture.blind(:'org'), 'r-' || :'org', :'project', :'shoot', :'list', :'asset', :'other_asset', :'g1', :'g2'));
create function fixture.race(first text, second text) returns void
language plpgsql
as $$
begin
  perform dblink_exec('one', 'begin'), dblink_exec('one', first), dblink_send_query('two', second);
  for i in 1 .. 50 loop
    perform pg_sleep(0.02);
    exit when dblink_is_busy('two') = 0;
  end loop;
  perform dblink_exec('one', 'commit');
  perform * from dblink_get_result('two') as r (status text);
  perform * from dblink_get_result('two') as r (status text);
end $$;
select fixture.race(format('update media_galleries set status = ''draft'' where id = %L', :'g1'), format('update media_galleries set status = ''draft'' where id = %L', :'g2'));
select is((select client_visible from assets where id = :'asset'), false, 'F027: two galleries unpublished at the same moment leave nothing visible');
select fixture.race(format('update media_galleries set status = ''published'' where id = %L', :'g1'),
                    format('insert into gallery_assets (organization_id, gallery_id, asset_id) values (%L, %L, %L)', :'org', :'g1', :'other_asset'));
select is((select array_agg(client_visible) from assets where organization_id = :'org'), array[true, true], 'F027: what is added while a gallery is published is visible');
select fixture.race(format('insert into shots (organization_id, shot_list_id, description) select %L, %L, ''one '' || n from generate_series(1, 3) n', :'org', :'list'),
                    format('insert into shots (organization_id, shot_list_id, description) select %L, %L, ''two '' || n from generate_series(1, 3) n', :'org', :'list'));
select is((select array_agg(rank order by rank) from shots where organization_id = :'org'), array['a0', 'a1', 'a2', 'a3', 'a4', 'a5'], 'F274: two who append at the same moment append to each other''s rows');
select fixture.race(format('update shoots set title = ''Moved'' where id = %L', :'shoot'),
                    format('insert into shot_lists (organization_id, shoot_id, title) values (%L, %L, ''Late'')', :'org', :'shoot'));
select is((select count(*) from shot_lists where organization_id = :'org'), 2::bigint, 'a list that comes while its shoot changes waits and comes');
select dblink_exec('one', format('insert into projects (id, organization_id, title, type) values (%L, %L, ''Next'', ''shoot'')', :'invoice', :'org'));
select fixture.race(format('update shoots set project_id = %L where id = %L', :'invoice', :'shoot'),
                    format('insert into shot_lists (organization_id, shoot_id, title) values (%L, %L, ''Later'')', :'org', :'shoot'));
select is((select array_agg(distinct project_id) from shot_lists where organization_id = :'org'), array[:'invoice']::uuid[], 'F148: what comes while a shoot changes project is of the project it changes to');
select dblink_exec('one', format('delete from organizations where id = %2$L; delete from users where id = %1$L; delete from live.journal where organization_id = %2$L;
  delete from live.commits where organization_id = %2$L; delete from live.topics where organization_id = %2$L', :'person', :'org'));
select dblink_disconnect('one'), dblink_disconnect('two');

-- F158, F157, F064
insert into gallery_assets (organization_id, gallery_id, asset_id) values (fixture.org(), fixture.id('a', 'gallery of event 1'), fixture.id('a', 'plain of event 1'));
select is((select array_agg(order_index order by order_index) from gallery_assets where gallery_id = fixture.id('a', 'gallery of event 1')), array[0, 1], 'F158: what is added comes last');
select is(fixture.ask('{"person": "a/staff"}', 'select string_agg(name, '','' order by name) from media_galleries where event_id is not null'), 'Backstage', 'F157: staff see the published galleries of their events');
select is(fixture.ask('{"person": "a/staff"}', 'select string_agg(name, '','' order by name) from assets'), 'featured', 'F064: and featured assets of them');
select is((select array_agg(distinct event_id) from gallery_assets where gallery_id = fixture.id('a', 'gallery of event 1')), array[fixture.id('a', 'event 1')], 'rows of a gallery know its event');
update media_galleries set event_id = null where id = fixture.id('a', 'gallery of event 1');
select is((select count(*) from gallery_assets where gallery_id = fixture.id('a', 'gallery of event 1') and event_id is null), 2::bigint, 'and follow it');

-- F029
select is(fixture.try('{"person": "a/client"}', 'select from gallery_shares'), '0', 'F029: links are the house''s');
select throws_ok($$ insert into gallery_shares (organization_id, gallery_id, token_hash, expires_at) values (fixture.org(), fixture.id('a', 'gallery'), 'secret', now()) $$, '23514', null, 'F029: the token is kept as its hash');
select throws_ok($$ insert into gallery_shares (organization_id, gallery_id, token_hash) values (fixture.org(), fixture.id('a', 'gallery'), sha256('x')) $$, '23502', null, 'F029: every link expires');
select is_empty($$ select from live.journal where table_name = 'gallery_shares' and new_row ? 'token_hash' $$, 'F029: and is in no journal');
select is(fixture.try('{"person": "a/owner"}', 'delete from gallery_access_log'), '0', 'F029: who looked is not forgotten');
select is(fixture.try('{"system": "a"}', 'update gallery_access_log set action = ''view'''), '0', 'F029: nor rewritten, by the hub neither');
select is(fixture.try('{"person": "a/owner"}', format('insert into gallery_access_log (gallery_id, action) values (%L, ''view'')', fixture.id('a', 'gallery'))), '42501', 'F029: nor invented');
delete from gallery_shares where id = fixture.id('a', 'share');
select is((select count(*) from gallery_access_log where gallery_id = fixture.id('a', 'gallery') and share_id is null), 1::bigint, 'F029: the record outlives the link');

-- F159
select is(fixture.names('model'), 'featured,raw.jpg,raw.jpg', 'F159: what was shared is seen while it is shared');
select is(fixture.try('{"person": "a/model"}', format('update assets set name = ''x'' where id = %L', fixture.id('a', 'asset'))), '0', 'F159: to look at');
select is(fixture.try('{"person": "a/model"}', format('update assets set name = ''x'' where id = %L', fixture.id('a', 'asset of project 2'))), '1', 'F159: to edit');
select is(fixture.try('{"person": "a/model"}', format('update assets set status = ''approved'' where id = %L', fixture.id('a', 'asset of project 2'))), '42501', 'F159: which decides nothing');
select is(fixture.try('{"person": "a/model"}', format('update assets set project_id = null, shoot_id = null where id = %L', fixture.id('a', 'asset of project 2'))), '42501', 'F159: and moves nothing');
select is(fixture.try('{"person": "a/model"}', format('delete from assets where id = %L', fixture.id('a', 'asset of project 2'))), '1', 'F159: to delete');
update asset_permissions set expires_at = clock_timestamp() - interval '1 second' where user_id = fixture.id('a', 'model');
select is(fixture.names('model'), 'featured', 'F159: and no longer, without a job having to run');
select is(fixture.try('{"person": "a/model"}', format('insert into asset_permissions (asset_id, user_id, permission_type) values (%L, %L, ''view'')', fixture.id('a', 'asset'), fixture.id('a', 'model'))), '42501', 'F159: nobody lets themselves in');
select throws_ok($$ insert into asset_permissions (organization_id, asset_id, user_id, permission_type) values (fixture.org(), fixture.id('a', 'asset'), fixture.id('b', 'model'), 'view') $$, '23514', null, 'F159: nor a stranger');

-- F184, F034
select is(fixture.names('sponsor'), 'logo.svg', 'F184: a sponsor sees their own assets');
select is(fixture.try('{"person": "a/sponsor"}', format('insert into assets (sponsor_id, name, asset_type, file_url, status) values (%L, ''banner'', ''banner'', ''https://x'', ''pending'')', fixture.id('a', 'account'))), '1', 'F184: and uploads more');
select is(fixture.try('{"person": "a/sponsor"}', format('insert into assets (sponsor_id, name, asset_type, file_url, status) values (%L, ''banner'', ''banner'', ''https://x'', ''approved'')', fixture.id('a', 'account'))), '23514', 'F184: which the house approves');
select is(fixture.try('{"person": "a/sponsor"}', format('insert into assets (sponsor_id, name, asset_type) values (%L, ''banner'', ''banner'')', fixture.id('a', 'other account'))), '42501', 'F184: for themselves');
select is(fixture.try('{"person": "a/sponsor"}', format('insert into assets (sponsor_id, name, asset_type, uploaded_by) values (%L, ''banner'', ''banner'', %L)', fixture.id('a', 'account'), fixture.id('a', 'owner'))), '23514', 'F150: in their own name');
select is(fixture.try('{"person": "a/designer"}', format('insert into assets (project_id, name, asset_type) values (%L, ''take'', ''image'')', fixture.id('a', 'project'))), '1', 'F034: an editor uploads to their project');
select is(fixture.try('{"person": "a/designer"}', format('insert into assets (project_id, name, asset_type) values (%L, ''take'', ''image'')', fixture.id('a', 'other project'))), '42501', 'F034: and to no other');
select is(fixture.try('{"person": "a/designer"}', format('update assets set project_id = %L, shoot_id = null where id = %L', fixture.id('a', 'other project'), fixture.id('a', 'asset'))), '42501', 'F148: nor takes anything there');
select is(fixture.try('{"person": "a/designer"}', format('delete from assets where id = %L', fixture.id('a', 'asset'))), '0', 'an editor deletes no asset');
select is(fixture.try('{"person": "a/client"}', 'insert into storage_objects (bucket, object_key) values (''documents'', ''mine'')'), '1', 'F004: anybody''s upload begins');
select is(fixture.ask('{"person": "a/client"}', 'select count(*) from storage_objects where bucket = ''galleries'''), '0', 'F145: and nobody outside sees where files are');
select is(fixture.try('{"person": "a/owner"}', 'update storage_objects set size_bytes = 1'), '23514', 'F004: only the hub says that a file has arrived');

-- F152, F039, F151, F013
select throws_ok($$ update assets set status = 'approved' where id = fixture.id('a', 'eager') $$, '23514', null, 'F152: an asset that was never uploaded is not approved');
select throws_ok($$ update assets set is_final = true where id = fixture.id('a', 'asset') $$, '23514', null, 'F039: finals are approved');
select throws_ok($$ update assets set ai_score = 101 $$, '23514', null, 'F151: a score is 0 to 100');
select throws_ok($$ delete from users where id = fixture.id('a', 'producer') $$, '23503', null, 'F013: who uploaded assets is not deleted');
select throws_ok($$ delete from storage_objects where id = fixture.id('a', 'file') $$, '23503', null, 'a file that an asset shows stays');
select throws_ok($$ insert into asset_variants (organization_id, asset_id, size_spec_id, file_url, is_primary) select fixture.org(), fixture.id('a', 'final'), s.id, 'https://x', true from media_size_specs s where s.platform = 'shopify' $$, '23505', null, 'F153: one variant is primary');

-- F160
select throws_ok($$ update asset_categories set parent_id = fixture.id('a', 'category') where id = fixture.id('a', 'photos') $$, '23514', null, 'F160: no category is inside itself');
select throws_ok($$ insert into asset_categories (organization_id, name) values (fixture.org(), 'Photos of a') $$, '23505', null, 'F160: names are unique at the top too');
delete from asset_categories where id = fixture.id('a', 'photos');
select is((select category_id from assets where id = fixture.id('a', 'asset')), null, 'F160: a branch goes, its assets stay');
select is(fixture.ask('{}', 'select count(*) > 5 from media_size_specs'), 'true', 'sizes are for everybody to read');
select is(fixture.try('{"person": "a/owner"}', 'update media_size_specs set width = 1'), '42501', 'and nobody''s to change');

-- F156, F262
select throws_ok(format($$ insert into asset_links (organization_id, asset_id, entity_type, entity_id) values (fixture.org(), fixture.id('a', 'asset'), %L, %L) $$, x.kind, x.id), x.code, null, 'F156: no link to ' || x.what)
  from (values ('venue', fixture.id('b', 'venue 1'), '23503', 'a venue of another house'), ('venue', fixture.id('a', 'event 1'), '23503', 'an event as a venue'),
               ('shot', app.uuid7(), '23503', 'a shot that is not there'), ('person', fixture.id('a', 'owner'), '23503', 'what is no such thing')) x (kind, id, code, what);
select lives_ok(format($$ insert into asset_links (organization_id, asset_id, entity_type, entity_id) values (fixture.org(), fixture.id('a', 'asset'), %L, %L) $$, x.kind, fixture.id('a', x.name)), 'F262: to a ' || x.kind)
  from (values ('event', 'event 1'), ('shoot', 'shoot'), ('brand', 'brand'), ('collection', 'collection'), ('model_profile', 'model card'), ('venue', 'venue 1'), ('look', 'look 1'), ('deliverable', 'deliverable')) x (kind, name);
delete from venues where id = fixture.id('a', 'venue 1');
delete from events where id = fixture.id('a', 'event 1');
select is((select string_agg(entity_type, ',' order by entity_type) from asset_links where asset_id = fixture.id('a', 'asset')), 'brand,collection,deliverable,model_profile,shoot,shot', 'F156: links go with what they link to');

-- F163, F172, F167, F173
select throws_ok($$ update social_posts set status = 'scheduled' $$, '23514', null, 'F163: what is scheduled has a time');
select throws_ok($$ update social_posts set status = 'published' $$, '23514', null, 'F163: and what was published');
select throws_ok($$ insert into social_posts (organization_id, connection_id, platform, external_post_id) select organization_id, connection_id, platform, external_post_id from social_posts where external_post_id is not null limit 1 $$, '23505', null, 'F163: a post is published once');
delete from assets where id = fixture.id('a', 'final');
select is((select string_agg(body, ',') from social_posts where organization_id = fixture.org() and asset_id is null and body is not null), 'Coat', 'F172: the post outlives its picture');
select throws_ok($$ insert into channel_products (organization_id, connection_id, channel, external_product_id, title, status) select organization_id, connection_id, channel, external_product_id, 'Twin', status from channel_products where id = fixture.id('a', 'listing') $$, '23505', null, 'F167: a listing is there once');
select throws_ok($$ update channel_products set external_product_id = null $$, '23514', null, 'F167: by the shop''s id');
select throws_ok($$ insert into channel_media_links (organization_id, asset_id, channel_product_id) select organization_id, asset_id, channel_product_id from channel_media_links limit 1 $$, '23505', null, 'F168: an asset is exported once');
delete from products where id = fixture.id('a', 'product');
select is((select (product_id, title)::text from channel_products where id = fixture.id('a', 'listing')), '(,Coat)', 'F173: a listing outlives the product it was linked to');

select * from finish();
rollback;
