//! Tells whoever started the hub as a service how it is (sd_notify(3)): ready, still alive, about to stop. Without a service
//! manager nothing happens.

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// It serves. From here on it says that it is alive, as often as the service manager asks for: whoever hangs is started again.
pub fn ready() {
    tell("READY=1");
    let Some(within) = watchdog(std::env::var_os("WATCHDOG_USEC").as_deref()) else { return };
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(within / 2).await;
            tell("WATCHDOG=1");
        }
    });
}

/// It has been told to stop, and answers what is under way.
pub fn stopping() {
    tell("STOPPING=1");
}

fn tell(state: &str) {
    let Some(socket) = std::env::var_os("NOTIFY_SOCKET") else { return };
    if let Err(error) = send(&socket, state) {
        tracing::warn!(%error, state, "the service manager could not be told");
    }
}

/// A name that begins with @ is in the abstract namespace.
fn send(socket: &OsStr, state: &str) -> io::Result<()> {
    let address = match socket.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(socket)?,
    };
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address).map(drop)
}

fn watchdog(microseconds: Option<&OsStr>) -> Option<Duration> {
    let microseconds = microseconds?.to_str()?.parse().ok().filter(|microseconds| *microseconds > 0)?;
    Some(Duration::from_micros(microseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_by_path_and_by_abstract_name() {
        let name = format!("hub-notify-{}", uuid::Uuid::now_v7().simple());
        let path = std::env::temp_dir().join(&name);
        let by_path = UnixDatagram::bind(&path).expect("a socket");
        let by_name =
            SocketAddr::from_abstract_name(&name).and_then(|at| UnixDatagram::bind_addr(&at)).expect("a socket");
        send(path.as_os_str(), "READY=1").expect("told");
        send(OsStr::new(&format!("@{name}")), "STOPPING=1").expect("told");
        for (socket, said) in [(by_path, "READY=1"), (by_name, "STOPPING=1")] {
            let mut buffer = [0; 64];
            let length = socket.recv(&mut buffer).expect("something came");
            assert_eq!(&buffer[..length], said.as_bytes());
        }
        std::fs::remove_file(&path).expect("ours");
        assert!(send(path.as_os_str(), "READY=1").is_err());
    }

    #[test]
    fn the_watchdog_is_a_number_of_microseconds() {
        let of = |text: &str| watchdog(Some(OsStr::new(text)));
        assert_eq!(of("30000000"), Some(Duration::from_secs(30)));
        assert_eq!((of("0"), of(""), of("x"), watchdog(None)), (None, None, None, None));
    }
}
