use metrics::{
    Counter, Gauge, Histogram, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

/// What the operator sees at `/metrics`, in the Prometheus text format. Nothing of it names anybody: labels are the hub's own
/// words.
pub struct Metrics {
    /// Open sockets.
    pub sessions: Gauge,
    /// Topics with a room.
    pub rooms: Gauge,
    /// Frames handed to sockets by fan-out.
    pub deliveries: Counter,
    /// Commits fanned out.
    pub commits: Counter,
    /// Snapshots read.
    pub snapshots: Counter,
    /// Scans recorded.
    pub scans: Counter,
    /// Other commands carried out.
    pub commands: Counter,
    /// Commands that got no outcome.
    pub failed: Counter,
    /// Frames that were none.
    pub malformed: Counter,
    /// When the last backup was made, epoch seconds; 0 when none was.
    pub backup_at: Gauge,
    /// 1 when the last backup is too long ago.
    pub backup_overdue: Gauge,
    /// Readers that were too slow and had to take their topics up again.
    pub resyncs: Counter,
    /// Scans that wait for the batch before theirs.
    pub scans_waiting: Gauge,
    /// Other commands that wait for their turn.
    pub commands_waiting: Gauge,
    /// Scans of a batch.
    pub batch_scans: Histogram,
    /// From the moment that a batch is begun until it is committed, seconds.
    pub batch_seconds: Histogram,
    /// The same of another command.
    pub command_seconds: Histogram,
    /// From a commit until its deltas are handed to the sockets, seconds: how far screens are behind.
    pub fan_out_seconds: Histogram,
    /// Mails that wait to be sent.
    pub mails_waiting: Gauge,
    /// Mails that nobody will send any more.
    pub mails_given_up: Gauge,
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

/// How a pool of connections stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoolStatus {
    /// The login of its connections.
    pub name: &'static str,
    /// Connections that are open.
    pub open: usize,
    /// Of them, those that nobody uses.
    pub idle: usize,
    /// Who waits for one.
    pub waiting: usize,
    /// How often somebody had to wait.
    pub waits: u64,
    /// For how long altogether, milliseconds.
    pub waited_ms: u64,
}

/// Bounds of what is measured in seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
/// Bounds of what is counted by the batch.
const COUNTS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

impl Metrics {
    /// Metrics of their own, so that several hubs of one process (in tests) do not add up.
    pub fn new() -> Self {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Full("hub_batch_scans".into()), &COUNTS))
            .expect("there are bounds")
            .build_recorder();
        let gauge = |name: &'static str| metrics::with_local_recorder(&recorder, || gauge!(name));
        let counter = |name: &'static str| metrics::with_local_recorder(&recorder, || counter!(name));
        let histogram = |name: &'static str| metrics::with_local_recorder(&recorder, || histogram!(name));
        metrics::with_local_recorder(&recorder, || {
            describe();
            gauge!("hub_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        });
        Self {
            sessions: gauge("hub_sessions"),
            rooms: gauge("hub_rooms"),
            deliveries: counter("hub_deliveries_total"),
            commits: counter("hub_commits_total"),
            snapshots: counter("hub_snapshots_total"),
            scans: counter("hub_scans_total"),
            commands: counter("hub_commands_total"),
            failed: counter("hub_failed_commands_total"),
            malformed: counter("hub_malformed_frames_total"),
            resyncs: counter("hub_resyncs_total"),
            scans_waiting: gauge("hub_scans_waiting"),
            commands_waiting: gauge("hub_commands_waiting"),
            batch_scans: histogram("hub_batch_scans"),
            batch_seconds: histogram("hub_batch_seconds"),
            command_seconds: histogram("hub_command_seconds"),
            fan_out_seconds: histogram("hub_fan_out_seconds"),
            backup_at: gauge("hub_last_backup_timestamp_seconds"),
            backup_overdue: gauge("hub_backup_overdue"),
            mails_waiting: gauge("hub_mails_waiting"),
            mails_given_up: gauge("hub_mails_given_up"),
            handle: recorder.handle(),
            recorder,
        }
    }

    /// How a job stands: when it last went well, epoch seconds, and how often it did not since.
    pub fn job(&self, job: &str, last_success: Option<f64>, failures: i64) {
        metrics::with_local_recorder(&self.recorder, || {
            if let Some(at) = last_success {
                gauge!("hub_job_last_success_timestamp_seconds", "job" => job.to_owned()).set(at);
            }
            #[expect(clippy::cast_precision_loss, reason = "it is a small number")]
            gauge!("hub_job_failures", "job" => job.to_owned()).set(failures as f64);
        });
    }

    /// Bytes that wait for the slow readers of a shard.
    pub fn backlog(&self, shard: usize, bytes: usize) {
        metrics::with_local_recorder(&self.recorder, || {
            #[expect(clippy::cast_precision_loss, reason = "the bound of a backlog is far below")]
            gauge!("hub_backlog_bytes", "shard" => shard.to_string()).set(bytes as f64);
        });
    }

    /// How a pool stands.
    #[expect(clippy::cast_precision_loss, reason = "pools are small")]
    pub fn pool(&self, status: &PoolStatus) {
        metrics::with_local_recorder(&self.recorder, || {
            gauge!("hub_pool_connections", "pool" => status.name).set(status.open as f64);
            gauge!("hub_pool_idle", "pool" => status.name).set(status.idle as f64);
            gauge!("hub_pool_waiting", "pool" => status.name).set(status.waiting as f64);
            counter!("hub_pool_waits_total", "pool" => status.name).absolute(status.waits);
            counter!("hub_pool_waited_milliseconds_total", "pool" => status.name).absolute(status.waited_ms);
        });
    }

    /// Gathers what was measured since the last time: nobody may ever ask for the page.
    pub fn gather(&self) {
        self.handle.run_upkeep();
    }

    /// The page.
    pub fn render(&self) -> String {
        self.handle.render()
    }
}

fn describe() {
    describe_gauge!("hub_info", "The version that runs");
    describe_gauge!("hub_sessions", "Open sockets");
    describe_gauge!("hub_rooms", "Topics that are followed");
    describe_gauge!("hub_last_backup_timestamp_seconds", "When the last backup was made; 0 when none was");
    describe_gauge!("hub_backup_overdue", "1 when the last backup is too long ago for the schedule");
    describe_counter!("hub_deliveries_total", "Frames handed to sockets by fan-out");
    describe_counter!("hub_commits_total", "Commits of the journal fanned out");
    describe_counter!("hub_snapshots_total", "Snapshots read from the database");
    describe_counter!("hub_scans_total", "Scans recorded, refused ones too");
    describe_counter!("hub_commands_total", "Commands carried out, scans aside");
    describe_counter!("hub_failed_commands_total", "Commands and scans that got no outcome");
    describe_counter!("hub_malformed_frames_total", "Frames that could not be decoded");
    describe_counter!("hub_resyncs_total", "Readers that were too slow and had to start again");
    describe_gauge!("hub_scans_waiting", "Scans that wait for the batch before theirs");
    describe_gauge!("hub_commands_waiting", "Other commands that wait for their turn");
    describe_histogram!("hub_batch_scans", "Scans committed together");
    describe_histogram!("hub_batch_seconds", "How long a batch of scans takes until it is committed");
    describe_histogram!("hub_command_seconds", "How long another command takes until it is committed");
    describe_histogram!("hub_fan_out_seconds", "From a commit until its deltas are handed to the sockets");
    describe_gauge!("hub_backlog_bytes", "Bytes that wait for slow readers");
    describe_gauge!("hub_mails_waiting", "Mails that wait to be sent");
    describe_gauge!("hub_mails_given_up", "Mails that nobody will send any more");
    describe_gauge!("hub_job_last_success_timestamp_seconds", "When a job of the housekeeping last went well");
    describe_gauge!("hub_job_failures", "Runs of a job since then that did not");
    describe_gauge!("hub_pool_connections", "Open connections to the database");
    describe_gauge!("hub_pool_idle", "Open connections that nobody uses");
    describe_gauge!("hub_pool_waiting", "Who waits for a connection");
    describe_counter!("hub_pool_waits_total", "How often a connection was waited for");
    describe_counter!("hub_pool_waited_milliseconds_total", "For how long altogether");
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
