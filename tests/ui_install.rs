//! The wizard that installs over the network, on a real libvirt: from the address that the course types to the login of
//! what was installed.

#![expect(clippy::expect_used, reason = "tests may panic")]

#[path = "install/ftp.rs"]
mod ftp;
#[path = "install/http.rs"]
#[expect(dead_code, reason = "not every way to go wrong is wanted here")]
mod http;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use http::{Files, Manner, Server};
use lectern_test_kit::{atspi::Element, desktop::Desktop, guest, libvirt::PrivateLibvirt, wait, window::Window};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const IMAGES: &str = "/var/lib/libvirt/images";
const TITLE: &str = "Install a System";
const ADDRESS: &str = "Address of the Install Tree";
/// An emulated installer on a busy computer.
const LONG: Duration = Duration::from_mins(4);

fn libvirt() -> Option<PrivateLibvirt> {
    PrivateLibvirt::with(&["--no-kvm", "--network", "--pool"])
}

fn open(window: &Window<'_>) -> Element {
    window.desktop().keys(&["ctrl+shift+n"]);
    window.dialog(TITLE)
}

/// Chooses among several: GTK's radio buttons have no action, so it is clicked on.
fn pick(window: &Window<'_>, wizard: &Element, name: &str) {
    let radio = wizard.wait_for("radio button", name);
    window.desktop().click_on("Lectern", &radio, 1);
    wait::holds(&format!("{name} to be chosen"), wait::SOON, || radio.is_on());
}

fn press(wizard: &Element, button: &str) {
    wizard.wait_for("button", button).click();
}

/// Goes on to the page of that number, of a tree's six.
fn next(wizard: &Element, number: usize) {
    next_of(wizard, number, 6);
}

/// Goes on to the page of that number.
fn next_of(wizard: &Element, number: usize, all: usize) {
    press(wizard, "Next");
    wizard.wait_for("label", &format!("Step {number} of {all}"));
}

/// Closes the wizard and what was filled in.
fn discard(window: &Window<'_>) {
    window.desktop().keys(&["Escape"]);
    window.wait_for("alert", "Close without making anything?").wait_for("button", "Close").click();
    window.wait_gone("dialog", TITLE);
}

/// The tree whose installer is a script, below `folder` of a server.
fn tree(folder: &str) -> Files {
    let made = tempfile::tempdir().expect("a folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest/make-installer");
    assert!(Command::new(script).arg(guest::folder()).arg(made.path()).status().expect("a script").success());
    let paths = [".treeinfo", "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img"];
    let file =
        |path: &str| (format!("{folder}{path}"), (fs::read(made.path().join(path)).expect("a file"), Manner::Whole));
    paths.map(file).into_iter().collect()
}

#[test]
fn the_courses_template_is_installed_by_clicks() {
    let Some(mut libvirt) = libvirt() else { return };
    libvirt.sh(&format!("qemu-img create -q -f qcow2 {IMAGES}/cent7.img 2G"));
    let server = Server::start(tree("centos7/"), true);
    let desktop = Desktop::start("install");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.wait_says("No Virtual Machines");
    let wizard = open(&window);
    // As the blackboard has it, and not as the folder is called.
    wizard.wait_for("text", ADDRESS).set_text(&server.url("CentOS"));
    press(&wizard, "Next");
    wizard.wait_says("There is no such folder");
    window.shot("offers");
    desktop.click_on("Lectern", &wizard.wait_for("list item", "centos7"), 1);
    wizard.wait_says("CentOS 7 x86_64");
    wizard.wait_says("images/pxeboot/vmlinuz");
    window.shot("found");
    next(&wizard, 2);
    pick(&window, &wizard, "For the Course");
    wizard.wait_says("net.ifnames=0 biosdevname=0 console=tty0 console=ttyS0 inst.text inst.repo=http://");
    window.shot("installer");
    next(&wizard, 3);
    wizard.wait_for("text", "Name").set_text("cent7");
    window.shot("system");
    next(&wizard, 4);
    window.shot("new-disk");
    pick(&window, &wizard, "A Disk That Is There");
    pick(&window, &wizard, "cent7.img");
    wizard.wait_says("The guest system recommends");
    window.shot("existing-disk");
    next(&wizard, 5);
    wizard.wait_says("The address means");
    window.shot("network");
    next(&wizard, 6);
    wizard.wait_says("virsh -c");
    window.shot("review");
    press(&wizard, "Install");
    window.wait_gone("dialog", TITLE);
    let terminal = window.terminal();
    wait::holds("the installer", LONG, || terminal.text().contains("installer: writes cent7"));
    window.shot("installer-on-serial");
    wait::holds("what was installed", LONG, || terminal.text().contains("cent7 login:"));
    window.shot("login");
    let xml = libvirt.virsh(&["dumpxml", "--inactive", "cent7"]);
    assert!(xml.contains(&format!("{IMAGES}/cent7.img")) && xml.contains("http://centos.org/centos/7"), "{xml}");
    window.close();
}

