//! Just enough of the WebDriver protocol (W3C) to use a page.

use crate::desktop::{Desktop, Guard};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The protocol's names of keys that write nothing.
pub mod key {
    pub const BACKSPACE: &str = "\u{E003}";
    pub const TAB: &str = "\u{E004}";
    pub const ENTER: &str = "\u{E007}";
    pub const SHIFT: &str = "\u{E008}";
    pub const ALT: &str = "\u{E00A}";
    pub const CONTROL: &str = "\u{E009}";
    pub const ESCAPE: &str = "\u{E00C}";
}

/// Longer than any command: a driver that answers later hangs.
const ANSWER: Duration = Duration::from_secs(60);

/// The window's page.
pub struct Session {
    port: u16,
    path: String,
    driver: Guard,
}

impl Session {
    /// Starts the app under a driver on this desktop.
    pub fn start(desktop: &Desktop) -> Self {
        Self::start_with(desktop, &[])
    }

    /// The same with paths in the environment.
    pub fn start_with(desktop: &Desktop, environment: &[(&str, &Path)]) -> Self {
        let app = app();
        assert!(app.is_file(), "run `cargo build -p wasan-app` first: {}", app.display());
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut driver = Command::new("WebKitWebDriver");
        driver.envs(environment.iter().copied());
        driver.arg(format!("--port={port}")).env("TAURI_WEBVIEW_AUTOMATION", "true");
        let driver = desktop.spawn(&mut driver);
        crate::until("the driver answers", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        let mut session = Self { port, path: "/session".into(), driver };
        let options = json!({ "binary": app, "args": [] });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let opened = session.send("POST", "", &wanted);
        session.path = format!("/session/{}", opened["sessionId"].as_str().expect("a session has an id"));
        session
    }

    /// What a script returns.
    pub fn ask(&self, script: &str) -> Value {
        self.send("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// What a script hands to the function that is its last argument.
    pub fn ask_later(&self, script: &str, arguments: Value) -> Value {
        self.send("POST", "/execute/async", &json!({ "script": script, "args": arguments }))
    }

    /// Types a text where the focus is.
    pub fn types(&self, text: &str) {
        for letter in text.chars() {
            self.presses(&[&letter.to_string()]);
        }
    }

    /// Presses keys together, the last one while the others are held.
    pub fn presses(&self, keys: &[&str]) {
        let down = keys.iter().map(|key| json!({ "type": "keyDown", "value": key }));
        let up = keys.iter().rev().map(|key| json!({ "type": "keyUp", "value": key }));
        let actions: Vec<_> = down.chain(up).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.send("POST", "/actions", &json!({ "actions": [keyboard] }));
    }

    fn send(&self, method: &str, command: &str, body: &Value) -> Value {
        let answer = self.exchange(method, command, body).expect("the driver answers");
        let value = &answer["value"];
        assert!(value["error"].is_null(), "{method} {command} {body}: {answer}");
        value.clone()
    }

    fn exchange(&self, method: &str, command: &str, body: &Value) -> std::io::Result<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(ANSWER))?;
        let body = body.to_string();
        write!(
            stream,
            "{method} {}{command} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.path,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, json) = answer.split_once("\r\n\r\n").unwrap_or_default();
        Ok(serde_json::from_str(json)?)
    }
}

impl Drop for Session {
    /// Closes the app and ends it if it stays, as one that wants to ask its reader does: a second one would hand over its
    /// files to it. A driver that no longer answers is ended with its own guard.
    fn drop(&mut self) {
        let _ = self.exchange("DELETE", "", &Value::Null);
        let apps = |program: &str| Command::new(program).args(["-P", &self.driver.id().to_string()]).output();
        crate::until("the app has ended", || {
            let _ = apps("pkill");
            apps("pgrep").is_ok_and(|found| found.stdout.is_empty())
        });
    }
}

/// The binary that was built beside this test.
fn app() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let folder = test.ancestors().nth(2).expect("a test lies in deps, in the profile's folder");
    folder.join("wasan-app")
}
