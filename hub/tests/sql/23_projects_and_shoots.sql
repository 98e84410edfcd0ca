-- Projects and what is planned in them: F017, F019-F024, F032-F033, F036-F038, F114, F116, F141, F148, F161, F262, F274.
begin;
\ir support/fixture.psql
select fixture.house('a'), fixture.house('b');
select plan(90);

create function fixture.org() returns uuid language sql stable as $$ select fixture.id('a', 'organization') $$;
create function fixture.pr(name text default 'project') returns projects
language sql stable as $$ select p from projects p where p.id = fixture.id('a', name) $$;

-- F148, F014: whose projects somebody sees.
select is(fixture.ask('{"person": "a/client"}', 'select string_agg(title, '','' order by title) from projects'), 'Company Project,Project',
          'F148: a client sees the projects of their company and those they were let into');
select is(fixture.ask('{"person": "a/staff"}', 'select string_agg(title, '','') from projects'), 'Project', 'staff see those they were let into');
select is(fixture.ask('{"person": "a/sponsor"}', 'select count(*) from projects'), '0', 'others see none');
select is(fixture.ask('{"device": "a/tablet 1"}', 'select count(*) from projects'), '0', 'a tablet sees none');
update memberships set account_id = null where user_id = fixture.id('a', 'client');
select is(fixture.ask('{"person": "a/client"}', 'select string_agg(title, '','') from projects'), 'Project', 'F148: the company''s go with the company');
update projects set client_id = null where organization_id = fixture.org();
select is(fixture.ask('{"person": "a/client"}', 'select string_agg(title, '','') from projects'), 'Project', 'F148: nobody of no company sees the projects of no company');
delete from project_members where user_id = fixture.id('a', 'client');
select is(fixture.ask('{"person": "a/client"}', 'select count(*) from projects'), '0', 'F148: and a member''s with their membership');
insert into memberships (organization_id, user_id, role, account_id) values (fixture.id('b', 'organization'), fixture.id('a', 'client'), 'client', fixture.id('b', 'other account'));
select is(fixture.ask('{"person": "a/client", "in": "b"}', 'select string_agg(title, '','') from projects'), 'Company Project', 'F148: somebody who is a client of two houses is each one''s client there');
select is(fixture.ask('{"person": "a/client"}', 'select count(*) from projects'), '0', 'F148: and not here');
select is(fixture.try('{"person": "a/client", "in": "b"}', 'update projects set title = ''Mine'''), '0', 'a client changes no project');
select is(fixture.try('{"person": "a/client", "in": "b"}', format('insert into project_members (project_id, user_id) values (%L, %L)', fixture.id('b', 'project'), fixture.id('a', 'client'))), '42501', 'F148: nor lets themselves into one');
select is(fixture.try('{"person": "a/owner"}', format('insert into project_members (project_id, user_id) values (%L, %L)', fixture.id('b', 'project'), fixture.id('a', 'staff'))), '23503', 'nobody is let into a project of another house');
select bag_has($$ select table_name, column_name, role from app.masks $$,
               $$ values ('projects', 'budget_actual', 'client'), ('projects', 'budget_total', 'staff'), ('products', 'stock_quantity', 'client') $$, 'F036: budgets and stock are not for clients');

-- F032, F036
select throws_ok($$ insert into projects (organization_id, title, type) values (fixture.org(), 'Party', 'party') $$, '23514', null, 'F032: a project is a shoot, an event or a website');
select throws_ok($$ insert into projects (organization_id, title, type, status) values (fixture.org(), 'Shoot', 'shoot', 'done') $$, '23514', null, 'F036: in one of its states');
select isnt_empty($$ select from projects where search @@ to_tsquery('simple', 'comp:*') $$, 'F036: projects are found by words');
select throws_ok($$ update projects set owner_id = fixture.id('b', 'owner') where id = fixture.id('a', 'project') $$, '23514', null, 'its owner is one of the house');