#[test]
fn what_is_wrong_with_a_place_is_said_beside_it() {
    let Some(libvirt) = libvirt() else { return };
    let names = ["EULA", "GPL", "RPM-GPG-KEY-CentOS-7", "CentOS_BuildTag"];
    let files: Files = names.iter().map(|name| (format!("copied/{name}"), (Vec::new(), Manner::Whole))).collect();
    let copied = Server::start(files, true);
    let silent = Server::start([(".treeinfo".to_owned(), (Vec::new(), Manner::Silent))].into_iter().collect(), true);
    let kernel = "images/pxeboot/initrd.img";
    let mut half = tree("");
    half.get_mut(kernel).expect("the file").1 = Manner::Half;
    let half = Server::start(half, true);
    let desktop = Desktop::start("install-wrong");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.wait_says("No Virtual Machines");
    let wizard = open(&window);
    press(&wizard, "Next");
    wizard.wait_says("Type the address of an install tree");
    let address = wizard.wait_for("text", ADDRESS);
    for (text, words) in [
        ("nfs://192.168.1.254/centos", "mount it, and choose the folder"),
        ("192.168.1.254/CentOS", "An address begins with"),
        ("http://127.0.0.1:1/x", "cannot be reached"),
        ("/no/such/folder", "There is no such folder"),
        (&copied.url("copied"), "cp -a /mnt/. FOLDER"),
    ] {
        address.set_text(text);
        press(&wizard, "Next");
        wizard.wait_says(words);
    }
    window.shot("files-only");
    address.set_text(&silent.url(""));
    press(&wizard, "Next");
    wizard.wait_says("The place is being looked at");
    press(&wizard, "Stop");
    wizard.wait_gone("button", "Stop");
    // The tree is whole by its description, and its RAM disk is cut off on the way.
    address.set_text(&half.url(""));
    press(&wizard, "Next");
    wizard.wait_says("CentOS 7 x86_64");
    next(&wizard, 2);
    next(&wizard, 3);
    wizard.wait_for("text", "Name").set_text("half");
    next(&wizard, 4);
    next(&wizard, 5);
    next(&wizard, 6);
    wizard.wait_says("ended before its end");
    wizard.wait_for("button", "Try Again");
    window.shot("cut-off");
    assert!(!wizard.wait_for("button", "Install").is_sensitive());
    assert!(fs::read_dir(desktop.home().join("cache/lectern/install")).expect("a folder").next().is_none());
    discard(&window);
    window.close();
}

/// The live installer's answers: the course's, and such as nobody would read. Goes back to the first page.
fn ubuntus_answers(window: &Window<'_>, wizard: &Element) {
    let info = "Ubuntu-Server 24.04.1 LTS \"Noble Numbat\" - Release amd64 (20240827)";
    let files = [(".disk/info", info), ("casper/vmlinuz", ""), ("casper/initrd", "")];
    let files = files.map(|(path, text)| (path.to_owned(), (text.as_bytes().to_vec(), Manner::Whole)));
    let ubuntu = Server::start(files.into_iter().collect(), true);
    let press = |name: &str| wizard.find_like("button", name).expect("the button").click();
    wizard.wait_for("text", "安装树地址").set_text(&ubuntu.url(""));
    press("下一步");
    wizard.wait_says("Ubuntu 24.04.1 (noble) x86_64");
    press("下一步");
    wizard.wait_says("第 2 步");
    pick(window, wizard, "课程用");
    wizard.wait_says("noprompt autoinstall");
    wizard.wait_says("光盘的卷标为 CIDATA");
    window.shot("autoinstall");
    wizard.wait_for("text", "应答文件").set_text("hostname: a\n");
    wizard.wait_says("第一行必须是");
    window.shot("no-answers");
    pick(window, wizard, "无");
    press("上一步");
    wizard.wait_says("第 1 步");
}

