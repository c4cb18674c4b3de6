//! Who may read the files that Wasan makes: its own only the user, a translation nobody who may not read its source.
//!
//! On Unix a file is made for its owner alone and gets its final mode before its first byte. On Windows a new file has the
//! access of its folder.

#[cfg(unix)]
mod unix;

#[cfg(unix)]
pub(crate) use unix::{Access, close_to_others, make_folder, make_private_file, make_private_folder};

#[cfg(not(unix))]
pub(crate) use other::{Access, close_to_others, make_folder, make_private_file, make_private_folder};

#[cfg(not(unix))]
mod other {
    use std::fs::{self, File};
    use std::io;
    use std::path::Path;

    /// The access of a new file: that of its folder.
    #[derive(Debug, Clone)]
    pub(crate) struct Access;

    impl Access {
        pub fn private() -> Self {
            Self
        }

        pub fn of(_files: &[&Path]) -> Self {
            Self
        }

        pub fn create(&self, path: &Path) -> io::Result<File> {
            File::create_new(path)
        }
    }

    pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    pub(crate) fn make_private_file(path: &Path) -> io::Result<()> {
        match File::create_new(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    pub(crate) fn close_to_others(_path: &Path) {}

    pub(crate) fn make_folder(path: &Path, _source: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }
}