-- F114: progress and budget follow tasks and budget items, wherever they go.
select is((fixture.pr('other project')).progress_percentage, 0::smallint, 'F114: nothing is done');
update tasks set status = 'done' where project_id = fixture.id('a', 'other project');
select is((fixture.pr('other project')).progress_percentage, 100::smallint, 'F114: all is done');
update tasks set project_id = fixture.id('a', 'project') where project_id = fixture.id('a', 'other project');
select is(array[(fixture.pr('other project')).progress_percentage, (fixture.pr()).progress_percentage], array[0, 100]::smallint[], 'F114: a task counts where it is');
insert into tasks (organization_id, project_id, event_id, title) values (fixture.org(), fixture.id('a', 'project'), fixture.id('a', 'event 1'), 'Both');
select is(array[(fixture.pr()).progress_percentage, (select progress_percentage from events where id = fixture.id('a', 'event 1'))], array[50, 0]::smallint[], 'F114: a task of a project and an event counts in both');
delete from tasks where title = 'Both';
select is((fixture.pr()).progress_percentage, 100::smallint, 'F114: and in neither when it is gone');
select is((fixture.pr('other project')).budget_actual, 300::amount, 'F125: what a project has spent');
update budget_items set actual_amount = 310.125 where project_id = fixture.id('a', 'other project');
select is((fixture.pr('other project')).budget_actual, 310.125::amount, 'F125: to the thousandth');
update budget_items set project_id = null, event_id = fixture.id('a', 'event 2') where project_id = fixture.id('a', 'other project');
select is(array[(fixture.pr('other project')).budget_actual, (select budget_actual from events where id = fixture.id('a', 'event 2'))], array[0, 390.125]::amount[], 'F125: an item that moves from a project to an event is counted there');
insert into budget_items (organization_id, project_id, category, item_name, actual_amount) values (fixture.org(), fixture.id('a', 'project'), 'studio', 'Rent', 5);
select throws_ok($$ insert into budget_items (organization_id, project_id, category, item_name, currency) values (fixture.org(), fixture.id('a', 'project'), 'studio', 'Rent', 'EUR') $$, '23514', 'a budget item is in the currency of its project', 'one currency a project');
select throws_ok($$ update projects set currency = 'EUR' where id = fixture.id('a', 'project') $$, '23514', null, 'which does not change under its items');
select is(fixture.try('{"person": "a/owner"}', 'update projects set budget_actual = 1'), '42501', 'nobody writes what is derived');
select throws_ok($$ update projects set progress_percentage = 7 $$, '42501', null, 'not by hand either');

-- F141
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) from wizard_drafts'), '0', 'F141: drafts are their author''s');
select is(fixture.act('{"person": "a/client"}', 'update wizard_drafts set step = 3, state = ''{"guests": 200}'''), '1', 'F141: who goes on where they were');
select throws_ok($$ update wizard_drafts set step = 5 $$, '23514', null, 'F141: within the wizard');
select is(fixture.try('{"person": "a/client"}', format('insert into wizard_drafts (user_id, wizard, step_count) values (%L, ''shoot'', 3)', fixture.id('a', 'producer'))), '42501', 'nobody starts one for somebody else');

-- F019
update website_briefs set status = 'approved' where id = fixture.id('a', 'brief');
select throws_ok($$ update website_briefs set brief = '{"tone": "loud"}' where id = fixture.id('a', 'brief') $$, '23514', null, 'F019: an approved brief is frozen');
select throws_ok($$ update website_briefs set status = 'draft' where id = fixture.id('a', 'brief') $$, '23514', null, 'F019: and stays approved');
select lives_ok($$ insert into website_briefs (organization_id, project_id, title, version) values (fixture.org(), fixture.id('a', 'project'), 'Brief', 98) $$, 'F019: the next version is a new one');
select throws_ok($$ insert into website_briefs (organization_id, project_id, title, version) values (fixture.org(), fixture.id('a', 'project'), 'Brief', 98) $$, '23505', null, 'F019: each once');

-- F020, F274: order. Rows without a rank go to the end.
insert into shots (organization_id, shot_list_id, description) select fixture.org(), fixture.id('a', 'list'), 'take ' || n from generate_series(1, 200) n;
select is((select array_agg(description order by rank) from shots where shot_list_id = fixture.id('a', 'list') and description ~ '^take'),
          (select array_agg('take ' || n order by n) from generate_series(1, 200) n), 'F020: shots without a rank follow each other');
