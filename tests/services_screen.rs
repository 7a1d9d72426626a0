//! Screens of real machines: their clipboard, and a way to those of another host.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use std::env;

use lectern_services::screen::{Screen, ScreenEvent};
use lectern_test_kit::{
    libvirt::PrivateLibvirt,
    wait,
    witness::{Witness, answer},
};

/// Where the test that is started inside finds the host.
const HOST: &str = "LECTERN_TEST_HOST";

fn define(libvirt: &PrivateLibvirt, screen: &str) {
    let xml = format!(
        "<domain type='qemu'><name>boot</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices><controller type='usb' model='none'/>{screen}\
         </devices></domain>"
    );
    libvirt.define("boot", &xml);
    libvirt.virsh(&["start", "boot"]);
}

fn open(uri: &str) -> Screen {
    let witness = Witness::connect(uri);
    answer(witness.host.open_screen(witness.id("boot"), 0)).expect("a screen")
}

/// The first event that `wanted` takes.
fn heard<T>(screen: &Screen, what: &str, mut wanted: impl FnMut(ScreenEvent) -> Option<T>) -> T {
    let events = screen.events();
    wait::until(what, wait::SOON, || events.try_recv().ok().and_then(&mut wanted))
}

#[test]
fn a_text_goes_from_one_side_to_the_other_when_it_is_asked_for() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    let channel = "<channel type='qemu-vdagent'><source><clipboard copypaste='yes'/></source>\
                   <target type='virtio' name='com.redhat.spice.0'/></channel>";
    define(&libvirt, &format!("<graphics type='vnc' port='-1'/>{channel}"));
    // QEMU passes a clipboard on among all that look at a machine, as it does with the guest.
    let (first, second) = (open(libvirt.uri()), open(libvirt.uri()));
    for screen in [&first, &second] {
        heard(screen, "a clipboard", |event| (event == ScreenEvent::SharesClipboard).then_some(()));
    }
    let text = "Zürich, 你好\nline two";
    first.offer_text(Some(text.into()));
    heard(&second, "an offer", |event| (event == ScreenEvent::TextOffered).then_some(()));
    second.ask_text();
    let got = heard(&second, "the text", |event| if let ScreenEvent::Text(text) = event { Some(text) } else { None });
    assert_eq!(got, text);
}

#[test]
#[ignore = "started by the test below, inside the private libvirt's namespaces"]
fn from_inside() {
    if let Ok(uri) = env::var(HOST) {
        let screen = open(&uri);
        let size = heard(&screen, "a picture", |event| {
            if let ScreenEvent::Frame(frame) = event { Some((frame.width, frame.height)) } else { None }
        });
        println!("the picture is {size:?}");
        drop(screen);
    }
}

#[test]
fn a_screen_of_another_host_comes_through_ssh_past_its_password() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    define(&libvirt, "<graphics type='vnc' port='-1' listen='127.0.0.1' passwd='secret'/>");
    let folder = libvirt.folder().display().to_string();
    libvirt.sh(&format!(
        "ip link set lo up && mkdir -p /run/sshd && for k in host own; do ssh-keygen -q -t ed25519 -N '' -f {folder}/$k; done"
    ));
    // The host's key is known, in a home that nobody else sees.
    libvirt.sh(&format!(
        "mkdir -p /root/.ssh && mount -t tmpfs none /root/.ssh && \
         printf '[127.0.0.1]:2222 ' | cat - {folder}/host.pub > /root/.ssh/known_hosts"
    ));
    libvirt.sh(&format!(
        "/usr/sbin/sshd -f /dev/null -h {folder}/host -p 2222 -o ListenAddress=127.0.0.1 -o PidFile=none \
         -o StrictModes=no -o AuthorizedKeysFile={folder}/own.pub"
    ));
    let program = libvirt.folder().join("inside");
    env::current_exe().and_then(|this| std::fs::copy(this, &program)).expect("a copy");
    let uri = format!("qemu+ssh://root@127.0.0.1:2222/system?keyfile={folder}/own");
    let said = libvirt
        .sh(&format!("cd / && {HOST}='{uri}' {} --exact from_inside --ignored --nocapture 2>&1", program.display()));
    assert!(said.contains("the picture is (720, 400)") || said.contains("the picture is (640, 480)"), "{said}");
    // SSH ends with the screen.
    assert!(!libvirt.sh("ps -eo args").contains("-W 127.0.0.1:59"), "a tunnel is left");
}
