//! Modes and access control lists of Unix.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::OnceLock;

/// Reading and writing for everybody.
const EVERYBODY: u32 = 0o666;

/// Who may read and write a new file.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    mode: u32,
    /// The group that the mode is about; none = any.
    group: Option<u32>,
    /// The access control list, in the system's form, instead of the mode.
    list: Option<Vec<u8>>,
}

impl Access {
    /// The user alone.
    pub fn private() -> Self {
        Self { mode: 0o600, group: None, list: None }
    }

    /// Nobody who may not read and write each of these files. The user alone if one of them is gone.
    pub fn of(files: &[&Path]) -> Self {
        let each = files.iter().map(|file| Self::of_file(file));
        each.reduce(Self::and).unwrap_or_else(Self::private)
    }

    fn of_file(file: &Path) -> Self {
        let Ok(data) = file.metadata() else { return Self::private() };
        Self { mode: data.mode() & EVERYBODY, group: Some(data.gid()), list: list::of(file) }
    }

    // A list says more than a mode, so files with different lists share only what the mode gives their owner.
    fn and(self, other: Self) -> Self {
        let mut mode = self.mode & other.mode;
        if self.list != other.list {
            return Self { mode: mode & 0o600, ..Self::private() };
        }
        if self.group != other.group {
            mode = without_group(mode);
        }
        Self { mode, ..self }
    }

    /// Makes a new file with this access.
    ///
    /// # Errors
    /// A file that exists, a folder that cannot be written.
    pub fn create(&self, path: &Path) -> io::Result<File> {
        let file = OpenOptions::new().write(true).create_new(true).mode(self.mode & 0o600).open(path)?;
        // The folder's default list is for files that are made in it, not for copies of others.
        list::remove(&file);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let same_group = self.group == Some(file.metadata()?.gid());
        // What cannot be set, as on a USB stick, leaves the file to the user or to the rules of its disk.
        match &self.list {
            Some(list) if same_group => list::set(&file, list),
            Some(_) => {}
            None => {
                let mode = if same_group { self.mode } else { without_group(self.mode) };
                if mode & 0o077 != 0 {
                    drop(file.set_permissions(Permissions::from_mode(mode & !mask(folder))));
                }
            }
        }
        Ok(file)
    }
}

// Members of another group count as others.
fn without_group(mode: u32) -> u32 {
    mode & (!0o070 | ((mode & 0o007) << 3))
}

/// The bits that the user wants no new file to have (umask), found by making one, because asking changes it. Made in the
/// folder for temporary files, or else in this one.
fn mask(folder: &Path) -> u32 {
    static MASK: OnceLock<u32> = OnceLock::new();
    if let Some(mask) = MASK.get() {
        return *mask;
    }
    let made_in = |folder: &Path| {
        let everybody = Permissions::from_mode(EVERYBODY);
        let file = tempfile::Builder::new().permissions(everybody).tempfile_in(folder).ok()?;
        Some(!file.as_file().metadata().ok()?.mode() & 0o777)
    };
    let found = made_in(&std::env::temp_dir()).or_else(|| made_in(folder));
    // Without an answer nobody but the user may read the file.
    found.map_or(0o077, |mask| *MASK.get_or_init(|| mask))
}

/// Makes a folder for the user alone. One that exists is closed to others if only Wasan has put something into it.
///
/// # Errors
/// A folder that cannot be made.
pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let is_open = path.metadata()?.mode() & 0o077 != 0;
    if is_open && fs::read_dir(path)?.all(|entry| entry.is_ok_and(|entry| is_own(&entry))) {
        drop(fs::set_permissions(path, Permissions::from_mode(0o700)));
    }
    Ok(())
}

fn is_own(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    name.starts_with("wasan.db") || ["queue.lock", "edits.lock", "models", "training"].contains(&&*name)
}

