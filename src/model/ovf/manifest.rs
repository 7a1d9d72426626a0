//! An appliance's manifest: which file has which sum (DMTF DSP0243 2.1, 5.1, "`digest`").

/// A sum that manifests have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-1: what all of OVF 1 has.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// What a file's content is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The file, beside the manifest or in the archive.
    pub file: String,
    /// Which sum.
    pub digest: Digest,
    /// The sum, in lower-case hexadecimal digits.
    pub hex: String,
}

/// Reads a manifest: lines as `SHA256(disk.vmdk)= 12ab…`, with or without blanks. Lines of another kind, and sums that are
/// not known here, are passed over.
#[must_use]
pub fn parse(text: &str) -> Vec<Sum> {
    text.trim_start_matches('\u{feff}').lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<Sum> {
    let (word, rest) = line.split_once('(')?;
    // A file's name may have brackets.
    let (file, hex) = rest.rsplit_once('=')?;
    let file = file.trim_end().strip_suffix(')')?;
    let (digest, length) = match word.trim().to_ascii_uppercase().as_str() {
        "SHA1" | "SHA-1" => (Digest::Sha1, 40),
        "SHA256" | "SHA-256" => (Digest::Sha256, 64),
        "SHA512" | "SHA-512" => (Digest::Sha512, 128),
        _ => return None,
    };
    let hex = hex.trim().to_ascii_lowercase();
    let is_sum = hex.len() == length && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_sum.then(|| Sum { file: file.trim_start_matches("./").to_owned(), digest, hex })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_of_all_programs_are_read() {
        let (one, two) = ("AB".repeat(20), "cd".repeat(32));
        let text = format!(
            "\u{feff}SHA1(box.ovf)= {one}\r\nSHA256 (disk (1).vmdk) = {two}\n\nSHA256(./b=c.img)={two}\nMD5(x)= 00\nSHA1(y)= 12\nnonsense\nSHA1(\n"
        );
        let sums = parse(&text);
        let told: Vec<_> = sums.iter().map(|sum| (sum.file.as_str(), sum.digest)).collect();
        let expected = [("box.ovf", Digest::Sha1), ("disk (1).vmdk", Digest::Sha256), ("b=c.img", Digest::Sha256)];
        assert_eq!(told, expected);
        assert_eq!(sums[0].hex, "ab".repeat(20));
    }
}
