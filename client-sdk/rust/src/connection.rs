use std::sync::Arc;
use std::time::Duration;

use schemas::{Encoding, ErrorCode};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use crate::session::{Request, Session, Turn};
use crate::socket::{Address, Socket};
use crate::{Backoff, HubError, Status, decode};

/// The hub's heartbeat until its welcome says otherwise; also how long it may take to say welcome, in thirds.
const FIRST_HEARTBEAT: Duration = Duration::from_secs(2);

/// Heartbeats without a word from the hub after which the socket counts as dead.
const MISSED_HEARTBEATS: u32 = 3;

/// The task behind a [`Hub`](crate::Hub): moves frames between a socket and the session, and makes
/// a new socket when one is lost.
pub(crate) struct Connection {
    address: Address,
    encoding: Encoding,
    backoff: Backoff,
    session: Session,
    inbox: mpsc::UnboundedReceiver<Request>,
    status: watch::Sender<Status>,
}

/// Why a socket ended.
enum End {
    Lost { why: HubError, was_live: bool },
    Denied { code: ErrorCode, message: String },
    Closed,
}

impl Connection {
    pub(crate) fn new(
        address: Address,
        encoding: Encoding,
        backoff: Backoff,
        session: Session,
        inbox: mpsc::UnboundedReceiver<Request>,
        status: watch::Sender<Status>,
    ) -> Self {
        Self { address, encoding, backoff, session, inbox, status }
    }

    /// Until closed, or until the last handle is gone.
    pub(crate) async fn run(mut self) {
        let mut failures = 0;
        loop {
            self.status.send_replace(Status::Connecting { attempt: failures + 1 });
            let end = self.one_socket().await;
            self.session.on_lost();
            let go_on = match end {
                End::Closed => false,
                End::Denied { code, message } => {
                    failures = 0;
                    self.wait_for_token(code, message).await
                }
                End::Lost { why, was_live } => {
                    failures = if was_live { 1 } else { failures + 1 };
                    self.status.send_replace(Status::Offline { attempt: failures, why });
                    let wake = Instant::now() + self.backoff.wait(failures, fastrand::f64());
                    self.wait_until(wake).await
                }
            };
            if !go_on {
                break;
            }
        }
        self.session.fail_all(&HubError::Closed);
        self.status.send_replace(Status::Closed);
    }

    /// Takes requests meanwhile; `false`: closed.
    async fn wait_until(&mut self, wake: Instant) -> bool {
        loop {
            tokio::select! {
                () = sleep_until(wake) => return true,
                request = self.inbox.recv() => if !self.take(request) { return false },
            }
        }
    }

    /// An expired token is a matter of time: commands wait for the next one. The others are a
    /// decision against this program: what it asked for fails.
    async fn wait_for_token(&mut self, code: ErrorCode, message: String) -> bool {
        let denied = HubError::Denied { code, message: message.clone() };
        self.status.send_replace(Status::Denied { code, message });
        loop {
            if code != ErrorCode::TokenExpired {
                self.session.fail_all(&denied);
            }
            let request = self.inbox.recv().await;
            let fresh = matches!(request, Some(Request::Token(_)));
            if !self.take(request) {
                return false;
            }
            if fresh {
                return true;
            }
        }
    }

    /// `false`: closed.
    fn take(&mut self, request: Option<Request>) -> bool {
        request.is_some_and(|request| self.session.on_request(request))
    }

    async fn one_socket(&mut self) -> End {
        let address = self.address.clone();
        let opening = Socket::open(&address, self.encoding);
        tokio::pin!(opening);
        let mut socket = loop {
            tokio::select! {
                opened = &mut opening => match opened {
                    Ok(socket) => break socket,
                    Err(why) => return End::Lost { why, was_live: false },
                },
                request = self.inbox.recv() => if !self.take(request) { return End::Closed },
            }
        };
        let end = self.talk(&mut socket).await;
        if matches!(end, End::Closed | End::Denied { .. }) {
            socket.close().await;
        }
        end
    }

    async fn talk(&mut self, socket: &mut Socket) -> End {
        let mut was_live = false;
        let lost = |why, was_live| End::Lost { why, was_live };
        let mut heartbeat = FIRST_HEARTBEAT;
        if let Err(why) = socket.send([self.session.hello()]).await {
            return lost(why, was_live);
        }
        let mut ticks = heartbeats(heartbeat);
        let mut last_heard = Instant::now();
        loop {
            let again_at = self.session.again_at().map(Instant::from_std);
            tokio::select! {
                frame = socket.next() => {
                    last_heard = Instant::now();
                    let frame = frame.and_then(|bytes| decode::server_frame(socket.encoding(), &bytes));
                    let turn = match frame {
                        Ok(frame) => self.session.on_frame(frame),
                        Err(why) => Turn::Reconnect(why),
                    };
                    match turn {
                        Turn::Stay => {}
                        Turn::Welcomed { session_id, principal, heartbeat: agreed } => {
                            was_live = true;
                            if agreed != heartbeat {
                                heartbeat = agreed;
                                ticks = heartbeats(heartbeat);
                            }
                            self.status.send_replace(Status::Live { session_id, principal: Arc::new(principal) });
                        }
                        Turn::Reconnect(why) => return lost(why, was_live),
                        Turn::Denied { code, message } => return End::Denied { code, message },
                    }
                }
                request = self.inbox.recv() => if !self.take(request) { return End::Closed },
                _ = ticks.tick() => {
                    if last_heard.elapsed() > heartbeat * MISSED_HEARTBEATS {
                        return lost(HubError::Unreachable("the hub is silent".into()), was_live);
                    }
                    if let Err(why) = within(heartbeat, socket.send([self.session.ping()])).await {
                        return lost(why, was_live);
                    }
                }
                () = sleep_until(again_at.unwrap_or_else(Instant::now)), if again_at.is_some() => {
                    self.session.ask_again(Instant::now().into_std());
                }
            }
            let frames = self.session.take_frames();
            if !frames.is_empty()
                && let Err(why) = within(heartbeat, socket.send(frames)).await
            {
                return lost(why, was_live);
            }
        }
    }
}

fn heartbeats(every: Duration) -> tokio::time::Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// A hub that does not read is as dead as one that does not write.
async fn within(heartbeat: Duration, sending: impl Future<Output = Result<(), HubError>>) -> Result<(), HubError> {
    let sent = timeout(heartbeat * MISSED_HEARTBEATS, sending).await;
    sent.unwrap_or_else(|_| Err(HubError::Unreachable("the hub does not read".into())))
}
