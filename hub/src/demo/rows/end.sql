drop function pg_temp.plate, pg_temp.person, pg_temp.the, pg_temp.day, pg_temp.at, pg_temp.show;
