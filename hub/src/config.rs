use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::ArgAction;
use clap::builder::BoolishValueParser;
use ipnet::IpNet;

/// How long an access token is good where nobody says otherwise, seconds.
pub const ACCESS_SECONDS: i64 = 15 * 60;
/// The longest that one may be good, seconds: keys that signed are believed for so long after they were replaced.
pub const LONGEST_ACCESS_SECONDS: i64 = 60 * 60;

/// Where the hub listens and keeps things. Everything else has one good value.
#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, env = "HUB_LISTEN", default_value = "127.0.0.1:7700")]
    pub listen: SocketAddr,

    /// Folder for the embedded database, its socket and the master key.
    #[arg(long, env = "HUB_DATA", default_value = "./data")]
    pub data: PathBuf,

    /// A Postgres to use instead of the embedded one. Its login must own the database and may create roles.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// The master key, 64 hexadecimal digits, instead of the file `master.key` in the data folder. Every hub of one
    /// database needs the same.
    #[arg(long, env = "HUB_MASTER_KEY", hide_env_values = true)]
    pub master_key: Option<String>,

    /// Where people reach this hub, for links in mails: https://hub.example.com. The address it listens on when absent.
    #[arg(long, env = "HUB_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// Origins of applications that people may be sent back to after a mail's link, separated by commas:
    /// https://app.example.com.
    #[arg(long, env = "HUB_REDIRECT_ORIGINS", value_delimiter = ',')]
    pub redirect_origins: Vec<String>,

    /// Proxies in front of the hub, as addresses or networks separated by commas: 10.0.0.0/8. What they say in X-Forwarded-For
    /// about where a request is from is believed; of everybody else, the address of the connection is.
    #[arg(long, env = "HUB_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,

    /// Who may make an account: everybody, or only who was invited.
    #[arg(long, env = "HUB_SIGN_UP", value_enum, default_value = "open")]
    pub sign_up: SignUp,

    /// The mail server, smtps://user:password@mail.example.com. Without one, mails are files in `mail` of the data folder.
    #[arg(long, env = "HUB_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// From whom mails are.
    #[arg(long, env = "HUB_MAIL_FROM", default_value = DEFAULT_FROM)]
    pub mail_from: String,

    /// Where the bytes of files are: a folder, or s3://bucket/prefix. The folder `objects` of the data folder when absent.
    #[arg(long, env = "HUB_OBJECTS")]
    pub objects: Option<String>,

    /// The address of an S3 service that is not Amazon's: https://s3.example.com.
    #[arg(long, env = "HUB_S3_ENDPOINT")]
    pub s3_endpoint: Option<String>,

    /// The region of the S3 bucket.
    #[arg(long, env = "HUB_S3_REGION")]
    pub s3_region: Option<String>,

    /// Who asks S3. When absent, what the AWS_... variables and the machine's role say.
    #[arg(long, env = "HUB_S3_ACCESS_KEY_ID", requires = "s3_secret_access_key")]
    pub s3_access_key_id: Option<String>,

    /// The secret that goes with it.
    #[arg(long, env = "HUB_S3_SECRET_ACCESS_KEY", hide_env_values = true)]
    pub s3_secret_access_key: Option<String>,

    /// Bytes of the largest file.
    #[arg(long, env = "HUB_FILE_SIZE_LIMIT", default_value_t = FILE_SIZE_LIMIT)]
    pub file_size_limit: u64,

    /// How long an access token is good, seconds. Rights that end are noticed within a second all the same.
    #[arg(long, env = "HUB_ACCESS_TOKEN_SECONDS", default_value_t = ACCESS_SECONDS,
          value_parser = clap::value_parser!(i64).range(60..=LONGEST_ACCESS_SECONDS))]
    pub access_token_seconds: i64,

    /// A JSON file that names outside identity providers whose tokens sign people in.
    #[arg(long, env = "HUB_IDENTITY_PROVIDERS")]
    pub identity_providers: Option<PathBuf>,

    /// Where requests of plugins go instead of to their host, separated by commas: *.myshopify.com=http://127.0.0.1:4501. For an
    /// egress proxy, or a vendor's sandbox. What a plugin may reach is decided by the real name.
    #[arg(long, env = "HUB_PLUGIN_ROUTES")]
    pub plugin_routes: Option<String>,

    /// Runs of plugins at once in this process.
    #[arg(long, env = "HUB_PLUGIN_RUNS", default_value_t = PLUGIN_RUNS, value_parser = clap::value_parser!(u32).range(0..=64))]
    pub plugin_runs: u32,

    /// Whether the plugins that come with this hub are put into the catalogue when it starts; installs are never changed by it.
    #[arg(long, env = "HUB_BUNDLED_PLUGINS", default_value = "true", action = ArgAction::Set, value_parser = BoolishValueParser::new())]
    pub bundled_plugins: bool,

    /// Whether owners and admins may run builds of plugins that nobody has signed, as `hub plugin dev` brings them. Not for a hub
    /// that people work with.
    #[arg(long, env = "HUB_PLUGIN_DEVELOPMENT", default_value = "false", action = ArgAction::Set, value_parser = BoolishValueParser::new())]
    pub plugin_development: bool,

    /// The register of erasures, which tells a restored database whom to forget again. Keep copies of it apart from those of
    /// the database. `erasures.jsonl` of the data folder when absent.
    #[arg(long, env = "HUB_ERASURES")]
    pub erasures: Option<PathBuf>,
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let one = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>()
        .or_else(|_| one())
        .map_err(|_| format!("{text} is no address and no network such as 10.0.0.0/8"))
}

/// Plugins share the machine with the doors.
const PLUGIN_RUNS: u32 = 8;

/// 5 GiB.
const FILE_SIZE_LIMIT: u64 = 5 << 30;

const DEFAULT_FROM: &str = "FashionOS Hub <hub@localhost.localdomain>";

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SignUp {
    /// Everybody, with an address that they confirm.
    Open,
    /// Only who was invited to an organization.
    Invited,
}

impl Config {
    /// The register of erasures.
    pub fn register(&self) -> PathBuf {
        self.erasures.clone().unwrap_or_else(|| self.data.join("erasures.jsonl"))
    }

    /// A hub for tests: a free port of loopback and its own data folder.
    pub fn for_test(data: &Path, database_url: String, master_key: String) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: data.to_owned(),
            database_url: Some(database_url),
            master_key: Some(master_key),
            public_url: None,
            redirect_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            sign_up: SignUp::Open,
            smtp_url: None,
            mail_from: DEFAULT_FROM.to_owned(),
            access_token_seconds: ACCESS_SECONDS,
            identity_providers: None,
            objects: None,
            plugin_routes: None,
            plugin_runs: PLUGIN_RUNS,
            bundled_plugins: false,
            plugin_development: false,
            s3_endpoint: None,
            s3_region: None,
            s3_access_key_id: None,
            s3_secret_access_key: None,
            file_size_limit: FILE_SIZE_LIMIT,
            erasures: None,
        }
    }
}