select is((select max(length(rank)) from shots where shot_list_id = fixture.id('a', 'list')), 3, 'F020: with short ranks');
select is((select array_agg(distinct project_id) || array_agg(distinct shoot_id) from shots where shot_list_id = fixture.id('a', 'list')), array[fixture.id('a', 'project'), fixture.id('a', 'shoot')], 'F020: of the project and shoot of their list, whoever writes them');
select lives_ok($$ update shots set rank = 'a0V' where description = 'take 7' and organization_id = fixture.org() $$, 'F020: a shot moves by one row');
select is((select description from shots where shot_list_id = fixture.id('a', 'list') order by rank offset 1 limit 1), 'take 7', 'F020: ranks are in byte order whatever the collation of the database');
select throws_ok($$ update shots set rank = '' where description = 'take 7' $$, '23514', null, 'F020: a rank is never empty');
select is((select sum(time_est_minutes) from shots where shot_list_id = fixture.id('a', 'list')), 20::bigint, 'F020: estimates are minutes');
select throws_ok($$ update shots set time_est_minutes = -1 $$, '23514', null, 'F020: never negative');
select is((select array_agg(app.rank_after(r) order by n) from unnest(array[null, 'a0', 'az', 'bzz', 'Zz', 'a0V', 'n', 'z', '~', '5']) with ordinality u (r, n)),
          array['a0', 'a1', 'b00', 'c000', 'a0', 'a1', 'n1', 'z1', '~1', 'a0'], 'ranks count up, and go on from whatever there was');
select is_empty($$ select r from (select chr(33 + (n * 7) % 94) || case when n % 3 = 0 then '' else chr(33 + (n * 11) % 94) end || case when n % 5 = 0 then 'zz' else '' end as r
                                    from generate_series(1, 3000) n) x where app.rank_after(r) collate "C" <= r collate "C" $$, 'a rank after any text is after it');

-- Scenes and shots of one list.
insert into shot_lists (id, organization_id, shoot_id, title) values (fixture.id('a', 'second list'), fixture.org(), fixture.id('a', 'shoot of project 3'), 'Day two');
select is((select project_id from shot_lists where id = fixture.id('a', 'second list')), fixture.id('a', 'other project'), 'a list has the project of its shoot');
select throws_ok($$ update shots set scene_id = fixture.id('a', 'scene of project 2') where id = fixture.id('a', 'shot') $$, '23503', null, 'F020: a shot is in a scene of its own list');
select throws_ok($$ update shots set shot_list_id = fixture.id('a', 'second list') where id = fixture.id('a', 'shot') $$, '23503', null, 'F020: and does not leave the list without its scene');
select lives_ok($$ update shots set shot_list_id = fixture.id('a', 'second list'), scene_id = null where description = 'take 9' and organization_id = fixture.org() $$, 'F020: it may leave both');
select is((select (project_id, shoot_id)::text from shots where description = 'take 9' and organization_id = fixture.org()), (fixture.id('a', 'other project'), fixture.id('a', 'shoot of project 3'))::text, 'and is then of that project');
select throws_ok($$ update shots set project_id = fixture.id('a', 'project') where description = 'take 9' and organization_id = fixture.org() $$, '23503', null, 'F148: no row says it is of another project than its parent');
select throws_ok($$ insert into shoot_items (organization_id, project_id, shoot_id, name) values (fixture.org(), fixture.id('a', 'other project'), fixture.id('a', 'shoot'), 'Coat') $$, '23503', null, 'F148: nor when it is new');
update scenes set shot_list_id = fixture.id('a', 'second list') where id = fixture.id('a', 'scene');
select is((select (shot_list_id, project_id)::text from shots where id = fixture.id('a', 'shot')), (fixture.id('a', 'second list'), fixture.id('a', 'other project'))::text, 'F020: a scene takes its shots along');
select is((select project_id from shot_products where shot_id = fixture.id('a', 'shot')), fixture.id('a', 'other project'), 'F021: and those their products');
select is((select project_id from shot_models where shot_id = fixture.id('a', 'shot')), fixture.id('a', 'other project'), 'F020: and their models');
update shoots set project_id = fixture.id('a', 'company project') where id = fixture.id('a', 'shoot of project 3');
select is((select array_agg(distinct p) from (
            select project_id from shot_lists where shoot_id = fixture.id('a', 'shoot of project 3') union all
            select project_id from scenes where shot_list_id = fixture.id('a', 'second list') union all
            select project_id from shots where shoot_id = fixture.id('a', 'shoot of project 3') union all
            select project_id from shot_products where shot_id = fixture.id('a', 'shot') union all
            select project_id from shot_models where shot_id = fixture.id('a', 'shot') union all
            select project_id from shoot_items where shoot_id = fixture.id('a', 'shoot of project 3') union all
            select project_id from call_sheets where shoot_id = fixture.id('a', 'shoot of project 3') union all
            select project_id from assets where shoot_id = fixture.id('a', 'shoot of project 3') union all
            select project_id from asset_variants where asset_id = fixture.id('a', 'asset of project 3') union all
            select project_id from media_galleries where shoot_id = fixture.id('a', 'shoot of project 3') union all
            select project_id from gallery_assets where gallery_id = fixture.id('a', 'gallery of project 3') union all
            select project_id from billing_milestones where shoot_id = fixture.id('a', 'shoot of project 3')) x (p)),
          array[fixture.id('a', 'company project')], 'F148: a shoot that changes project takes all of itself along');
