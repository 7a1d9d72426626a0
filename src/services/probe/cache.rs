//! What a probe found, kept until the kernel, QEMU or libvirt is another.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use lectern_model::uri::HostUri;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Report, Verdict};
use crate::host::Version;

/// What a report holds for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    host: String,
    /// The kernel's release; libvirt does not tell another computer's.
    kernel: Option<String>,
    libvirt: u32,
    hypervisor: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    key: Key,
    report: Report,
}

/// Where reports are kept (XDG Base Directory Specification 0.8).
fn folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    Some(set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?.join("lectern/probe"))
}

impl Key {
    /// The key of this host now.
    pub(crate) fn new(host: &HostUri, libvirt: Version, hypervisor: Option<Version>) -> Self {
        let release = || fs::read_to_string("/proc/sys/kernel/osrelease").ok();
        let kernel = host.is_local().then(release).flatten().map(|text| text.trim().to_owned());
        Self {
            host: host.as_str().to_owned(),
            kernel,
            libvirt: libvirt.0,
            hypervisor: hypervisor.map(|version| version.0),
        }
    }

    /// The report that was kept for exactly this.
    pub(crate) fn recall(&self) -> Option<Report> {
        self.recall_from(&folder()?)
    }

    fn recall_from(&self, folder: &Path) -> Option<Report> {
        let text = fs::read(folder.join(self.file())).ok()?;
        let entry: Entry = serde_json::from_slice(&text).ok()?;
        (entry.key == *self).then_some(entry.report)
    }

    /// Keeps a report that says something.
    pub(crate) fn keep(&self, report: &Report) {
        if matches!(report.verdict, Verdict::Unknown(_)) {
            return;
        }
        if let Some(Err(error)) = folder().map(|folder| self.keep_in(&folder, report)) {
            tracing::warn!("a probe's report was not kept: {error}");
        }
    }

    /// A reader sees the old report or the new one, never a part.
    fn keep_in(&self, folder: &Path, report: &Report) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let entry = Entry { key: self.clone(), report: report.clone() };
        let part = folder.join(format!(".{}.part", Uuid::new_v4().simple()));
        let written = fs::write(&part, serde_json::to_vec(&entry)?);
        let moved = written.and_then(|()| fs::rename(&part, folder.join(self.file())));
        if moved.is_err() {
            // It may never have come into being.
            let _ = fs::remove_file(&part);
        }
        moved
    }

    /// One file a host; the end of a very long URI is left out, as the key is compared anyhow.
    fn file(&self) -> String {
        let name = utf8_percent_encode(&self.host, NON_ALPHANUMERIC).to_string();
        format!("{}.json", name.get(..200).unwrap_or(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Candidate;

    #[test]
    fn a_report_is_kept_for_its_versions_only() {
        let folder = tempfile::tempdir().unwrap();
        let host = HostUri::parse("qemu+unix:///system?socket=/run/x/../y").unwrap();
        let key = Key::new(&host, Version(11_003_000), Some(Version(10_000_013)));
        let report = Report::without_guest(Verdict::Boots(Candidate::HostModel));
        assert_eq!(key.recall_from(folder.path()), None);
        key.keep_in(folder.path(), &report).unwrap();
        assert_eq!(key.recall_from(folder.path()), Some(report));
        let newer = Key::new(&host, Version(11_004_000), Some(Version(10_000_013)));
        assert_eq!(newer.recall_from(folder.path()), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn what_was_cut_off_is_no_report() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::new(&HostUri::system(), Version(1), None);
        fs::write(folder.path().join(key.file()), "{\"key\":").unwrap();
        assert_eq!(key.recall_from(folder.path()), None);
    }
}