/// Makes an empty file for the user alone, or closes an existing one to others. Never opens an existing file: closing it
/// would release the locks that the process has on it.
///
/// # Errors
/// A file that cannot be made.
pub(crate) fn make_private_file(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => list::remove(&file),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => close_to_others(path),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Closes a file to others, if it is there.
pub(crate) fn close_to_others(path: &Path) {
    if let Ok(file) = path.metadata()
        && file.is_file()
        && file.mode() & 0o077 != 0
    {
        // A disk without modes cannot change them.
        drop(fs::set_permissions(path, Permissions::from_mode(file.mode() & 0o600)));
    }
}

/// Makes a folder for translations, with the folders above it. Nobody may enter it who may not enter the source's folder.
///
/// # Errors
/// A folder that cannot be made.
pub(crate) fn make_folder(path: &Path, source: &Path) -> io::Result<()> {
    let mode = source.metadata().map_or(0o700, |folder| (folder.mode() & 0o777) | 0o700);
    DirBuilder::new().recursive(true).mode(mode).create(path)
}

/// Access control lists. Those of macOS and the BSDs are not copied.
#[cfg(target_os = "linux")]
mod list {
    use std::fs::File;
    use std::path::Path;

    use xattr::FileExt;

    const NAME: &str = "system.posix_acl_access";

    pub fn of(file: &Path) -> Option<Vec<u8>> {
        xattr::get_deref(file, NAME).ok().flatten()
    }

    pub fn remove(file: &File) {
        // Usually there is none; a disk without lists has none.
        drop(file.remove_xattr(NAME));
    }

    pub fn set(file: &File, list: &[u8]) {
        // Without the list the file is the user's alone.
        drop(file.set_xattr(NAME, list));
    }
}

#[cfg(not(target_os = "linux"))]
mod list {
    use std::fs::File;
    use std::path::Path;

    pub fn of(_file: &Path) -> Option<Vec<u8>> {
        None
    }

    pub fn remove(_file: &File) {}

    pub fn set(_file: &File, _list: &[u8]) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().expect("is there").mode() & 0o777
    }

    #[test]
    fn a_new_file_is_never_wider_than_those_it_comes_from() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, mode: u32| {
            let path = folder.path().join(name);
            fs::write(&path, "x").expect("writes");
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("sets");
            path
        };
        for wanted in [0o600, 0o640, 0o644, 0o400, 0o444, 0o604, 0o755] {
            let source = file(&format!("source-{wanted:o}"), wanted);
            let made = folder.path().join(format!("made-{wanted:o}"));
            Access::of(&[&source]).create(&made).expect("makes");
            assert_eq!(mode(&made), wanted & EVERYBODY & !mask(folder.path()), "{wanted:o}");
        }
        let (one, other) = (file("one", 0o640), file("other", 0o604));
        let both = folder.path().join("both");
        Access::of(&[&one, &other]).create(&both).expect("makes");
        assert_eq!(mode(&both), 0o600);
        let gone = folder.path().join("gone");
        Access::of(&[&one, &gone]).create(&gone).expect("makes");
        assert_eq!(mode(&gone), 0o600);
        assert_eq!(without_group(0o664), 0o644, "others may read, so another group may");
        assert_eq!(without_group(0o660), 0o600);
    }

    #[test]
    fn wasans_own_files_and_folders_are_closed_to_others() {
        let root = tempfile::tempdir().expect("a folder");
        let data = root.path().join("a/b");
        make_private_folder(&data).expect("makes");
        assert_eq!((mode(&data), mode(&root.path().join("a"))), (0o700, 0o700));
        fs::set_permissions(&data, Permissions::from_mode(0o755)).expect("sets");
        let db = data.join("wasan.db");
        fs::write(&db, "text").expect("writes");
        fs::set_permissions(&db, Permissions::from_mode(0o644)).expect("sets");
        make_private_folder(&data).expect("closes");
        make_private_file(&db).expect("closes");
        assert_eq!((mode(&data), mode(&db)), (0o700, 0o600));
        assert_eq!(fs::read(&db).expect("reads"), b"text");
        // The user's own folder stays as it is.
        fs::write(data.join("notes.txt"), "mine").expect("writes");
        fs::set_permissions(&data, Permissions::from_mode(0o755)).expect("sets");
        make_private_folder(&data).expect("is there");
        assert_eq!(mode(&data), 0o755);
    }

    // A list in the system's form: version 2, then tag, permissions and id of each entry.
    #[cfg(target_os = "linux")]
    fn list_of(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let entry = |(tag, permissions, id): &(u16, u16, u32)| {
            [&tag.to_le_bytes()[..], &permissions.to_le_bytes(), &id.to_le_bytes()].concat()
        };
        [2_u32.to_le_bytes().to_vec(), entries.iter().flat_map(entry).collect()].concat()
    }

    /// A folder's default list lets a colleague read every new file in it; a translation has the list of its source.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_default_list_of_a_folder_does_not_open_a_file() {
        const NOBODY: u32 = u32::MAX;
        let folder = tempfile::tempdir().expect("a folder");
        let [plain, shared] = ["plain", "shared"].map(|name| {
            let path = folder.path().join(name);
            fs::write(&path, "x").expect("writes");
            fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("sets");
            path
        });
        let colleague = |permissions| {
            list_of(&[
                (1, 6, NOBODY),
                (2, permissions, 65_534),
                (4, 0, NOBODY),
                (16, permissions, NOBODY),
                (32, 0, NOBODY),
            ])
        };
        if xattr::set(folder.path(), "system.posix_acl_default", &colleague(6)).is_err() {
            // A disk without lists.
            return;
        }
        xattr::set(&shared, "system.posix_acl_access", &colleague(4)).expect("sets");
        let made = |source: &Path, name: &str| {
            let path = folder.path().join(name);
            Access::of(&[source]).create(&path).expect("makes");
            path
        };
        let translation = made(&plain, "plain.en");
        assert_eq!((list::of(&translation), mode(&translation) & !0o640), (None, 0));
        assert_eq!(list::of(&made(&shared, "shared.en")), Some(colleague(4)));
        let both = folder.path().join("both");
        Access::of(&[&plain, &shared]).create(&both).expect("makes");
        assert_eq!((list::of(&both), mode(&both)), (None, 0o600));
        let own = folder.path().join("wasan.db");
        make_private_file(&own).expect("makes");
        assert_eq!((list::of(&own), mode(&own)), (None, 0o600));
    }
}
