use metrics::{Counter, Gauge, counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// What the operator sees at `/metrics`, in the Prometheus text format.
pub struct Metrics {
    /// Open sockets.
    pub sessions: Gauge,
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
    /// Frames that were none.
    pub malformed: Counter,
    /// When the last backup was made, epoch seconds; 0 when none was.
    pub backup_at: Gauge,
    /// 1 when the last backup is too long ago.
    pub backup_overdue: Gauge,
    handle: PrometheusHandle,
}

impl Metrics {
    /// Metrics of their own, so that several hubs of one process (in tests) do not add up.
    pub fn new() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            describe_gauge!("hub_sessions", "Open sockets");
            describe_counter!("hub_deliveries_total", "Frames handed to sockets by fan-out");
            describe_counter!("hub_commits_total", "Commits of the journal fanned out");
            describe_counter!("hub_snapshots_total", "Snapshots read from the database");
            describe_counter!("hub_scans_total", "Scans recorded, refused ones too");
            describe_counter!("hub_commands_total", "Commands carried out, scans aside");
            describe_counter!("hub_malformed_frames_total", "Frames that could not be decoded");
            describe_gauge!("hub_last_backup_timestamp_seconds", "When the last backup was made; 0 when none was");
            describe_gauge!("hub_backup_overdue", "1 when the last backup is too long ago for the schedule");
            Self {
                backup_at: gauge!("hub_last_backup_timestamp_seconds"),
                backup_overdue: gauge!("hub_backup_overdue"),
                sessions: gauge!("hub_sessions"),
                deliveries: counter!("hub_deliveries_total"),
                commits: counter!("hub_commits_total"),
                snapshots: counter!("hub_snapshots_total"),
                scans: counter!("hub_scans_total"),
                commands: counter!("hub_commands_total"),
                malformed: counter!("hub_malformed_frames_total"),
                handle: handle.clone(),
            }
        })
    }

    /// The page.
    pub fn render(&self) -> String {
        self.handle.render()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
