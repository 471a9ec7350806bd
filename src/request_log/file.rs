//! The file that is written, and those that were full before it. It belongs to the operator
//! too: it may be removed, renamed or emptied at any time.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::PathBuf,
};

use super::Options;

/// For the owner to write, for the group to read.
const MODE: u32 = 0o640;

/// A file of bounded size, with a bounded number of older ones.
pub(super) struct Rotating {
    options: Options,
    file: Option<File>,
}

impl Rotating {
    /// Touches nothing yet.
    pub(super) fn new(options: Options) -> Self {
        Self { options, file: None }
    }

    pub(super) fn path(&self) -> std::path::Display<'_> {
        self.options.path.display()
    }

    /// Makes sure that the file is there and can be opened.
    pub(super) fn open(&mut self) -> io::Result<()> {
        self.current().map(drop)
    }

    /// Writes whole lines. What is written is taken away from them, so that after an error
    /// the rest can be tried again.
    pub(super) fn append(&mut self, lines: &mut Vec<u8>) -> io::Result<()> {
        let mut done = 0;
        let outcome = self.write(lines, &mut done);
        lines.drain(..done);
        outcome
    }

    fn write(&mut self, lines: &[u8], done: &mut usize) -> io::Result<()> {
        while let Some(rest) = lines.get(*done..).filter(|rest| !rest.is_empty()) {
            let max = self.options.max;
            let (mut file, size) = self.current()?;
            let fitting = fitting(rest, max.saturating_sub(size));
            if fitting.is_empty() && size > 0 {
                self.rotate()?;
                continue;
            }
            let line = rest.split_inclusive(|byte| *byte == b'\n').next().unwrap_or(rest);
            let chunk = if fitting.is_empty() { line } else { fitting };
            match file.write(chunk) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => *done += written,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The file that has the name now, and its size.
    fn current(&mut self) -> io::Result<(&File, u64)> {
        let named = match fs::metadata(&self.options.path) {
            Ok(named) => Some((named.dev(), named.ino())),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let held = self.file.take().map(|file| file.metadata().map(|held| (file, held)));
        let file = match held.transpose()? {
            Some((file, held)) if named == Some((held.dev(), held.ino())) => file,
            Some(_) | None => {
                File::options().append(true).create(true).mode(MODE).open(&self.options.path)?
            }
        };
        let size = file.metadata()?.len();
        Ok((self.file.insert(file), size))
    }

    /// Gives the full file another name. Those before it move up as far as the first name
    /// that is free, so that one that fails half way and is tried again pushes none out.
    fn rotate(&mut self) -> io::Result<()> {
        self.file = None;
        let keep = self.options.keep;
        if keep == 0 {
            return fs::remove_file(&self.options.path);
        }
        let free = (1..keep).find(|age| !self.old(*age).exists()).unwrap_or(keep);
        for age in (1..free).rev() {
            fs::rename(self.old(age), self.old(age + 1))?;
        }
        fs::rename(&self.options.path, self.old(1))
    }

    fn old(&self, age: u16) -> PathBuf {
        self.options.path.with_added_extension(age.to_string())
    }
}

/// The whole lines at the beginning that are not longer than `room` together.
fn fitting(lines: &[u8], room: u64) -> &[u8] {
    let room = usize::try_from(room).unwrap_or(usize::MAX).min(lines.len());
    let end = lines[..room].iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    &lines[..end]
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt, path::Path};

    use tempfile::TempDir;

    use super::*;

    fn rotating(folder: &Path, max: u64, keep: u16) -> Rotating {
        Rotating::new(Options { path: folder.join("log"), max, keep })
    }

    fn append(file: &mut Rotating, lines: &str) {
        let mut lines = lines.as_bytes().to_vec();
        file.append(&mut lines).unwrap();
        assert!(lines.is_empty());
    }

    /// What is in the file and in those before it, newest first.
    fn files(folder: &TempDir) -> Vec<String> {
        let ages = ["log", "log.1", "log.2", "log.3", "log.4"];
        let read = ages.map(|name| fs::read_to_string(folder.path().join(name)).ok());
        let count = fs::read_dir(folder.path()).unwrap().count();
        let files: Vec<_> = read.into_iter().flatten().collect();
        assert_eq!(files.len(), count, "no other files");
        files
    }

    #[test]
    fn a_full_file_makes_way_between_two_lines_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = rotating(folder.path(), 10, 2);
        append(&mut file, "1111\n2222\n");
        assert_eq!(files(&folder), ["1111\n2222\n"]);
        append(&mut file, "3\n4\n");
        append(&mut file, "5\n666666\n7777777\n");
        assert_eq!(files(&folder), ["7777777\n", "666666\n", "3\n4\n5\n"]);
        append(&mut file, "longer than a file may be\n9\n");
        assert_eq!(files(&folder), ["9\n", "longer than a file may be\n", "7777777\n"]);
    }

    #[test]
    fn none_may_be_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = rotating(folder.path(), 10, 0);
        append(&mut file, "1111\n2222\n3333\n");
        assert_eq!(files(&folder), ["3333\n"]);
    }

    #[test]
    fn a_file_that_was_there_is_continued_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        append(&mut rotating(folder.path(), 10, 2), "1111\n");
        append(&mut rotating(folder.path(), 10, 2), "2222\n3333\n");
        assert_eq!(files(&folder), ["3333\n", "1111\n2222\n"]);
        let mode = fs::metadata(folder.path().join("log")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777 & !MODE, 0, "{mode:o}");
    }

    #[test]
    fn a_file_that_is_removed_renamed_or_emptied_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut file = rotating(folder.path(), 100, 2);
        append(&mut file, "1\n");
        fs::remove_file(&path).unwrap();
        append(&mut file, "2\n");
        assert_eq!(files(&folder), ["2\n"]);
        fs::rename(&path, folder.path().join("log.1")).unwrap();
        append(&mut file, "3\n");
        assert_eq!(files(&folder), ["3\n", "2\n"]);
        fs::write(&path, "").unwrap();
        append(&mut file, "4\n");
        assert_eq!(files(&folder), ["4\n", "2\n"]);
    }

    #[test]
    fn what_cannot_be_written_is_kept_for_another_try() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("not yet");
        let mut file = rotating(&inside, 100, 2);
        let mut lines = b"1\n2\n".to_vec();
        file.append(&mut lines).unwrap_err();
        fs::create_dir(&inside).unwrap();
        file.append(&mut lines).unwrap();
        assert_eq!(fs::read_to_string(inside.join("log")).unwrap(), "1\n2\n");

        let mut full = Rotating::new(Options { path: "/dev/full".into(), max: 100, keep: 2 });
        let mut lines = b"1\n".to_vec();
        assert_eq!(full.append(&mut lines).unwrap_err().kind(), ErrorKind::StorageFull);
        assert_eq!(lines, b"1\n");
    }

    #[test]
    fn a_rotation_that_fails_again_and_again_pushes_no_file_out() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = rotating(folder.path(), 2, 3);
        append(&mut file, "1\n2\n");
        // A folder that is not empty cannot be renamed over.
        fs::create_dir_all(folder.path().join("log.2/x")).unwrap();
        fs::create_dir_all(folder.path().join("log.3/x")).unwrap();
        let mut lines = b"3\n".to_vec();
        for _ in 0..5 {
            file.append(&mut lines).unwrap_err();
        }
        let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!((read("log"), read("log.1")), ("2\n".to_owned(), "1\n".to_owned()));
    }
}