#[test]
fn the_wizard_is_readable_in_a_narrow_chinese_window() {
    let Some(libvirt) = libvirt() else { return };
    let server = Server::start(tree("centos7/"), true);
    let desktop = Desktop::speaking("install-zh", "zh_CN");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    desktop.resize("Lectern", 400, 700);
    desktop.keys(&["ctrl+shift+n"]);
    let wizard = window.dialog("安装系统");
    ubuntus_answers(&window, &wizard);
    wizard.wait_for("text", "安装树地址").set_text(&server.url("centos7"));
    wizard.find_like("button", "下一步").expect("the button").click();
    wizard.wait_says("CentOS 7 x86_64");
    for (page, number) in [("location", 2), ("installer", 3), ("system", 4), ("storage", 5), ("network", 6)] {
        window.shot(page);
        wizard.find_like("button", "下一步").expect("the button").click();
        wizard.wait_says(&format!("第 {number} 步"));
    }
    wizard.wait_says("virsh -c");
    window.shot("review");
    desktop.keys(&["Escape"]);
    window.wait_for("alert", "不创建就关闭吗？").find_like("button", "关闭").expect("the button").click();
    window.wait_gone("dialog", "安装系统");
    window.close();
}

/// The files below `folder` that have `word` in them.
fn holding(folder: &Path, word: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let kind = entry.file_type().expect("its kind");
        if kind.is_dir() {
            found.extend(holding(&path, word));
        } else if kind.is_file() {
            let bytes = fs::read(&path).unwrap_or_default();
            found.extend(bytes.windows(word.len()).any(|piece| piece == word.as_bytes()).then_some(path));
        }
    }
    found
}

#[test]
fn an_ftp_servers_password_reaches_the_installer_and_nothing_else() {
    let Some(mut libvirt) = libvirt() else { return };
    let rules = ftp::Rules { user: Some(("tom", "ge@heim")), ..ftp::Rules::default() };
    let closed = ftp::Server::start(tree("centos7/"), rules);
    let open_to_all = ftp::Server::start(tree("CentOS/"), ftp::Rules::default());
    let desktop = Desktop::start("install-ftp");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.wait_says("No Virtual Machines");
    let wizard = open(&window);
    let address = wizard.wait_for("text", ADDRESS);
    let look = |text: &str, words: &str| {
        address.set_text(text);
        press(&wizard, "Next");
        wizard.wait_says(words);
    };
    look(&open_to_all.url("", "CentOS"), "CentOS 7 x86_64");
    look(&closed.url("", "centos7"), "refuses the user or the password");
    look(&closed.url("tom:heimlich@", "centos7"), "refuses the user or the password");
    look(&closed.url("tom:ge%40heim@", "CentOS"), "There is no such folder");
    desktop.click_on("Lectern", &wizard.wait_for("list item", "centos7"), 1);
    wizard.wait_says("The installer needs the password as well");
    window.shot("password");
    next(&wizard, 2);
    wizard.wait_says("inst.repo=ftp://tom@127.0.0.1");
    next(&wizard, 3);
    wizard.wait_for("text", "Name").set_text("ftp7");
    next(&wizard, 4);
    next(&wizard, 5);
    next(&wizard, 6);
    wizard.wait_says("virsh -c");
    assert!(wizard.find_like("label", "heim").is_none(), "the review shows the password");
    press(&wizard, "Install");
    window.wait_gone("dialog", TITLE);
    libvirt.wait_state("ftp7", "running", LONG);
    libvirt.virsh(&["destroy", "ftp7"]);
    let disc = format!("{IMAGES}/ftp7-install.iso");
    assert_eq!(libvirt.sh(&format!("grep -ac 'ftp://tom:ge%40heim@' {disc}; stat -c %a {disc}")).trim(), "1\n600");
    window.close();
    assert!(!holding(desktop.home(), "ftp://tom@127.0.0.1").is_empty(), "the place is remembered");
    assert_eq!(holding(desktop.home(), "heim"), Vec::<PathBuf>::new());
}

