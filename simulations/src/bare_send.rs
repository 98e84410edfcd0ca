use std::io::{BufRead, ErrorKind, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// The cheapest server there can be: one thread that sends ready-made bytes to every socket, without ever waiting for one.
///
/// Prints `{"port":...}`, takes the connections, and then works in bursts: each line on standard
/// input is the length of one in seconds, each line on standard output its end.
#[derive(Debug, clap::Args)]
pub struct BareSend {
    /// Sockets to wait for.
    #[arg(long)]
    subscribers: usize,
    /// Messages a second to each of them.
    #[arg(long)]
    rate: f64,
    /// Bytes of a message's payload.
    #[arg(long)]
    bytes: usize,
}

impl BareSend {
    /// Until standard input ends.
    pub fn run(self) -> Result<bool, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let mut out = std::io::stdout();
        writeln!(out, "{{\"port\":{}}}", listener.local_addr()?.port())?;
        out.flush()?;
        let mut sockets = Vec::with_capacity(self.subscribers);
        for _ in 0..self.subscribers {
            let (socket, _) = listener.accept()?;
            socket.set_nodelay(true)?;
            socket.set_nonblocking(true)?;
            sockets.push(socket);
        }
        let message = web_socket_message(self.bytes);
        for line in std::io::stdin().lock().lines() {
            let Ok(seconds) = line?.trim().parse::<f64>() else { break };
            let start = Instant::now();
            for tick in 0..(seconds * self.rate) as u64 {
                let due = start + Duration::from_secs_f64(tick as f64 / self.rate);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                for socket in &mut sockets {
                    match socket.write(&message) {
                        Ok(written) if written == message.len() => {}
                        Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error.into()),
                        // What a reader cannot take would have to wait somewhere: that is not bare any more.
                        Ok(_) | Err(_) => return Err(Failure::Unexpected("a reader is too slow".into())),
                    }
                }
            }
            writeln!(out, "done")?;
            out.flush()?;
        }
        Ok(true)
    }
}

/// A binary message as a server sends it: unmasked.
fn web_socket_message(payload: usize) -> Vec<u8> {
    let mut message = vec![0x82];
    match payload {
        0..=125 => message.push(payload as u8),
        126..=0xffff => {
            message.push(126);
            message.extend((payload as u16).to_be_bytes());
        }
        _ => {
            message.push(127);
            message.extend((payload as u64).to_be_bytes());
        }
    }
    message.resize(message.len() + payload, 0);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_how_long_the_payload_is() {
        assert_eq!(web_socket_message(5), [0x82, 5, 0, 0, 0, 0, 0]);
        assert_eq!(web_socket_message(300)[..4], [0x82, 126, 1, 44]);
        assert_eq!(web_socket_message(300).len(), 304);
        assert_eq!(web_socket_message(70_000)[..10], [0x82, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]);
    }
}
