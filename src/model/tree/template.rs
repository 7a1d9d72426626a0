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

/// `AutoYaST`'s “ask” is how it asks for what must not stand here.
const AUTOYAST: &str = r#"<?xml version="1.0"?>
<!DOCTYPE profile>
<!-- One partition for all of /, no swap, kdump off, cards called eth0, a serial console.
     The installer asks for the password of root. -->
<profile xmlns="http://www.suse.com/1.0/yast2ns" xmlns:config="http://www.suse.com/1.0/configns">
  <general>
    <mode>
      <confirm config:type="boolean">false</confirm>
    </mode>
    <ask-list config:type="list">
      <ask>
        <title>Users</title>
        <question>Password of root</question>
        <stage>initial</stage>
        <password config:type="boolean">true</password>
        <pathlist config:type="list">
          <path>users,0,user_password</path>
        </pathlist>
      </ask>
    </ask-list>
  </general>
  <users config:type="list">
    <user>
      <username>root</username>
      <user_password></user_password>
      <encrypted config:type="boolean">false</encrypted>
    </user>
  </users>
  <language>
    <language>en_US</language>
  </language>
  <timezone>
    <timezone>Asia/Shanghai</timezone>
  </timezone>
  <partitioning config:type="list">
    <drive>
      <use>all</use>
      <disklabel>msdos</disklabel>
      <partitions config:type="list">
        <partition>
          <mount>/</mount>
          <filesystem config:type="symbol">ext4</filesystem>
          <size>max</size>
        </partition>
      </partitions>
    </drive>
  </partitioning>
  <bootloader>
    <global>
      <append>net.ifnames=0 biosdevname=0 console=tty0 console=ttyS0</append>
    </global>
  </bootloader>
  <kdump>
    <add_crash_kernel config:type="boolean">false</add_crash_kernel>
  </kdump>
  <networking>
    <dns>
      <hostname>HOSTNAME</hostname>
    </dns>
    <interfaces config:type="list">
      <interface>
        <name>eth0</name>
        <bootproto>dhcp</bootproto>
        <startmode>auto</startmode>
      </interface>
    </interfaces>
  </networking>
  <services-manager>
    <services>
      <enable config:type="list">
        <service>sshd</service>
      </enable>
    </services>
  </services-manager>
</profile>
"#;

/// The installer's own layout “direct” is one partition; who uses the machine, it asks.
const AUTOINSTALL: &str = r#"#cloud-config
# One partition for all of /, no swap, kdump off, cards called eth0, a serial console.
# The installer asks for the user, the password and the machine's name.
autoinstall:
  version: 1
  interactive-sections: [identity]
  locale: en_US.UTF-8
  keyboard:
    layout: us
  timezone: Asia/Shanghai
  ssh:
    install-server: true
  storage:
    layout:
      name: direct
    swap:
      size: 0
  late-commands:
    - curtin in-target -- sh -c "systemctl disable kdump-tools.service || true"
    - rm -f /target/etc/default/grub.d/kdump-tools.cfg
    - >-
      sed -i
      's/^GRUB_CMDLINE_LINUX=.*/GRUB_CMDLINE_LINUX="net.ifnames=0 biosdevname=0 console=tty0 console=ttyS0"/'
      /target/etc/default/grub
    - curtin in-target -- update-grub
"#;

/// The answers for an installer of that kind.
#[must_use]
pub fn course_answers(kind: AnswerKind, hostname: &str) -> String {
    let text = match kind {
        AnswerKind::Kickstart => KICKSTART,
        AnswerKind::Preseed => PRESEED,
        AnswerKind::AutoYast => AUTOYAST,
        AnswerKind::Autoinstall => AUTOINSTALL,
    };
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-';
    let plain: String = hostname.chars().filter(is_plain).collect();
    let plain = plain.trim_matches('-');
    text.replace("HOSTNAME", if plain.is_empty() { "localhost" } else { plain })
}

#[cfg(test)]
mod tests {
    use super::super::Answer;
    use super::*;

    #[test]
    fn a_name_that_a_guest_cannot_have_does_not_get_into_the_answers() {
        let text = course_answers(AnswerKind::Kickstart, "cent7");
        assert!(text.contains("--hostname=cent7\n") && text.contains("part / ") && !text.contains("rootpw -"));
        let odd = course_answers(AnswerKind::Preseed, "中文 \n%include");
        assert!(odd.contains("get_hostname string include\n"), "{odd}");
        assert!(course_answers(AnswerKind::Kickstart, "中文").contains("--hostname=localhost\n"));
        let suse = course_answers(AnswerKind::AutoYast, "leap</hostname><script>");
        assert!(suse.contains("<hostname>leaphostnamescript</hostname>"), "{suse}");
    }

    /// The course's wishes, in each language, and nothing that its reader would stumble over.
    #[test]
    fn every_installer_gets_what_the_course_wants() {
        let kinds = [AnswerKind::Kickstart, AnswerKind::Preseed, AnswerKind::AutoYast, AnswerKind::Autoinstall];
        for kind in kinds {
            let text = course_answers(kind, "node1");
            assert!(text.contains("net.ifnames=0 biosdevname=0 console=tty0 console=ttyS0"), "{kind:?}");
            assert!(!text.contains("HOSTNAME"), "{kind:?}");
            assert_eq!(Answer { kind, text }.fault(), None, "{kind:?}");
        }
        let read: serde_json::Value =
            serde_saphyr::from_str(&course_answers(AnswerKind::Autoinstall, "node1")).expect("YAML");
        let own = &read["autoinstall"];
        assert_eq!((&own["version"], &own["storage"]["swap"]["size"]), (&1.into(), &0.into()));
        assert_eq!(own["storage"]["layout"]["name"], "direct");
        let line = own["late-commands"][2].as_str().expect("a line");
        assert!(line.starts_with("sed -i 's/^GRUB_CMDLINE_LINUX=.*/GRUB_CMDLINE_LINUX=\"net.ifnames=0 "), "{line}");
        assert!(line.ends_with("ttyS0\"/' /target/etc/default/grub"), "{line}");
    }
}
