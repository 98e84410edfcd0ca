use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::failure::Failure;

/// Bytes through a socket into a file and back, by the shortest program there is: what a hub is held against.
#[derive(Debug)]
pub struct Plain {
    address: SocketAddr,
    file: PathBuf,
}

impl Plain {
    /// Keeps its file in a folder, on the same disk as the hub's.
    pub fn start(folder: &Path) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let file = folder.join("plain.bin");
        let kept = file.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // Whoever asks sees that the line has ended.
                stream.and_then(|stream| serve(stream, &kept)).ok();
            }
        });
        Ok(Self { address, file })
    }

    /// Until the bytes are durable.
    pub async fn upload(&self, piece: &Bytes, pieces: usize) -> Result<Duration, Failure> {
        let (address, piece) = (self.address, piece.clone());
        timed(move || {
            let mut stream = TcpStream::connect(address)?;
            stream.write_all(b"u")?;
            for _ in 0..pieces {
                stream.write_all(&piece)?;
            }
            stream.shutdown(std::net::Shutdown::Write)?;
            let mut done = [0];
            stream.read_exact(&mut done)
        })
        .await
    }

    /// Until the last byte has come.
    pub async fn download(&self) -> Result<Duration, Failure> {
        let (address, wanted) = (self.address, self.file.metadata()?.len());
        timed(move || {
            let mut stream = TcpStream::connect(address)?;
            stream.write_all(b"d")?;
            let came = io::copy(&mut stream, &mut io::sink())?;
            if came == wanted { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
        })
        .await
    }
}

/// On a thread of its own: this program's other work has another.
async fn timed(work: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<Duration, Failure> {
    let began = Instant::now();
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::Unexpected(error.to_string()))??;
    Ok(began.elapsed())
}

fn serve(mut stream: TcpStream, path: &Path) -> io::Result<()> {
    let mut verb = [0];
    stream.read_exact(&mut verb)?;
    if verb == *b"d" {
        return io::copy(&mut File::open(path)?, &mut stream).map(drop);
    }
    let mut file = File::create(path)?;
    io::copy(&mut stream, &mut file)?;
    file.sync_all()?;
    stream.write_all(b"k")
}
