//! One window a user and data folder: a second start hands its files to the first.

use interprocess::local_socket::traits::{ListenerExt as _, Stream as _};
use interprocess::local_socket::{
    ConnectOptions, GenericFilePath, GenericNamespaced, Listener, ListenerOptions, Name, Stream, ToFsName,
    ToNsName,
};
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// More are not handed over; a command line has no more bytes.
const MAX_BYTES: u64 = 4 << 20;
/// A first instance that does not answer hangs.
const ANSWER: Duration = Duration::from_secs(5);

/// The files named on the command line, as absolute paths.
pub fn files(arguments: impl IntoIterator<Item = OsString>) -> Vec<PathBuf> {
    let paths = arguments.into_iter().map(PathBuf::from).filter(|path| path.exists());
    paths.filter_map(|path| std::path::absolute(path).ok()).collect()
}

/// What a start found.
pub enum Start {
    /// No other window: it listens for later starts. Without a listener nothing can be handed over.
    First(Option<Listener>),
    /// Another window has taken the files.
    Second,
}

/// Hands the files to the window that uses this data folder, or becomes it.
pub fn start(data: &Path, files: &[PathBuf]) -> Start {
    let socket = Socket::of(data);
    let connected = socket.name().and_then(|name| ConnectOptions::new().name(name).connect_sync());
    match connected {
        // A window that hangs keeps its socket; this one works without.
        Ok(stream) => hand_over(stream, files).map_or(Start::First(None), |()| Start::Second),
        Err(_) => {
            let listen = |name| ListenerOptions::new().name(name).try_overwrite(true).create_sync();
            Start::First(socket.name().and_then(listen).ok())
        }
    }
}

fn hand_over(mut stream: Stream, files: &[PathBuf]) -> io::Result<()> {
    // The pipes of Windows have no time limits.
    let _ = stream.set_recv_timeout(Some(ANSWER));
    stream.write_all(&serde_json::to_vec(files)?)?;
    stream.write_all(b"\n")?;
    // The first window answers once it has read everything.
    stream.read_exact(&mut [0])
}

/// Receives the files of later starts on a thread of its own.
pub fn listen(listener: Listener, take: impl Fn(Vec<PathBuf>) + Send + 'static) {
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let received = stream.and_then(|mut stream| {
                let _ = stream.set_recv_timeout(Some(ANSWER));
                let mut line = Vec::new();
                let mut reader = io::BufReader::new((&mut stream).take(MAX_BYTES));
                io::BufRead::read_until(&mut reader, b'\n', &mut line)?;
                let files = serde_json::from_slice(&line)?;
                stream.write_all(b".")?;
                Ok(files)
            });
            // What another program sends there, or half a message, is nothing to act on.
            if let Ok(files) = received {
                take(files);
            }
        }
    });
}

/// The address of a data folder's window.
enum Socket {
    /// A socket in a folder that only the user may enter.
    File(PathBuf),
    /// A named pipe.
    Namespaced(String),
}

impl Socket {
    fn of(data: &Path) -> Self {
        if cfg!(windows) {
            let mut hasher = DefaultHasher::new();
            data.hash(&mut hasher);
            return Self::Namespaced(format!("wasan-{:016x}", hasher.finish()));
        }
        Self::File(data.join("window.socket"))
    }

    fn name(&self) -> io::Result<Name<'_>> {
        match self {
            Self::File(path) => path.as_path().to_fs_name::<GenericFilePath>(),
            Self::Namespaced(name) => name.as_str().to_ns_name::<GenericNamespaced>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_second_start_hands_its_files_to_the_first() {
        let (data, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let Start::First(Some(listener)) = start(data.path(), &[]) else {
            panic!("there is no other window")
        };
        let (sender, received) = channel();
        listen(listener, move |files| sender.send(files).unwrap());
        let files = vec![PathBuf::from("/a b/Grüße.txt"), PathBuf::from("c\nd")];
        assert!(matches!(start(data.path(), &files), Start::Second));
        assert_eq!(received.recv().unwrap(), files);
        assert!(matches!(start(data.path(), &[]), Start::Second));
        assert_eq!(received.recv().unwrap(), Vec::<PathBuf>::new());
        assert!(matches!(start(other.path(), &[]), Start::First(Some(_))), "another user's data");
    }

    #[test]
    fn a_window_that_has_crashed_is_replaced() {
        let data = tempfile::tempdir().unwrap();
        // Left behind by a process that was killed.
        #[cfg(unix)]
        drop(std::os::unix::net::UnixListener::bind(data.path().join("window.socket")).unwrap());
        assert!(matches!(start(data.path(), &[]), Start::First(Some(_))));
    }

    #[test]
    fn only_files_that_exist_are_taken_from_the_command_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.txt");
        std::fs::write(&file, "x").unwrap();
        let given =
            ["--flag".into(), file.clone().into_os_string(), folder.path().join("gone").into_os_string()];
        assert_eq!(files(given), [file]);
    }
}
