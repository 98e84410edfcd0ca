use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::postgres::Pools;

/// Milliseconds to add to this machine's clock to get the database's, by which every hub of one database goes.
static OFFSET_MS: AtomicI64 = AtomicI64::new(0);

/// The hub's time, epoch ms: the database's clock as last measured. Commits, cues and screens all go by it.
pub fn now_ms() -> i64 {
    machine_ms() + OFFSET_MS.load(Ordering::Relaxed)
}

/// Measures the database's clock: five probes, the quickest counts.
///
/// # Errors
/// When the database cannot be reached; the last measurement stays.
pub async fn measure(pools: &Pools) -> Result<(), crate::store::StoreError> {
    let client = pools.worker().await?;
    let mut best: Option<(Duration, i64)> = None;
    for _ in 0..5 {
        let start = Instant::now();
        let before = machine_ms();
        let row = client.query_one("select (extract(epoch from clock_timestamp()) * 1000)::bigint", &[]).await?;
        let took = start.elapsed();
        let half = i64::try_from(took.as_millis() / 2).unwrap_or(0);
        if best.is_none_or(|(least, _)| took < least) {
            best = Some((took, row.get::<_, i64>(0) - before - half));
        }
    }
    if let Some((_, offset)) = best {
        // Below the resolution of the probe nothing is known: do not jitter.
        let offset = if offset.abs() <= 2 { 0 } else { offset };
        OFFSET_MS.store(offset, Ordering::Relaxed);
    }
    Ok(())
}

fn machine_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
