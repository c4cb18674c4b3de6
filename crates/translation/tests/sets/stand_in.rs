//! A stand-in for `wasan-fetch`: a shell script that records its request and does what a test wants.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Scripts and what they have written.
pub struct StandIn {
    folder: tempfile::TempDir,
}

/// Events of a whole download of `file` from `source` in this folder.
pub fn delivers(source: &Path, file: &str) -> String {
    let bytes = source.metadata().expect("is there").len();
    let hash = "ab".repeat(32);
    let commit = "cd".repeat(20);
    format!(
        r#"
echo '{{"event":"resolved","file":"{file}","bytes":{bytes},"sha256":"{hash}","commit":"{commit}","licence":"mit","gated":false}}'
echo '{{"event":"progress","file":"{file}","done":{half},"total":{bytes},"bytes_per_second":1000}}'
echo '{{"event":"verifying","file":"{file}","done":{bytes},"total":{bytes}}}'
cp '{source}' "$FOLDER/{file}"
echo '{{"event":"file_done","file":"{file}","path":"/elsewhere/{file}","sha256":"{hash}","commit":"{commit}","bytes":{bytes}}}'
"#,
        half = bytes / 2,
        source = source.display(),
    )
}

/// The last event of a whole download.
pub const DONE: &str = "echo '{\"event\":\"done\"}'\n";

impl StandIn {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// A script with these commands after the request was read; `$FOLDER` is the folder in the request.
    pub fn program(&self, name: &str, commands: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        let request = self.request_file();
        let text = format!(
            "#!/bin/sh\nread -r request\nprintf '%s\\n' \"$request\" >> '{}'\n\
            FOLDER=$(printf '%s' \"$request\" | sed 's/^{{\"folder\":\"\\([^\"]*\\)\".*/\\1/')\n{commands}",
            request.display()
        );
        std::fs::write(&path, text).expect("writes");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("is ours");
        path
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.request_file()).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    fn request_file(&self) -> PathBuf {
        self.folder.path().join("requests")
    }
}
