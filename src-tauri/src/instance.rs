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
/// A first instance that does not answer hangs; one that closes is gone by then.
const ANSWER: Duration = Duration::from_secs(5);

/// Answers of the first instance: it has taken the files, or it closes, which the end of the connection confirms.
const TAKEN: u8 = b'.';
const CLOSING: u8 = b'x';

/// The files named on the command line or by the desktop, as absolute paths.
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
        Ok(stream) => match hand_over(stream, files) {
            Ok(true) => Start::Second,
            // It has closed.
            Ok(false) => socket.listen(),
            // A window that hangs keeps its socket; this one works without.
            Err(_) => Start::First(None),
        },
        Err(_) => socket.listen(),
    }
}

/// False if the first window was closing, and is gone now.
fn hand_over(mut stream: Stream, files: &[PathBuf]) -> io::Result<bool> {
    // The pipes of Windows have no time limits.
    let _ = stream.set_recv_timeout(Some(ANSWER));
    stream.write_all(&serde_json::to_vec(files)?)?;
    stream.write_all(b"\n")?;
    // The first window answers once it has read everything.
    let mut answer = [0];
    stream.read_exact(&mut answer)?;
    if answer == [TAKEN] {
        return Ok(true);
    }
    // The connection ends with the program; a broken one is an end too.
    let ended = stream.read(&mut answer);
    if ended.is_err_and(|error| matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)) {
        return Err(io::ErrorKind::TimedOut.into());
    }
    Ok(false)
}

/// Receives the files of later starts on a thread of its own. `take` returns whether the window has taken them; if not, it
/// closes, and the later start is kept waiting for its end.
pub fn listen(listener: Listener, take: impl Fn(Vec<PathBuf>) -> bool + Send + 'static) {
    std::thread::spawn(move || {
        let mut waiting = Vec::new();
        for stream in listener.incoming() {
            let received = stream.and_then(|mut stream| {
                let _ = stream.set_recv_timeout(Some(ANSWER));
                let mut line = Vec::new();
                let mut reader = io::BufReader::new((&mut stream).take(MAX_BYTES));
                io::BufRead::read_until(&mut reader, b'\n', &mut line)?;
                let files = serde_json::from_slice(&line)?;
                let answer = if take(files) { TAKEN } else { CLOSING };
                stream.write_all(&[answer])?;
                Ok((answer == CLOSING).then_some(stream))
            });
            // What another program sends there, or half a message, is nothing to act on.
            waiting.extend(received.ok().flatten());
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

    fn listen(&self) -> Start {
        let listen = |name| ListenerOptions::new().name(name).try_overwrite(true).create_sync();
        Start::First(self.name().and_then(listen).ok())
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
    use interprocess::local_socket::traits::Listener as _;
    use std::sync::mpsc::channel;

    #[test]
    fn a_second_start_hands_its_files_to_the_first() {
        let (data, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let Start::First(Some(listener)) = start(data.path(), &[]) else {
            panic!("there is no other window")
        };
        let (sender, received) = channel();
        listen(listener, move |files| sender.send(files).is_ok());
        let files = vec![PathBuf::from("/a b/Grüße.txt"), PathBuf::from("c\nd")];
        assert!(matches!(start(data.path(), &files), Start::Second));
        assert_eq!(received.recv().unwrap(), files);
        assert!(matches!(start(data.path(), &[]), Start::Second));
        assert_eq!(received.recv().unwrap(), Vec::<PathBuf>::new());
        assert!(matches!(start(other.path(), &[]), Start::First(Some(_))), "another user's data");
    }

    /// What is handed to a window that is about to be gone would be lost with it.
    #[test]
    fn a_start_waits_for_the_end_of_a_window_that_closes_and_takes_its_place() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join("window.socket");
        let listener = ListenerOptions::new()
            .name(path.as_path().to_fs_name::<GenericFilePath>().unwrap())
            .create_sync()
            .unwrap();
        let (asked, answered) = channel();
        let closing = std::thread::spawn(move || {
            let mut stream = listener.accept().unwrap();
            drop(listener);
            let mut line = Vec::new();
            io::BufRead::read_until(&mut io::BufReader::new(&mut stream), b'\n', &mut line).unwrap();
            stream.write_all(&[CLOSING]).unwrap();
            asked.send(line).unwrap();
        });
        assert!(matches!(start(data.path(), &["/a.txt".into()]), Start::First(Some(_))));
        assert_eq!(answered.recv().unwrap(), b"[\"/a.txt\"]\n");
        closing.join().unwrap();
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
