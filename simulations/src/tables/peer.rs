use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use uuid::Uuid;

use super::Statement;
use crate::database::{Database, NAME, OWNER};
use crate::failure::Failure;

/// The database without a hub before it.
#[derive(Debug)]
pub struct Peer {
    database: Database,
    organization: Uuid,
    user: Uuid,
    rows: u32,
}

/// The id of the product with this number.
pub fn product(number: u32) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(number))
}

/// The id of the brand with this number.
pub fn brand(number: u32) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_9000_0000_0000_0000 | u128::from(number))
}

impl Peer {
    pub fn new(database: Database, organization: Uuid, user: Uuid, rows: u32) -> Self {
        Self { database, organization, user, rows }
    }

    /// Makes products without telling the journal, as a restored backup would.
    pub async fn fill(&self, per_brand: u32) -> Result<(), Failure> {
        let (organization, rows) = (self.organization, self.rows);
        let sql = format!(
            "set session_replication_role = replica;
             insert into fashion_brands (id, organization_id, name)
             select ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, '{organization}', 'House ' || n
               from generate_series(1, {brands}) n;
             insert into products (id, organization_id, brand_id, sku, name, description, price, status, created_at)
             select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{organization}',
                    ('01900000-0000-7000-9000-' || lpad(to_hex(1 + n % {brands}), 12, '0'))::uuid,
                    'SKU-' || n, (array['Dress', 'Coat', 'Shirt', 'Skirt'])[1 + n / 7 % 4] || ' ' || n,
                    'style' || (1 + n % {brands}), 10 + n % 500, (array['active', 'active', 'draft'])[1 + n % 3],
                    now() - make_interval(secs => n)
               from generate_series(1, {rows}) n;
             vacuum analyze fashion_brands, products;",
            brands = rows.div_ceil(per_brand),
        );
        let mut psql = self.program("psql");
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]);
        run(psql, &sql).await.map(drop)
    }

    /// Transactions a second. With `rules`: as the login that requests have, who acts stated in the transaction first.
    pub async fn pgbench(
        &self,
        statement: Statement,
        rules: bool,
        connections: usize,
        turn: Duration,
    ) -> Result<f64, Failure> {
        let statement = match statement {
            Statement::Select => format!(
                "\\set n random(1, {})\n\
                 select id, name, price from products \
                 where id = ('01900000-0000-7000-8000-' || lpad(to_hex(:n::int), 12, '0'))::uuid",
                self.rows
            ),
            Statement::Insert => format!(
                "\\set n random(1, 9000000000000000)\n\
                 insert into products (organization_id, sku, name, price) \
                 values ('{}', 'B-' || :n::text, 'A product', 12)",
                self.organization
            ),
        };
        let script = if rules {
            let (set, statement) = statement.split_once('\n').expect("two lines");
            format!(
                "{set}\nbegin \\; select set_config('app.user_id', '{}', true), set_config('app.org_id', '{}', true), \
                 set_config('app.device_id', '', true), set_config('app.system', '', true), \
                 set_config('statement_timeout', '5000', true) \\; {statement} \\; commit;\n",
                self.user, self.organization
            )
        } else {
            format!("{statement};\n")
        };
        let mut pgbench = self.program("pgbench");
        pgbench.args(["--no-vacuum", "--file=-", "--jobs=1", &format!("--client={connections}")]);
        pgbench.arg(format!("--time={}", turn.as_secs()));
        if rules {
            // One round trip, as the hub makes it; statements that travel together cannot be prepared here.
            pgbench.arg("--protocol=simple").env("PGOPTIONS", "-c role=hub_app");
        } else {
            pgbench.arg("--protocol=prepared");
        }
        let said = run(pgbench, &script).await?;
        let tps = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
        tps.ok_or_else(|| Failure::Unexpected(format!("pgbench said: {said}")))
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.database.programs.join(name));
        command
            .env("PGHOST", &self.database.socket)
            .env("PGUSER", OWNER)
            .env("PGPASSWORD", &self.database.password)
            .env("PGDATABASE", NAME)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

/// Runs a program with this as its input, and returns what it said.
async fn run(mut command: Command, input: &str) -> Result<String, Failure> {
    let mut child = command.spawn()?;
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(Failure::Unexpected(format!("{:?} ended with {}: {said}", command.as_std().get_program(), output.status)))
}
