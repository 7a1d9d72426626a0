//! What other hypervisors call a guest system, in the database's words.

/// `VMware`'s words for Windows follow no rule (its `VirtualMachineGuestOsIdentifier`).
const WINDOWS: [(&str, &str); 6] = [
    ("windows7", "win7"),
    ("windows8", "win8"),
    ("windows9", "win10"),
    ("windows11", "win11"),
    ("windows2019srv", "win2k19"),
    ("windows2019srvnext", "win2k22"),
];

/// The short names and names to look for: of `centos7_64Guest` and `CentOS 7 (64-bit)` those of that release; of
/// `Debian_64`, which has no number, none that could be right.
pub(super) fn names(told: &str) -> Vec<String> {
    let lower = told.trim().to_ascii_lowercase();
    let bare = lower.trim_end_matches("guest").trim_end_matches("(64-bit)").trim_end_matches("_64");
    let bare = bare.trim_end_matches("(32-bit)").trim().to_owned();
    if let Some((_, name)) = WINDOWS.iter().find(|(theirs, _)| *theirs == bare) {
        return vec![(*name).to_owned()];
    }
    if !bare.ends_with(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    let packed: String = bare.chars().filter(|c| !c.is_whitespace()).collect();
    vec![bare, packed.clone(), format!("{packed}.0")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_others_become_short_names() {
        assert!(names("centos7_64Guest").contains(&"centos7.0".to_owned()));
        assert!(names("CentOS 7 (64-bit)").contains(&"centos 7".to_owned()));
        assert_eq!(names("windows9_64Guest"), ["win10"]);
        assert_eq!(names("Debian_64"), Vec::<String>::new());
    }
}
