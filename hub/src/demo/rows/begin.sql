-- What the other files say "when" and "which" with. Gone at the end of the transaction.

create function pg_temp.show() returns events language sql stable
as $$ select e from events e where e.organization_id = app.org() and e.slug = 'nocturne-winter-show' $$;

-- So many days from the day of the show, by the house's clock.
create function pg_temp.at(days int, clock time) returns timestamptz language sql stable
as $$ select ((pg_temp.show()).event_date + days + clock) at time zone 'Europe/Paris' $$;

create function pg_temp.day(days int) returns date language sql stable
as $$ select (pg_temp.show()).event_date + days $$;

-- The row of the house that is called so; an error when there is none, or more than one.
create function pg_temp.the(kind text, called text) returns uuid language plpgsql stable
as $$
declare
  found_id uuid;
begin
  execute format('select id from %I where organization_id = app.org() and %I::text = $1', kind,
                 case when kind in ('events', 'deals', 'projects', 'shoots', 'shot_lists', 'scenes', 'tasks', 'contracts', 'playbooks',
                                    'deliverables', 'billing_milestones') then 'title' when kind = 'invoices' then 'number' else 'name' end)
    into strict found_id using called;
  return found_id;
end $$;

create function pg_temp.person(called text) returns uuid language plpgsql stable
as $$
declare
  found_id uuid;
begin
  select u.id into strict found_id from users u join memberships m on m.user_id = u.id
   where m.organization_id = app.org() and u.full_name = called;
  return found_id;
end $$;

-- A whole picture in an address: a plate in one colour with its title.
create function pg_temp.plate(title text, color text, width int, height int) returns text language sql immutable
as $$
  select 'data:image/svg+xml;base64,' || translate(encode(convert_to(format(
    '<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s"><rect width="100%%" height="100%%" fill="%s"/>'
    '<text x="50%%" y="50%%" fill="#fff" font-family="serif" font-size="%s" text-anchor="middle">%s</text></svg>',
    width, height, color, width / 16, title), 'utf8'), 'base64'), E'\n', '')
$$;
