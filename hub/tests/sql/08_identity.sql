-- People and organizations: F006, F009-F011, F013, F242.
begin;
\ir support/fixture.psql
select fixture.house('a'), fixture.house('b');
select plan(31);

-- F242
select throws_ok(format('update user_credentials set password_hash = %L', h), '23514', null, 'F242: no password is stored as ' || h)
  from unnest(array['secret', '$2b$12$abcdefghijklmnopqrstuv', '$argon2i$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA', '$argon2d$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA', '5f4dcc3b5aa765d61d8327deb882cf99', '']) h;
select lives_ok($$ update user_credentials set password_hash = '$argon2id$v=19$m=19456,t=2,p=1$b3RoZXI$aGFzaA' $$, 'F242: Argon2id is');
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) from user_credentials'), '42501', 'F006: requests cannot read password hashes');
select is(fixture.ask('{"person": "a/owner"}', 'select token_hash from sessions limit 1'), '42501', 'nor the hashes of refresh tokens');
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) from spent_refresh_tokens'), '42501', 'nor those of spent ones');

-- One's own account.
select is(fixture.ask('{"person": "a/owner"}', 'select count(id) from sessions'), '1', 'everybody sees their own logins');
select is(fixture.try('{"person": "a/owner"}', 'update sessions set revoked_at = now()'), '1', 'and may end them');
select is(fixture.try('{"person": "a/owner"}', 'update sessions set expires_at = now() + interval ''1 year'''), '42501', 'but not prolong them');
select is(fixture.try('{"person": "a/client"}', 'update users set full_name = ''x'''), '1', 'everybody edits their own name');
select is(fixture.try('{"person": "a/owner"}', 'update users set status = ''active'''), '42501', 'nobody their own status');
select is(fixture.try('{"person": "a/owner"}', 'update users set email_bidx = email_bidx'), '42501', 'nor the address they sign in with');
select is(fixture.ask('{"person": "a/producer"}', 'select count(*) from users'), '9', 'co-members are seen, people of other houses are not');
select is(fixture.ask('{"person": "a/client"}', 'select count(*) from users'), '1', 'a client sees nobody');
select is(fixture.ask('{"person": "a/producer"}', 'select string_agg(role, '','' order by role) from profiles where full_name ~ ''^(owner|staff)'''), 'owner,staff', 'profiles say the role here');
select throws_ok($$ insert into users (email_enc, email_bidx, full_name) select email_enc, email_bidx, 'Twin' from users limit 1 $$, '23505', null, 'F006: an address has one account');
select throws_ok($$ update users set user_type = 'root' $$, '23514', null, 'F009: types are a closed list');

-- F010
select is((select string_agg(role || ' of ' || slug, ', ') from app.organizations_of(fixture.id('a', 'owner'))), null, 'nobody asks for others'' organizations');
insert into organizations (id, owner_id, name, slug) values (fixture.id('c', 'organization'), fixture.id('a', 'owner'), 'Atelier', 'atelier');
select is(fixture.ask('{"person": "a/owner"}', format('select string_agg(role || '' of '' || slug, '', '') from app.organizations_of(%L)', fixture.id('a', 'owner'))),
          'owner of atelier, owner of maison-a', 'F010: one person owns several organizations and can choose');
select throws_ok($$ insert into organizations (owner_id, name, slug) values (fixture.id('a', 'owner'), 'Copy', 'Maison-A') $$, '23505', null, 'F010: a slug is unique, in any case');

-- F011: the last owner.
select throws_ok($$ update memberships set role = 'admin' where user_id = fixture.id('a', 'owner') and organization_id = fixture.id('a', 'organization') $$, '23514', 'an organization keeps at least one active owner', 'F011: the last owner is not demoted');
select throws_ok($$ update memberships set status = 'suspended' where user_id = fixture.id('a', 'owner') and organization_id = fixture.id('a', 'organization') $$, '23514', null, 'F011: nor suspended');
select is(fixture.try('{"person": "a/owner"}', 'delete from memberships where role = ''owner'''), '23514', 'F011: nor do they leave');
update organizations set owner_id = fixture.id('a', 'admin') where id = fixture.id('a', 'organization');
select is((select string_agg(u.full_name, ', ' order by u.full_name) from memberships m join users u on u.id = m.user_id where m.organization_id = fixture.id('a', 'organization') and role = 'owner'),
          'admin of a, owner of a', 'whoever the organization names as owner is one');
select is(fixture.try('{"person": "a/owner"}', format('delete from memberships where user_id = %L', fixture.id('a', 'owner'))), '1', 'F011: with another owner they may leave');

-- F013
select throws_ok($$ delete from users where id = fixture.id('a', 'producer') $$, '23503', null, 'F013: who organizes events is not deleted');
select throws_ok($$ update tasks set assigned_to = fixture.id('b', 'staff') where organization_id = fixture.id('a', 'organization') $$, '23514', 'tasks.assigned_to must be an active member of the organization', 'tasks go to members');

select * from finish();
rollback;
