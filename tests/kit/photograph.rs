//! All that a plan may change on a host, as text to be compared.
//!
//! The trials take hundreds of these, so libvirt is asked in three runs of virsh, however much there is.

use std::fmt::Write;

use crate::libvirt::PrivateLibvirt;

/// What stands before each answer.
const MARK: &str = "@answer";

/// The files, with what is in them. A snapshot inside an image notes its time, and one that is gone leaves its place: what is in
/// the folder `contents` is compared by what can be read in it.
const FILES: &str = r#"
set -euo pipefail
for f in $(find FOLDER/shared 2>/dev/null | sort); do
  echo "== $f $(stat -c %A $f) $(python3 -c "import os,sys; f=sys.argv[1]; n=[x for x in os.listxattr(f) if x.endswith(\"acl_access\")]; print(*(os.getxattr(f,x).hex() for x in n))" $f)"
done
content() { qemu-img convert -O raw "$@" FOLDER/content && sha256sum <FOLDER/content && rm FOLDER/content; }
for f in $(find FOLDER/shared/contents -type f 2>/dev/null | sort); do
  echo "== content $f $(stat -c %U $f) $(content $f)"
  for n in $(qemu-img snapshot -l $f | awk '$1 ~ /^[0-9]/ { print $2 }' | sort); do
    echo "== snapshot $f $n $(content -l snapshot.name=$n $f)"
  done
done
for f in $(find /var/lib/libvirt/images /var/lib/libvirt/qemu/nvram FOLDER/shared -type f -not -path '*/contents/*' 2>/dev/null | sort); do
  echo "== file $f $(sha256sum <$f)"
  qemu-img info -U $f | grep -v 'disk size\|^Child\|filename\|protocol\|file length\|^ '
done
"#;

impl PrivateLibvirt {
    /// All that a plan may change, as text to be compared: machines with their XML, snapshots and state, networks, pools,
    /// volumes, files. The catalogue's bookkeeping is no part of it.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn photograph(&mut self) -> String {
        let names = self.ask(&["list --all --name", "net-list --all --name", "pool-list --all --name"]);
        let [machines, networks, mut pools] = [0, 1, 2].map(|at| sorted(&names[at]));
        pools.retain(|pool| pool != "lectern-catalog");
        let mut text = self.machines(&machines);
        text += &self.networks(&networks);
        text += &self.pools(&pools);
        let folder = self.folder().to_string_lossy().into_owned();
        text += &self.script(&FILES.replace("FOLDER", &folder));
        text.replace(&folder, "FOLDER")
    }

    fn machines(&self, names: &[String]) -> String {
        let mut text = String::new();
        let of = ["domstate", "dominfo", "dumpxml --inactive", "dumpxml", "snapshot-list --name"];
        for (name, found) in names.iter().zip(self.ask_each(&of, names).chunks(of.len())) {
            let [state, info, xml, live, snapshots] = found else { continue };
            let autostart = info.lines().find(|line| line.starts_with("Autostart:")).unwrap_or_default();
            writeln!(text, "== machine {name} {} {autostart}", state.trim()).expect("a string grows");
            text += xml;
            text += &cards(live);
            for snapshot in sorted(snapshots) {
                text += &self.virsh(&["snapshot-dumpxml", name, &snapshot]);
            }
            if !snapshots.trim().is_empty() {
                text += &self.ask(&[&format!("snapshot-current --name '{name}'")])[0];
            }
        }
        text
    }

    fn networks(&self, names: &[String]) -> String {
        let mut text = String::new();
        let of = ["net-info", "net-dumpxml --inactive", "net-dumpxml"];
        for (name, found) in names.iter().zip(self.ask_each(&of, names).chunks(of.len())) {
            let [info, xml, live] = found else { continue };
            writeln!(text, "== network {name}").expect("a string grows");
            text += &only(info, &["Active:", "Autostart:"]);
            text += xml;
            // The order of what came while it ran says nothing, nor does how many are plugged in just now.
            let plain = |line: &str| match line.split_once(" connections='") {
                Some((before, after)) => format!("{before}{}", after.split_once('\'').map_or("", |(_, rest)| rest)),
                None => line.to_owned(),
            };
            let mut lines: Vec<String> = live.lines().map(plain).collect();
            lines.sort();
            text += &(lines.join("\n") + "\n");
        }
        text
    }

    fn pools(&self, names: &[String]) -> String {
        let mut text = String::new();
        // What cannot be read anew, being off, has no volumes.
        let of = ["pool-refresh", "pool-info", "pool-dumpxml --inactive", "vol-list"];
        for (name, found) in names.iter().zip(self.ask_each(&of, names).chunks(of.len())) {
            let [_, info, xml, volumes] = found else { continue };
            writeln!(text, "== pool {name}").expect("a string grows");
            text += &only(info, &["State:", "Persistent:", "Autostart:"]);
            let changing = ["<uuid>", "<capacity", "<allocation", "<available"];
            let kept = |line: &&str| !changing.iter().any(|part| line.contains(part));
            xml.lines().filter(kept).for_each(|line| text.extend([line, "\n"]));
            volumes.lines().for_each(|line| text += &(line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n"));
        }
        text
    }

    /// The answers to each of `commands` about each of `names`, in that order.
    fn ask_each(&self, commands: &[&str], names: &[String]) -> Vec<String> {
        let all: Vec<String> =
            names.iter().flat_map(|name| commands.iter().map(move |command| format!("{command} '{name}'"))).collect();
        self.ask(&all.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The answers of one run of virsh to many commands. What fails has an empty one.
    fn ask(&self, commands: &[&str]) -> Vec<String> {
        if commands.is_empty() {
            return Vec::new();
        }
        // virsh's echo ends no line.
        let line: String = commands.iter().flat_map(|command| [command, "; echo ", MARK, "; "]).collect();
        let said = self.virsh(&[&line]);
        let answers: Vec<String> = said.split(MARK).map(str::to_owned).collect();
        assert_eq!(answers.len(), commands.len() + 1, "virsh answers each command: {said}");
        answers
    }
}

/// Where each card of a machine is plugged in as it runs, and whether its cable is.
fn cards(live: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for line in live.lines().map(str::trim) {
        inside = (inside || line.starts_with("<interface")) && !line.starts_with("</interface");
        if inside && ["<interface", "<source", "<model", "<link", "<mac"].iter().any(|part| line.starts_with(part)) {
            let card = line.split(" portid='").next().unwrap_or_default();
            writeln!(text, "card {card}").expect("a string grows");
        }
    }
    text
}

fn sorted(names: &str) -> Vec<String> {
    let mut names: Vec<String> = names.lines().filter(|name| !name.is_empty()).map(str::to_owned).collect();
    names.sort();
    names
}

fn only(text: &str, keys: &[&str]) -> String {
    let is_wanted = |line: &&str| keys.iter().any(|key| line.starts_with(key));
    text.lines().filter(is_wanted).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}