select is(fixture.ask('{"person": "a/attendee"}', 'select count(*) from shots'), '0', 'and its former editor sees none of it');
delete from scenes where id = fixture.id('a', 'scene');
select is((select (scene_id, shot_list_id)::text from shots where id = fixture.id('a', 'shot')), (null::uuid, fixture.id('a', 'second list'))::text, 'F020: a shot outlives its scene');

-- Who edits: F274.
select is(fixture.try('{"person": "a/designer"}', format('update shots set description = ''Close-up'' where shot_list_id = %L', fixture.id('a', 'list'))), '199', 'F274: an editor edits the shots of their project');
select is(fixture.try('{"person": "a/designer"}', format('insert into shots (shot_list_id) values (%L)', fixture.id('a', 'list'))), '1', 'F274: and adds some');
select is(fixture.try('{"person": "a/designer"}', format('insert into shots (shot_list_id) values (%L)', fixture.id('a', 'second list'))), '42501', 'F274: to no other');
select is(fixture.try('{"person": "a/designer"}', format('insert into shots (project_id, shot_list_id) values (%L, %L)', fixture.id('a', 'project'), fixture.id('a', 'second list'))), '23503', 'F274: whatever they say it is');
select is(fixture.try('{"person": "a/designer"}', format('update shots set shot_list_id = %L, scene_id = null where shot_list_id = %L', fixture.id('a', 'second list'), fixture.id('a', 'list'))), '42501', 'F274: and moves none there');
select is(fixture.try('{"person": "a/staff"}', 'update shots set status = ''done'''), '0', 'staff look on');
update project_members set role = 'viewer' where user_id = fixture.id('a', 'designer');
select is(fixture.try('{"person": "a/designer"}', 'update shots set description = ''x'''), '0', 'F275: who is no editor any longer edits nothing');

-- F038
select is(fixture.try('{"person": "a/staff"}', 'update shoot_items set status = ''received'', notes = ''creased'''), '1', 'F038: staff tick pieces off');
select is(fixture.try('{"person": "a/staff"}', 'update shoot_items set quantity = 9'), '42501', 'F038: and change nothing else');
update project_members set role = 'editor' where user_id = fixture.id('a', 'staff');
select is(fixture.try('{"person": "a/staff"}', 'update shoot_items set quantity = 9'), '1', 'F038: unless they edit the project');
select is(fixture.try('{"person": "a/model"}', 'select from shoot_items'), '0', 'models do not see the pull list');

