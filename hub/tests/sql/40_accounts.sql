-- Accounts, second factors, mails and keys: F005, F011, F242.
begin;
\ir support/fixture.psql
select fixture.house('a'), fixture.house('b');
insert into one_time_tokens (id, user_id, purpose, token_hash, code_hash, expires_at)
values (fixture.id('a', 'token'), fixture.id('a', 'owner'), 'recovery', sha256('t'), sha256('c'), now() + interval '1 hour');
insert into mfa_factors (id, user_id, friendly_name, secret_enc)
values (fixture.id('a', 'factor'), fixture.id('a', 'owner'), 'Phone', fixture.sealed('secret'));
insert into mfa_challenges (factor_id, expires_at) values (fixture.id('a', 'factor'), now() + interval '5 minutes');
insert into mail_outbox (kind, content_enc) values ('recovery', fixture.sealed('mail'));
insert into user_identities (user_id, provider, subject_bidx) values (fixture.id('a', 'owner'), 'acme', fixture.blind('subject'));
insert into failed_sign_ins (email_bidx) values (fixture.blind('nobody'));
select plan(39);

-- What belongs to the hub alone is nobody else's to read or write, of one's own account neither.
select is(fixture.ask(who::jsonb, format('select count(*) from %I', t)), '42501', format('%s is closed to %s', t, who))
  from unnest(array['one_time_tokens', 'failed_sign_ins', 'mfa_factors', 'mfa_challenges', 'mail_outbox', 'user_identities']) t,
       unnest(array['{"person": "a/owner"}', '{"device": "a/tablet 1"}', '{}']) who;
select is(fixture.ask('{"person": "a/owner"}', 'select count(*) from hub.signing_keys'), '42501', 'the keys of tokens are closed');
select is(fixture.ask('{"system": "a"}', format('select count(*) from %I', t)), '1', format('the hub itself reads %s', t))
  from unnest(array['one_time_tokens', 'failed_sign_ins', 'mfa_factors', 'mfa_challenges', 'mail_outbox', 'user_identities']) t;
select is(fixture.ask('{"person": "a/owner"}', 'select aal from sessions limit 1'), 'aal1', 'everybody sees how sure their logins are');
select is(fixture.try('{"person": "a/owner"}', 'update sessions set aal = ''aal2'''), '42501', 'but does not say so themselves');

-- F242: a password that waits for its address to be confirmed is no weaker than others.
select throws_ok($$ insert into one_time_tokens (user_id, purpose, token_hash, code_hash, password_hash, expires_at)
  values (fixture.id('a', 'owner'), 'signup', sha256('x'), sha256('y'), '5f4dcc3b5aa765d61d8327deb882cf99', now()) $$, '23514', null, 'F242: only Argon2id');
select throws_ok($$ update one_time_tokens set password_hash = '$argon2id$x' $$, '23514', null, 'only a sign-up brings a password');
select throws_ok($$ update one_time_tokens set token_hash = 'plain' $$, '23514', null, 'a link is kept as a hash');
select throws_ok($$ insert into mfa_factors (user_id, secret_enc) values (fixture.id('a', 'owner'), 'plain') $$, '23514', null, 'a factor''s secret is sealed');
select throws_ok($$ insert into user_identities (user_id, provider, subject_bidx) values (fixture.id('a', 'admin'), 'acme', fixture.blind('subject')) $$,
                 '23505', null, 'an outside identity is one person''s');

-- F011: nobody invites above themselves.
create function fixture.invites(who text, as_role text) returns text
language sql
as $$
  select fixture.try(who::jsonb, format(
    'insert into invitations (organization_id, email_enc, email_bidx, role, token_hash, expires_at)
     values (%L, %L::bytea, %L::bytea, %L, %L::bytea, now() + interval ''1 day'')',
    fixture.id('a', 'organization'), fixture.sealed('x'), fixture.blind('x'), as_role, sha256(convert_to(as_role, 'utf8'))))
$$;
select is(fixture.invites('{"person": "a/admin"}', 'admin'), '1', 'F011: an admin invites an admin');
select is(fixture.invites('{"person": "a/producer"}', 'staff'), '1', 'F011: a producer invites staff');
select is(fixture.invites('{"person": "a/producer"}', r), '42501', format('F011: a producer does not invite a %s', r)) from unnest(array['admin', 'producer']) r;
select is(fixture.invites('{"person": "a/staff"}', 'client'), '42501', 'F011: staff invite nobody');
select is(fixture.try('{"person": "a/producer"}', 'update invitations set role = ''admin'''), '42501', 'F011: nor is one that waits made more');
select is((select count(*) from app.invitation_by_token(sha256(convert_to('ainvitation', 'utf8')))), 0::bigint, 'only the hub finds an invitation by its link');

select * from finish();
rollback;
