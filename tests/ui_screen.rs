//! A machine's screen in the program's own window: a real QEMU, whose own picture is what must be seen.

use std::{
    fs,
    path::{Path, PathBuf},
};

use lectern_services::screen::ScreenEvent;
use lectern_test_kit::{
    desktop::Desktop,
    libvirt::PrivateLibvirt,
    wait,
    window::Window,
    witness::{Witness, answer},
};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");

/// A machine without a disk whose firmware waits a minute for somebody who wants its menu.
fn define(libvirt: &PrivateLibvirt, name: &str, devices: &str) {
    let xml = format!(
        "<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type><bootmenu enable='yes' timeout='60000'/></os>\
         <features><acpi/></features><devices><controller type='usb' model='none'/><serial type='pty'/>{devices}</devices></domain>"
    );
    libvirt.define(name, &xml);
}

/// What QEMU itself shows.
fn seen_by_qemu(libvirt: &PrivateLibvirt, name: &str) -> PathBuf {
    let file = libvirt.folder().join("qemu.ppm");
    libvirt.virsh(&["screenshot", name, &file.to_string_lossy()]);
    file
}

fn pixels(libvirt: &PrivateLibvirt, name: &str) -> Vec<u8> {
    fs::read(seen_by_qemu(libvirt, name)).unwrap_or_default()
}

fn are_alike(desktop: &Desktop, one: &Path, other: &Path) -> bool {
    let compared = desktop.command("compare").args(["-metric", "AE"]).args([one, other]).arg("null:").output();
    compared.is_ok_and(|compared| compared.status.success())
}

/// Saves what the page shows by its menu, as a person does.
fn save(window: &Window<'_>, desktop: &Desktop, to: &Path) {
    drop(fs::remove_file(to));
    window.choose("Screenshot", "Save…");
    window.wait_for("button", "Save");
    window.shot("chooser");
    desktop.keys(&["ctrl+a"]);
    desktop.type_text(&format!("{}\n", to.to_string_lossy()));
    wait::holds("the picture's file", wait::SOON, || fs::metadata(to).is_ok_and(|file| file.len() > 0));
    // As long as the chooser is there, it has the keyboard and the pointer.
    window.wait_gone("button", "Save");
}

/// So many more bytes of the picture are lit when the menu is there; a cursor that blinks is less.
const MENU: usize = 300;

/// How many bytes of a picture are lit.
fn lit(pixels: &[u8]) -> usize {
    pixels.iter().filter(|byte| **byte > 99).count()
}

/// [`lit`], once it stays so but for a cursor.
fn settled(libvirt: &PrivateLibvirt, name: &str) -> Option<usize> {
    let [first, second, third] = std::array::from_fn(|_| lit(&pixels(libvirt, name)));
    (first > 0 && first.abs_diff(second) < MENU / 2 && second.abs_diff(third) < MENU / 2).then_some(third)
}

#[test]
fn the_firmwares_menu_is_seen_and_answered() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    define(&libvirt, "boot", "<graphics type='vnc' port='-1' passwd='secret'/>");
    libvirt.virsh(&["start", "boot"]);
    let desktop = Desktop::start("screen");
    let window = Window::with(&desktop, LECTERN, &["--connect", libvirt.uri(), "--show-domain-console", "boot"], &[]);
    let picture = window.wait_for("image", "Screen of the machine");
    wait::holds("the firmware's text", wait::BOOT, || pixels(&libvirt, "boot").iter().any(|byte| *byte > 99));
    let file = desktop.home().join("shot.png");
    wait::holds("QEMU's own picture on the page", wait::BOOT, || {
        save(&window, &desktop, &file);
        are_alike(&desktop, &file, &seen_by_qemu(&libvirt, "boot"))
    });
    window.shot("firmware");

    // A key that goes nowhere, and one that opens the menu.
    let view_only = window.wait_for("toggle button", "View Only");
    view_only.click();
    wait::holds("it to be on", wait::SOON, || view_only.is_on());
    desktop.click_on("Lectern", &picture, 1);
    let before = wait::until("the firmware to wait", wait::BOOT, || settled(&libvirt, "boot"));
    desktop.keys(&["Escape"]);
    view_only.click();
    wait::holds("it to be off", wait::SOON, || !view_only.is_on());
    let now = wait::until("no change", wait::SOON, || settled(&libvirt, "boot"));
    assert!(now < before + MENU, "a key went through though the page was for looking only: {before} {now}");
    desktop.click_on("Lectern", &picture, 1);
    desktop.keys(&["Escape"]);
    wait::holds("the menu", wait::SOON, || lit(&pixels(&libvirt, "boot")) >= before + MENU);
    window.shot("menu");
    window.wait_for("toggle button", "Original Size").click();
    window.choose("Screenshot", "Copy");
    window.shot("original");

    // Ctrl+Alt+Delete starts the firmware anew.
    let menu = pixels(&libvirt, "boot");
    window.choose("Send a Key", "Ctrl+Alt+Delete");
    wait::holds("another start", wait::BOOT, || menu != pixels(&libvirt, "boot"));

    window.press("Full Screen");
    window.wait_for("button", "Leave Full Screen");
    window.shot("full");
    desktop.keys(&["shift+F11"]);
    window.wait_for("button", "Full Screen");

    // The page follows the machine.
    libvirt.virsh(&["destroy", "boot"]);
    window.wait_says("Its screen opens when it is started.");
    window.shot("off");
    window.press("Start");
    window.wait_for("image", "Screen of the machine");
    libvirt.wait_state("boot", "running", wait::SOON);
    desktop.resize("Lectern", 400, 600);
    window.wait_gone("list item", "This host and its readiness");
    window.shot("narrow");
    window.close();
}

