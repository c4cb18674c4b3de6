//! `wasan-fetch`: downloads model files from the Hugging Face Hub or a mirror of it, and nothing else.
//!
//! `wasan` and the window link no network code; they start this program when a person asks for a model. It is told
//! repositories, file names and hashes, never a document.
//!
//! # Protocol
//!
//! JSON objects, one a line, in UTF-8. Standard input starts with the request:
//!
//! ```json
//! {"folder": "/absolute/path", "files": [{"repository": "org/name", "revision": "main", "file": "x.gguf",
//!  "bytes": 123, "sha256": "64 hex digits"}]}
//! ```
//!
//! `revision` may be left out (`main`); `bytes` and `sha256` may be null or left out, then the Hub's are used. Where
//! they are given and the Hub's differ, nothing is downloaded. The folder is created. A `file` may lie in folders of
//! its repository (`q4/x.gguf`) and gets the same path in `folder`. After the request, the line `{"stop": true}` or the
//! end of standard input stops the program; so does Ctrl-C. Other lines are ignored. What has been downloaded stays,
//! whatever ends the program, and the same request goes on from there. To cancel, stop it and delete the folder.
//!
//! Standard output is events; `file` is the name in the request, sizes are in bytes:
//!
//! | event | fields | when |
//! |---|---|---|
//! | `resolved` | `file`, `bytes`, `sha256` or null, `commit` or null, `licence` or null, `gated` (true, false or null: unknown) | once a file, for all files before the first download |
//! | `progress` | `file`, `done`, `total`, `bytes_per_second` | at most four times a second, and at the start and the end of a file; `done` can fall to 0 when a server cannot resume |
//! | `verifying` | `file`, `done`, `total` | at most four times a second: the bytes of an earlier run are hashed; once more when a download is complete |
//! | `waiting` | `file`, `seconds`, `reason` (`rate_limit`, `network`, `stalled`) | before a pause after which it tries again; `seconds` is rounded up |
//! | `file_done` | `file`, `path` (absolute), `sha256`, `commit` or null, `bytes` | size and hash are right and the file has its name |
//! | `failed` | `code`, `message`, `hint`, `file` or null, `page` (address) or null | last event, exit status 1 |
//! | `stopped` | | last event, exit status 130 |
//! | `done` | | last event, exit status 0 |
//!
//! Codes: `gated`, `unauthorized`, `not_found`, `network`, `offline`, `disk_full`, `hash_mismatch`, `size_mismatch`,
//! `rate_limited`, `bad_request`, `write`, `server`. A parent that reads the end of the output without one of the last
//! three events saw the program die; the same request goes on.
//!
//! # Files
//!
//! A download is `NAME.part` beside its place, with `NAME.part.json` (`part.rs`), and is renamed to `NAME` when it is
//! complete and right. A running download locks its `NAME.part`.
//!
//! # Environment
//!
//! `HF_ENDPOINT`, `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HOME` and `HF_HUB_OFFLINE` as for the Hub's own tools;
//! `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, also in lower case. `WASAN_FETCH_CONNECT` (15),
//! `WASAN_FETCH_STALL` (60), `WASAN_FETCH_BACKOFF` (1; doubled at each try) are seconds, `WASAN_FETCH_RETRIES` (8) is
//! how many tries may bring nothing before it gives up.

mod address;
mod arguments;
mod client;
mod disk;
mod download;
mod environment;
mod error;
mod hub;
mod limits;
mod meter;
mod names;
mod part;
mod protocol;
mod retry;

mod session;
mod stop;
mod token;

use arguments::Command;
use std::io::IsTerminal;
use std::process::ExitCode;

/// The command line is wrong, or there is no request.
const USAGE_STATUS: u8 = 2;

fn main() -> ExitCode {
    match arguments::parse(std::env::args_os().skip(1)) {
        Some(Command::Help) => {
            print!("{}", arguments::HELP);
            ExitCode::SUCCESS
        }
        Some(Command::Version) => {
            println!("wasan-fetch {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Some(Command::Token(action)) => token::command::run(action),
        // Somebody typed the name: a request comes through a pipe.
        Some(Command::Fetch) if std::io::stdin().is_terminal() => {
            eprint!("{}", arguments::HELP);
            ExitCode::from(USAGE_STATUS)
        }
        Some(Command::Fetch) => session::run(),
        None => {
            eprintln!("wasan-fetch: unknown arguments; `wasan-fetch --help` lists what it takes");
            ExitCode::from(USAGE_STATUS)
        }
    }
}
