use tokio_postgres::{Client, Config, NoTls};

use super::{Examined, Severity, queues};
use crate::sealing::MasterKey;
use crate::store::StoreError;

/// The hub's two logins: what they may do, and whether the master key is this database's, so that they let the hub in. What
/// only the hub sees is asked for with its own login. Returns the key with the root that the database keeps.
///
/// # Errors
/// When a connection is lost.
pub async fn logins(
    client: &Client,
    owner: &Config,
    master: Option<&MasterKey>,
    examined: &mut Examined,
) -> Result<Option<MasterKey>, StoreError> {
    let mut there = true;
    for login in ["hub_app", "hub_worker"] {
        let row = client
            .query_opt(
                "select rolcanlogin, rolsuper or rolbypassrls or pg_has_role($1, 'app_definer', 'member') as beyond,
                        rolcreaterole or rolcreatedb or rolreplication as more
                   from pg_roles where rolname = $1",
                &[&login],
            )
            .await?;
        let Some(row) = row else {
            let what = format!("{login} is not there");
            examined.find(Severity::Error, "logins.missing", what, "start a hub, or run hub migrate");
            there = false;
            continue;
        };
        if row.get::<_, bool>("beyond") {
            let what = format!("{login} sees past row security");
            let remedy = "alter role ... nosuperuser nobypassrls; revoke app_definer from it";
            examined.find(Severity::Error, "logins.beyond", what, remedy);
        }
        if row.get::<_, bool>("more") {
            let what = format!("{login} may make roles, databases or copies");
            let remedy = "alter role ... nocreaterole nocreatedb noreplication";
            examined.find(Severity::Warning, "logins.more", what, remedy);
        }
        there &= row.get::<_, bool>("rolcanlogin");
    }
    let Some(master) = master else { return Ok(None) };
    let root = client.query_opt("select wrapped_key from hub.root_key", &[]).await?;
    let Some(root) = root else { return Ok(None) };
    let Ok(master) = master.clone().with_root(root.get(0)) else {
        examined.find(
            Severity::Error,
            "master_key.other",
            "the master key is not this database's",
            "give the key that the database was made with: without it, what is sealed is lost",
        );
        return Ok(None);
    };
    for login in ["hub_app", "hub_worker"].into_iter().filter(|_| there) {
        let mut config = owner.clone();
        config.user(login).password(master.login_password(login)).connect_timeout(std::time::Duration::from_secs(5));
        match config.connect(NoTls).await {
            Ok((client, connection)) => {
                tokio::spawn(connection);
                if login == "hub_worker" {
                    queues::mails(&client, examined).await?;
                }
            }
            Err(error) => {
                let why = error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
                let what = format!("{login} is not let in: {why}");
                let remedy = "start a hub, which sets its password; see pg_hba.conf";
                examined.find(Severity::Error, "logins.refused", what, remedy);
            }
        }
    }
    Ok(Some(master))
}