/// An image with the label of a Windows disc, and nothing on it.
fn windows_disc(libvirt: &mut PrivateLibvirt) {
    let folder = tempfile::tempdir().expect("a folder");
    let disc = folder.path().join("windows.iso");
    let made = Command::new("xorriso")
        .args([
            "-as",
            "mkisofs",
            "-quiet",
            "-V",
            "CCCOMA_X64FRE_EN-US_DV9",
            "-publisher",
            "MICROSOFT CORPORATION",
            "-o",
        ])
        .args([&disc, folder.path()])
        .status();
    assert!(made.expect("xorriso").success());
    let disc = disc.display();
    libvirt.script(&format!("cp {disc} {IMAGES}/Win11.iso && cp {disc} {IMAGES}/virtio-win-0.1.271.iso\n"));
}

#[test]
fn a_disc_of_windows_gets_uefi_and_its_drivers() {
    let Some(mut libvirt) = libvirt() else { return };
    windows_disc(&mut libvirt);
    let desktop = Desktop::start("install-disc");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.wait_says("No Virtual Machines");
    window.choose("New Machine", "Install from a Disc…");
    let wizard = window.dialog(TITLE);
    press(&wizard, "Next");
    wizard.wait_says("Choose a volume above");
    pick(&window, &wizard, "Win11.iso");
    wizard.wait_says("the guest sees");
    wizard.wait_says("virtio-win-0.1.271.iso");
    window.shot("disc");
    next_of(&wizard, 2, 5);
    wizard.wait_says("Microsoft Windows 11");
    window.shot("system");
    next_of(&wizard, 3, 5);
    next_of(&wizard, 4, 5);
    next_of(&wizard, 5, 5);
    wizard.wait_says("virsh -c");
    // Nothing here emulates a TPM.
    wizard.wait_says("Windows 11 does not install itself without one");
    window.shot("review");
    for part in ["<os firmware='efi'>", "Win11.iso'/>", "virtio-win-0.1.271.iso'/>", "<boot dev='cdrom'/>"] {
        wizard.wait_says(part);
    }
    discard(&window);
    window.close();
}

#[test]
fn a_boot_server_serves_a_machine_whose_xml_was_changed_by_hand() {
    let Some(libvirt) = libvirt() else { return };
    let desktop = Desktop::start("install-pxe");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.wait_says("No Virtual Machines");
    let wizard = open(&window);
    pick(&window, &wizard, "A Boot Server");
    window.shot("boot-server");
    next_of(&wizard, 2, 5);
    wizard.wait_for("text", "Name").set_text("diskless");
    next_of(&wizard, 3, 5);
    pick(&window, &wizard, "No Disk");
    next_of(&wizard, 4, 5);
    next_of(&wizard, 5, 5);
    wizard.wait_says("virsh -c");
    wizard.wait_for("toggle button", "Show and Change").click();
    let xml = wizard.wait_for("text", "The Machine's XML");
    window.shot("xml");
    let text = xml.text();
    xml.set_text(&text.replace("<name>diskless</name>", "<name>another</name>"));
    press(&wizard, "Take the Changes");
    wizard.wait_says("Name and UUID are those of the plan");
    xml.set_text(&text.replace("</uuid>", "</uuid><title>By Hand</title>"));
    press(&wizard, "Take the Changes");
    wizard.wait_gone(
        "label",
        "Name and UUID are those of the plan: change the name on its own page, and leave the UUID.",
    );
    press(&wizard, "Install");
    window.wait_for("image", "Screen of the machine");
    libvirt.wait_state("diskless", "running", wait::SOON);
    let xml = libvirt.virsh(&["dumpxml", "--inactive", "diskless"]);
    assert!(xml.contains("<title>By Hand</title>") && xml.contains("<boot dev='network'/>"), "{xml}");
    window.close();
}
