//! An HTTP server in the hands of a test: it records every request and sends what the test says, right or wrong.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub target: String,
    headers: Vec<(String, String)>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The first byte that a `Range` asks for; 0 without one.
    pub fn from(&self) -> u64 {
        let range =
            self.header("range").map(|range| range.strip_prefix("bytes=").unwrap().trim_end_matches('-'));
        range.map_or(0, |from| from.parse().unwrap())
    }
}

/// What a server does with a request.
pub struct Reply {
    head: Vec<u8>,
    body: Vec<u8>,
    end: End,
    endless_head: Option<Duration>,
}

/// What follows the body.
enum End {
    /// The connection is closed in an orderly way.
    Close,
    /// Nothing, until the client closes.
    Hang,
    /// The same bytes, until the client closes.
    Repeat(Vec<u8>),
    /// The rest, a byte at a time with this pause before each.
    Drip(Vec<u8>, Duration),
    /// This connection becomes one to that port.
    Tunnel(u16),
}

impl Reply {
    /// A complete answer.
    pub fn new(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let mut reply = Self::bare(status, headers);
        reply.head.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
        reply.body = body.to_vec();
        reply
    }

    /// An answer that does not say how long its body is.
    pub fn bare(status: u16, headers: &[(&str, &str)]) -> Self {
        let mut head = format!("HTTP/1.1 {status} Status\r\nConnection: close\r\n");
        headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
        Self { head: head.into_bytes(), body: Vec::new(), end: End::Close, endless_head: None }
    }

    /// These bytes and nothing else.
    pub fn raw(bytes: &[u8]) -> Self {
        Self { head: bytes.to_vec(), body: Vec::new(), end: End::Close, endless_head: None }
    }

    /// More of the body.
    pub fn append(&mut self, bytes: &[u8]) {
        self.body.extend(bytes);
    }

    /// Only the first `bytes` of the body are sent, then the connection is closed.
    pub fn cut(mut self, bytes: usize) -> Self {
        self.body.truncate(bytes);
        self
    }

    /// Only the first `bytes` of the body are sent, then nothing.
    pub fn hang_after(mut self, bytes: usize) -> Self {
        self.body.truncate(bytes);
        self.end = End::Hang;
        self
    }

    /// The body is followed by these bytes, again and again.
    pub fn repeat(mut self, bytes: &[u8]) -> Self {
        self.end = End::Repeat(bytes.to_vec());
        self
    }

    /// The body comes a byte at a time with this pause before each.
    pub fn drip_body(mut self, pause: Duration) -> Self {
        self.end = End::Drip(std::mem::take(&mut self.body), pause);
        self
    }

    /// The head comes a byte at a time with this pause before each, and never ends.
    pub fn drip_head(mut self, pause: Duration) -> Self {
        self.endless_head = Some(pause);
        self
    }

    /// The answer of a proxy that connects to `port` of this computer.
    pub fn tunnel(port: u16) -> Self {
        Self {
            head: b"HTTP/1.1 200 Connected\r\n".to_vec(),
            body: Vec::new(),
            end: End::Tunnel(port),
            endless_head: None,
        }
    }
}

type Handler = dyn Fn(&Seen) -> Reply + Send + Sync;

/// A running server. It ends with the test.
pub struct Server {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    seen: Mutex<Vec<Seen>>,
    changed: Condvar,
    /// Bytes of bodies that the system took from the server.
    served: Mutex<u64>,
    closing: AtomicBool,
}

impl Server {
    /// Starts a server that answers as `handler` says, one connection for each request.
    pub fn start(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let (shared, handler): (_, Arc<Handler>) = (state.clone(), Arc::new(handler));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.closing.load(Ordering::SeqCst) {
                    break;
                }
                let (state, handler) = (shared.clone(), handler.clone());
                thread::spawn(move || state.serve(stream, &*handler));
            }
        });
        Self { port, state }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    /// The requests of a file's bytes.
    pub fn gets(&self) -> Vec<Seen> {
        let mut seen = self.seen();
        seen.retain(|seen| seen.method == "GET" && !seen.target.starts_with("/api/"));
        seen
    }

    /// Waits until `count` requests have arrived.
    pub fn wait_for(&self, count: usize) {
        let seen = self.state.seen.lock().unwrap();
        drop(self.state.changed.wait_while(seen, |seen| seen.len() < count).unwrap());
    }

    /// Bytes of bodies sent so far.
    pub fn served(&self) -> u64 {
        *self.state.served.lock().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.closing.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl State {
    fn serve(&self, mut stream: TcpStream, handler: &Handler) {
        let Some(seen) = read_head(&stream) else { return };
        let reply = handler(&seen);
        let head_only = seen.method == "HEAD";
        // Recorded once the answer is known, so that a test that has seen the request may rely on it.
        self.seen.lock().unwrap().push(seen);
        self.changed.notify_all();
        let _ = stream.write_all(&reply.head);
        if let Some(pause) = reply.endless_head {
            let _ = stream.write_all(b"X-Slow: ");
            while stream.write_all(b"x").is_ok() {
                thread::sleep(pause);
            }
            return;
        }
        let _ = stream.write_all(b"\r\n");
        if head_only {
            return;
        }
        for block in reply.body.chunks(64 << 10) {
            if !self.send(&mut stream, block) {
                return;
            }
        }
        match reply.end {
            End::Close => {
                let _ = stream.shutdown(Shutdown::Write);
                wait_for_close(&mut stream);
            }
            End::Hang => wait_for_close(&mut stream),
            End::Repeat(bytes) => while self.send(&mut stream, &bytes) {},
            // The pause is the wrong that this server does; no test waits for it.
            End::Drip(bytes, pause) => drop(bytes.chunks(1).all(|byte| {
                thread::sleep(pause);
                self.send(&mut stream, byte)
            })),
            End::Tunnel(port) => tunnel(stream, port),
        }
    }

    /// False once the client is gone.
    fn send(&self, stream: &mut TcpStream, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        while !rest.is_empty() {
            match stream.write(rest) {
                Ok(count) if count > 0 => {
                    *self.served.lock().unwrap() += count as u64;
                    rest = &rest[count..];
                }
                _ => return false,
            }
        }
        true
    }
}

/// A request's head, read byte by byte so that nothing that follows is taken.
fn read_head(stream: &TcpStream) -> Option<Seen> {
    let mut text = String::new();
    let mut reader = BufReader::with_capacity(1, stream);
    while !text.ends_with("\r\n\r\n") {
        if reader.read_line(&mut text).ok()? == 0 {
            return None;
        }
    }
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ').map(str::to_owned);
    let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    Some(Seen { method: first.next()?, target: first.next()?, headers: lines.filter_map(header).collect() })
}

fn wait_for_close(stream: &mut TcpStream) {
    while matches!(stream.read(&mut [0; 64]), Ok(1..)) {}
}

fn tunnel(mut client: TcpStream, port: u16) {
    let mut server = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    let _ = std::io::copy(&mut server, &mut client);
    let _ = client.shutdown(Shutdown::Both);
}