-- F023, F021
select throws_ok($$ insert into products (organization_id, sku, name) values (fixture.org(), 'coat-1', 'Twin') $$, '23505', null, 'F023: a SKU is unique, in capitals or not');
select is((select count(*) from products where sku = 'COAT-1'), 2::bigint, 'F023: in its organization');
select isnt_empty($$ select from products where search @@ to_tsquery('simple', 'coat') $$, 'F023: products are found by SKU and name');
select throws_ok($$ update products set stock_quantity = -1 $$, '23514', null, 'F024: no stock below nothing');
select is(fixture.ask('{"person": "a/client"}', 'select string_agg(sku::text, '','') from products'), null, 'F023: a client without a company sees no product');
update memberships set account_id = fixture.id('a', 'other account') where user_id = fixture.id('a', 'client') and organization_id = fixture.org();
select is(fixture.ask('{"person": "a/client"}', 'select string_agg(sku::text, '','') from products'), 'COAT-2', 'F023: one with a company, its own');
delete from products where id = fixture.id('a', 'product');
select is((select count(*) from shots where id = fixture.id('a', 'shot')) + (select count(*) from shot_products where shot_id = fixture.id('a', 'shot')), 1::bigint, 'F021: a deleted product leaves the shot');
select is((select count(*) from shoot_items where organization_id = fixture.org() and product_id is null), 3::bigint, 'F038: and the piece on the pull list');
select is((select count(*) from event_products where organization_id = fixture.org()), 0::bigint, 'and is shown nowhere');

-- F033
insert into call_sheets (id, organization_id, shoot_id, sheet_date, content) values (fixture.id('a', 'sheet 1'), fixture.org(), fixture.id('a', 'shoot'), '2026-09-02', '{"location": "Roof"}'),
                                                                                   (fixture.id('a', 'sheet 2'), fixture.org(), fixture.id('a', 'shoot'), '2026-09-02', '{"location": "Cellar"}');
select is((select array_agg(version order by version) from call_sheets where sheet_date = '2026-09-02'), array[1, 2], 'F033: sheets of a day are numbered');
update call_sheets set status = 'issued' where id = fixture.id('a', 'sheet 1');
select throws_ok($$ update call_sheets set content = '{}' where id = fixture.id('a', 'sheet 1') $$, '23514', null, 'F033: an issued one does not change');
select throws_ok($$ update call_sheets set status = 'draft', issued_at = null where id = fixture.id('a', 'sheet 1') $$, '23514', null, 'F033: nor becomes a draft again');
select lives_ok($$ update call_sheets set asset_id = fixture.id('a', 'asset') where id = fixture.id('a', 'sheet 1') $$, 'F033: its PDF may come later');
update call_sheets set status = 'issued' where id = fixture.id('a', 'sheet 2');
select is((select array_agg(status || (issued_at is not null) order by version) from call_sheets where sheet_date = '2026-09-02'), array['supersededtrue', 'issuedtrue'], 'F033: the next one supersedes it');
select throws_ok($$ update call_sheets set status = 'issued' where id = fixture.id('a', 'sheet 1') $$, '23514', null, 'F033: for good');
select throws_ok($$ insert into call_sheets (organization_id, sheet_date, content) values (fixture.org(), '2026-09-02', '{}') $$, '23514', null, 'F033: a sheet is of a shoot or of an event');

-- F161, F036
delete from shoots where id = fixture.id('a', 'shoot');
select is((select count(*) from shoot_items where shoot_id = fixture.id('a', 'shoot')) + (select count(*) from assets where shoot_id = fixture.id('a', 'shoot'))
          + (select count(*) from asset_variants where asset_id = fixture.id('a', 'asset')) + (select count(*) from shots where shoot_id = fixture.id('a', 'shoot')), 0::bigint, 'F161: a shoot takes its pieces, shots and assets along');
select throws_ok($$ insert into shoots (organization_id, project_id, title) values (fixture.org(), fixture.id('a', 'project'), 'Nobody''s') $$, '23502', null, 'F037: a shoot has an author');
select throws_ok($$ update shoots set starts_at = '2026-09-01 10:00Z', ends_at = '2026-09-01 09:00Z' $$, '23514', null, 'F037: and ends after it starts');

select * from finish();
rollback;
