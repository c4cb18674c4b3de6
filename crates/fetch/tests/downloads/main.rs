//! `wasan-fetch` against servers that do every wrong there is. Each test starts the real program and local servers of
//! its own; it waits for events and for what the servers see, never for time to pass.

mod disk;
mod hub;
mod interrupted;
mod kill;
mod program;
mod redirects;
mod refused;
mod request;
mod server;
mod tls;
mod token;
mod wrong_bytes;