#[test]
fn the_clipboard_is_shared_once_the_user_agrees() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    define(&libvirt, "boot", "<graphics type='vnc' port='-1'/>");
    libvirt.virsh(&["start", "boot"]);
    let desktop = Desktop::start("clipboard");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    // QEMU passes a clipboard on to all that look at the machine: this one stands for the guest.
    let witness = Witness::connect(libvirt.uri());
    let guest = answer(witness.host.open_screen(witness.id("boot"), 0)).expect("a screen");
    let events = guest.events();
    let heard = |what: &str, wanted: &dyn Fn(&ScreenEvent) -> bool| {
        wait::until(what, wait::SOON, || events.try_recv().ok().filter(|event| wanted(event)))
    };
    window.row("boot");
    desktop.keys(&["ctrl+f"]);
    desktop.type_text("zzz");
    window.wait_says("No Results Found");
    desktop.keys(&["ctrl+a", "ctrl+c", "Escape"]);
    window.row("boot");
    window.open_machine("boot");
    window.tab("Screen");
    let share = window.wait_for("toggle button", "Share the Clipboard");
    window.wait_for("toggle button", "Fit the Guest’s Screen to the Window").click();
    share.click();
    let question = window.wait_for("alert", "Share the clipboard with boot?");
    window.shot("ask");
    question.wait_for("button", "Cancel").click();
    wait::holds("it to be off", wait::SOON, || !share.is_on());
    share.click();
    window.wait_for("alert", "Share the clipboard with boot?").wait_for("button", "Add the Channel").click();
    wait::holds("a channel", wait::SOON, || {
        libvirt.virsh(&["dumpxml", "--inactive", "boot"]).contains("<clipboard copypaste='yes'/>")
    });
    wait::holds("it to be off again", wait::SOON, || !share.is_on());
    share.click();
    window.wait_for("alert", "Share the clipboard with boot?").wait_for("button", "Share").click();
    heard("what was copied here", &|event| *event == ScreenEvent::TextOffered);
    guest.ask_text();
    heard("its text", &|event| *event == ScreenEvent::Text("zzz".into()));
    guest.offer_text(Some("boot".into()));
    window.shot("shared");
    window.press("Back");
    window.row("boot");
    desktop.keys(&["ctrl+f"]);
    desktop.type_text("zzz");
    window.wait_says("No Results Found");
    desktop.keys(&["ctrl+a", "ctrl+v"]);
    window.row("boot");
    window.close();
}

#[test]
fn a_machine_without_a_screen_is_given_one() {
    let Some(libvirt) = PrivateLibvirt::start() else { return };
    define(&libvirt, "blind", "");
    let desktop = Desktop::speaking("no-screen", "zh_CN");
    let window = Window::with(&desktop, LECTERN, &["--connect", libvirt.uri(), "--show-domain-editor", "blind"], &[]);
    window.tab("屏幕");
    window.wait_says("没有屏幕");
    window.shot("none");
    window.press("添加屏幕…");
    window.wait_says("为 blind 添加屏幕吗？");
    window.shot("ask");
    window.press("添加屏幕(G)");
    wait::holds("a screen that speaks VNC", wait::SOON, || libvirt.virsh(&["dumpxml", "blind"]).contains("type='vnc'"));
    window.wait_says("机器已关闭");
    window.close();
}
