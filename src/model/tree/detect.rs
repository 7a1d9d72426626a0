//! Which layout a tree has: one after the other is asked for, the surest first.

use super::{Evidence, Finding, Note, Nothing, Tree, TreeInfo, debian, nothing, redhat, suse};

/// Looks into a place. Paths are relative to it, with `/` between their parts; `..` is its parent.
pub trait Lookup {
    /// Why it cannot be looked into at all: the server is away, refuses, or takes too long.
    type Error;

    /// A small text file; `None` where there is none, or what is there is no text.
    ///
    /// # Errors
    /// Only where the place as a whole cannot be looked into.
    fn text(&mut self, path: &str) -> Result<Option<String>, Self::Error>;

    /// Whether there is such a file.
    ///
    /// # Errors
    /// As for [`Lookup::text`].
    fn has(&mut self, path: &str) -> Result<bool, Self::Error>;

    /// The names in a folder, those of folders with a `/` at their end where that is known; `None` where it is no
    /// folder or does not tell.
    ///
    /// # Errors
    /// As for [`Lookup::text`].
    fn names(&mut self, path: &str) -> Result<Option<Vec<String>>, Self::Error>;

    /// Whether both files of a pair are there.
    ///
    /// # Errors
    /// As for [`Lookup::text`].
    fn has_both(&mut self, kernel: &str, initrd: &str) -> Result<bool, Self::Error> {
        Ok(self.has(kernel)? && self.has(initrd)?)
    }
}

/// Looks what is there. `arch` is the host's architecture in libvirt's word, `wanted` the last part of the address.
///
/// # Errors
/// As the lookup gives them.
pub fn detect<L: Lookup>(lookup: &mut L, arch: &str, wanted: &str) -> Result<Finding, L::Error> {
    if let Some(finding) = described(lookup, arch)? {
        return Ok(finding);
    }
    // Where nothing at all can be had, the other layouts need not be asked for one by one.
    let names = lookup.names("")?;
    if names.as_ref().is_some_and(Vec::is_empty) {
        return nothing::instead(lookup, names.as_deref(), wanted).map(Finding::Nothing);
    }
    for layout in [redhat::bare::<L>, debian::tree::<L>, suse::suse::<L>, suse::mageia::<L>, redhat::disc::<L>] {
        if let Some(tree) = layout(lookup, arch)? {
            return Ok(found(tree, arch));
        }
    }
    nothing::instead(lookup, names.as_deref(), wanted).map(Finding::Nothing)
}

fn found(mut tree: Tree, arch: &str) -> Finding {
    libvirts(&tree.arch.to_lowercase()).clone_into(&mut tree.arch);
    // A PC of 64 bits runs what is for one of 32.
    if tree.arch != arch && (tree.arch.as_str(), arch) != ("i686", "x86_64") {
        tree.notes.push(Note::OtherArchitecture);
    }
    Finding::Tree(Box::new(tree))
}

/// libvirt's word for an architecture that a distribution has its own word for.
fn libvirts(arch: &str) -> &str {
    match arch {
        "amd64" => "x86_64",
        "i386" | "i486" | "i586" => "i686",
        "arm64" => "aarch64",
        "ppc64el" => "ppc64le",
        other => other,
    }
}

/// A tree with a file that describes it. Some servers give no files that begin with a dot.
fn described<L: Lookup>(lookup: &mut L, arch: &str) -> Result<Option<Finding>, L::Error> {
    for file in [".treeinfo", "treeinfo"] {
        let Some(info) = lookup.text(file)?.as_deref().and_then(TreeInfo::parse) else { continue };
        let named = info.boot_files(arch);
        if let Some((kernel, initrd)) = &named
            && lookup.has_both(kernel, initrd)?
        {
            return Ok(Some(found(info.tree(file, kernel, initrd, arch), arch)));
        }
        if let Some(bare) = redhat::bare(lookup, arch)? {
            let mut tree = info.tree(file, &bare.kernel, &bare.initrd, arch);
            tree.notes.push(Note::DescriptionWrong);
            return Ok(Some(found(tree, arch)));
        }
        // It says that it is a tree: better to say what is missing than to look for another kind.
        if let Some((kernel, _)) = named {
            return Ok(Some(Finding::Nothing(Nothing::Incomplete { missing: kernel })));
        }
    }
    Ok(None)
}

/// The first pair that is there, as a tree of which no more is known.
pub(super) fn first_pair<L: Lookup>(
    lookup: &mut L,
    arch: &str,
    pairs: &[(&str, &str)],
) -> Result<Option<Tree>, L::Error> {
    for (kernel, initrd) in pairs {
        let (kernel, initrd) = (kernel.replace("ARCH", arch), initrd.replace("ARCH", arch));
        if lookup.has_both(&kernel, &initrd)? {
            let folder = kernel.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            return Ok(Some(Tree::bare(&kernel, &initrd, arch, Evidence::Layout(folder))));
        }
    }
    Ok(None)
}
