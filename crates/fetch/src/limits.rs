//! All limits for what a server, a parent or a file may send, each with the size of real ones.

use std::time::Duration;

/// Bytes of the request; a thousand files with hashes are 200 KiB.
pub const REQUEST_BYTES: usize = 1 << 20;
/// Bytes of a line after the request; `{"stop": true}` has 14.
pub const LINE_BYTES: usize = 4096;
/// Files in one request; the largest published models have 191 weight files.
pub const FILES: usize = 1000;
/// Bytes of a file; the largest single weight files are 50 GB.
pub const FILE_BYTES: u64 = 1 << 40;
/// Bytes of a response's head; the Hub's are under 8 KiB.
pub const HEAD_BYTES: usize = 64 << 10;
/// Bytes of the API's answer about a model; repositories of thousands of files give 1 MiB.
pub const API_BYTES: u64 = 8 << 20;
/// Bytes of an address that a redirect names; signed ones have about 2 KiB.
pub const ADDRESS_BYTES: usize = 16 << 10;
/// Redirects of one request; the Hub makes one, a renamed repository one more.
pub const REDIRECTS: usize = 8;
/// Characters taken from a server's own words.
pub const MESSAGE_CHARACTERS: usize = 300;
/// Bytes of `NAME.part.json`; ours have 400.
pub const STATE_BYTES: u64 = 64 << 10;
/// Bytes of a token; the Hub's have 37.
pub const TOKEN_BYTES: usize = 1024;

/// Bytes read from the network and written at once.
pub const BLOCK_BYTES: usize = 256 << 10;
/// Bytes after which a partial file is synced: what a power cut can cost.
pub const SYNC_BYTES: u64 = 64 << 20;
/// Bytes that stay free on the disk, for the system and other programs.
pub const FREE_BYTES: u64 = 64 << 20;
/// Bytes a second below which a connection counts as stalled; a modem of 1990 does ten times as much.
pub const STALLED_BYTES_PER_SECOND: u64 = 128;
/// New bytes after which earlier failed tries no longer count.
pub const PROGRESS_BYTES: u64 = 64 << 10;

/// The longest pause between two tries.
pub const LONGEST_BACKOFF: Duration = Duration::from_secs(60);
/// The longest wait that a server may ask for; the Hub counts requests in windows of five minutes.
pub const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// How often events of one kind are written.
pub const EVENT_INTERVAL: Duration = Duration::from_millis(250);
/// How long a stop waits for a download to close its files. They are sound without it.
pub const STOP_GRACE: Duration = Duration::from_secs(1);
