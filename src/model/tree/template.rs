//! Answers as the course's templates want them: one partition, no swap, no kdump, eth0, the serial console.

use super::AnswerKind;

/// A password is not among them: without a line for one, the installer asks for it.
const KICKSTART: &str = "\
# One partition for all of /, no swap, kdump off, cards called eth0, a serial console.
# Without a line “rootpw”, the installer asks for the password of root.
text
lang en_US.UTF-8
keyboard us
timezone Asia/Shanghai
network --bootproto=dhcp --device=link --onboot=on --hostname=HOSTNAME
firewall --disabled
selinux --disabled
zerombr
clearpart --all --initlabel
part / --fstype=xfs --size=1024 --grow
bootloader --location=mbr --append=\"net.ifnames=0 biosdevname=0 console=tty0 console=ttyS0\"
reboot

%packages
@core
%end

%addon com_redhat_kdump --disable
%end
";

const PRESEED: &str = "\
# One partition for all of /, no swap, cards called eth0, a serial console.
# Without passwords here, the installer asks for them.
d-i debian-installer/locale string en_US.UTF-8
d-i keyboard-configuration/xkb-keymap select us
d-i netcfg/choose_interface select auto
d-i netcfg/get_hostname string HOSTNAME
d-i time/zone string Asia/Shanghai
d-i partman-auto/method string regular
d-i partman-auto/expert_recipe string one :: 1000 1000 -1 ext4 $primary{ } $bootable{ } method{ format } format{ } use_filesystem{ } filesystem{ ext4 } mountpoint{ / } .
d-i partman-auto/choose_recipe select one
d-i partman-basicfilesystems/no_swap boolean false
d-i partman-partitioning/confirm_write_new_label boolean true
d-i partman/choose_partition select finish
d-i partman/confirm boolean true
d-i partman/confirm_nooverwrite boolean true
tasksel tasksel/first multiselect standard, ssh-server
d-i grub-installer/bootdev string default
d-i debian-installer/add-kernel-opts string net.ifnames=0 biosdevname=0 console=tty0 console=ttyS0
d-i finish-install/reboot_in_progress note
";

/// The answers for an installer of that kind; none for one whose language is not written here.
#[must_use]
pub fn course_answers(kind: AnswerKind, hostname: &str) -> Option<String> {
    let text = match kind {
        AnswerKind::Kickstart => KICKSTART,
        AnswerKind::Preseed => PRESEED,
        AnswerKind::AutoYast => return None,
    };
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-';
    let plain: String = hostname.chars().filter(is_plain).collect();
    let plain = plain.trim_matches('-');
    Some(text.replace("HOSTNAME", if plain.is_empty() { "localhost" } else { plain }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_guest_cannot_have_does_not_get_into_the_answers() {
        let text = course_answers(AnswerKind::Kickstart, "cent7").unwrap();
        assert!(text.contains("--hostname=cent7\n") && text.contains("part / ") && !text.contains("rootpw -"));
        let odd = course_answers(AnswerKind::Preseed, "中文 \n%include").unwrap();
        assert!(odd.contains("get_hostname string include\n"), "{odd}");
        assert!(course_answers(AnswerKind::Kickstart, "中文").unwrap().contains("--hostname=localhost\n"));
        assert_eq!(course_answers(AnswerKind::AutoYast, "a"), None);
    }
}
