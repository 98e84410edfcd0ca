-- Whose a project is, and what the tables of projects stand on: columns that follow a parent, order in lists.

-- The projects that the scope `project` means: those a person was let into by name and, for clients, those of their
-- company. (plpgsql, here and below, so that it may name tables of later files.) A device has no project.
create function app.my_projects() returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app.device_id() is not null then
    return;
  end if;
  return query
    select m.project_id from project_members m where m.user_id = app.uid() and m.organization_id = app.org()
    union
    select p.id from projects p
      join memberships m on m.organization_id = p.organization_id and m.account_id = p.client_id
     where m.user_id = app.uid() and m.organization_id = app.org() and m.role = 'client';
end $$;
alter function app.my_projects() owner to app_definer;

-- The projects that the scope `edited` means: a freelance editor is any member, whatever their role in the organization.
create function app.my_edited_projects() returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app.device_id() is null then
    return query select m.project_id from project_members m
                  where m.user_id = app.uid() and m.organization_id = app.org() and m.role = 'editor';
  end if;
end $$;
alter function app.my_edited_projects() owner to app_definer;

-- The shoots that the scope `shoot` means, for designers and models: of projects they were let into.
create function app.my_shoots() returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  return query select s.id from shoots s where s.project_id in (select app.my_projects());
end $$;
alter function app.my_shoots() owner to app_definer;

-- The company that a client or a sponsor belongs to, for the scope `account`.
create function app.my_account() returns uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app.device_id() is not null then
    return null;
  end if;
  return (select m.account_id from memberships m
           where m.user_id = app.uid() and m.organization_id = app.org() and m.status = 'active');
end $$;
alter function app.my_account() owner to app_definer;

-- The organization is being deleted with all it has: guards that keep single rows let go.
create function app.tenant_is_gone(tenant uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp
as $$ select not exists (select from organizations o where o.id = tenant) $$;
alter function app.tenant_is_gone(uuid) owner to app_definer;

-- Columns of a child that are its parent's: filled where they are empty, moved when the parent moves, refused (as a
-- foreign key would) where they say something else. They name the topics and the client of the row. `key` is the child's
-- column that holds the parent's id; it may be null, and then nothing is said about the others. The share lock on the
-- parent makes a row that comes while the parent moves wait for it.
create function app.inherit(child text, key text, parent text, variadic copied text[]) returns void
language plpgsql
as $$
declare
  name text := child || '_' || key;
  columns text := (select string_agg(format('%I', c), ', ' order by n) from unnest(copied) with ordinality u (c, n));
begin
  execute format($f$
    create function app.%1$I() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
    as $body$
    declare
      parent record;
    begin
      if new.%2$I is null then
        return new;
      end if;
      select %3$s into parent from %4$I p where p.organization_id = new.organization_id and p.id = new.%2$I for share;
      if not found then
        return new; -- the foreign key refuses it
      end if;
      %5$s
      return new;
    end $body$
  $f$, 'inherit_' || name, key, columns, parent, (
    select string_agg(format($c$
      if new.%1$I is null or (tg_op = 'UPDATE' and new.%2$I is distinct from old.%2$I and new.%1$I is not distinct from old.%1$I) then
        new.%1$I := parent.%1$I;
      elsif new.%1$I is distinct from parent.%1$I then
        raise exception '%3$s.%1$s is that of its %4$s'
          using errcode = '23503', constraint = 'same_%1$s', table = %3$L, column = %1$L;
      end if;$c$, c, key, child, parent), '' order by n)
      from unnest(copied) with ordinality u (c, n)));
  execute format('alter function app.%I() owner to app_definer', 'inherit_' || name);
  execute format('create trigger %I before insert or update of %I, %s on %I for each row execute function app.%I()',
                 'c_inherit_' || key, key, columns, child, 'inherit_' || name);
  execute format($f$
    create function app.%1$I() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
    as $body$
    begin
      update %2$I c set %3$s where c.organization_id = new.organization_id and c.%4$I = new.id;
      return null;
    end $body$
  $f$, 'move_' || name, child,
    (select string_agg(format('%1$I = new.%1$I', c), ', ' order by n) from unnest(copied) with ordinality u (c, n)), key);
  execute format('alter function app.%I() owner to app_definer', 'move_' || name);
  execute format('create trigger %I after update on %I for each row when (%s) execute function app.%I()',
    'move_' || name, parent,
    (select string_agg(format('old.%1$I is distinct from new.%1$I', c), ' or ' order by n) from unnest(copied) with ordinality u (c, n)),
    'move_' || name);
end $$;

-- The smallest rank that sorts, byte by byte, after another one. Ranks are fractional indexes in base 62 as
-- `fractional-indexing` writes them (a0, a1, .. az, b00, ..), so that a list that only grows keeps short ranks; after
-- any other text, the text itself with one more digit.
create function app.rank_after(last text) returns text
language plpgsql immutable
as $$
declare
  digits constant text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  head text := left(last, 1) collate "C";
  -- A head of `a` is followed by one digit, `b` by two.
  whole text := left(last, ascii(last) - ascii('a') + 2);
  place int;
begin
  if last is null or (head < 'a' and last ~ '^[0-9A-Z]') then
    return 'a0';
  end if;
  if head between 'a' and 'z' and length(whole) = ascii(last) - ascii('a') + 2 and whole ~ '^[a-z][0-9A-Za-z]+$' then
    for place in reverse length(whole) .. 2 loop
      if substr(whole, place, 1) <> 'z' then
        return left(whole, place - 1) || substr(digits, strpos(digits, substr(whole, place, 1)) + 1, 1)
               || repeat('0', length(whole) - place);
      end if;
    end loop;
    if head < 'z' then
      return chr(ascii(head) + 1) || repeat('0', length(whole));
    end if;
  end if;
  return last || '1';
end $$;

-- A row without a place goes to the end of its list: `rank` after the last one, or `order_index` one more. The rows of
-- one list have the same values in the columns `list`. Whoever appends to a list waits for whoever is appending to it.
create function app.append() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  place text := tg_argv[0];
  list text[] := tg_argv[1:];
  of_list jsonb := (select jsonb_object_agg(c, to_jsonb(new) -> c) from unnest(list) c);
  same text := (select string_agg(format('t.%1$I is not distinct from ($1).%1$I', c), ' and ') from unnest(list) c);
  last text;
begin
  perform pg_advisory_xact_lock(hashtextextended(tg_table_name || of_list, 0));
  execute format('select max(t.%I)::text from %I t where t.organization_id = ($1).organization_id and %s', place, tg_table_name, same)
    into last using new;
  if place = 'rank' then
    new.rank := app.rank_after(last);
  else
    new.order_index := coalesce(last::int + 1, 0);
  end if;
  return new;
end $$;
alter function app.append() owner to app_definer;

create function app.append_to(target text, place text, variadic list text[]) returns void
language plpgsql
as $$
begin
  execute format('create trigger d_append before insert on %I for each row when (new.%I is null) execute function app.append(%L, %s)',
                 target, place, place, (select string_agg(quote_literal(l), ', ') from unnest(list) l));
end $$;
