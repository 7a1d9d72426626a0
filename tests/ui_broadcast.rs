//! One keyboard for three guests: a login on each ttyS0 at once, and the one that answers differently is marked.

use lectern_test_kit::{
    atspi::Element, desktop::Desktop, guest::Machine, libvirt::PrivateLibvirt, wait, window::Window,
};

const LECTERN: &str = env!("CARGO_BIN_EXE_lectern");
const NAMES: [&str; 3] = ["node1", "node2", "node3"];

fn marked(window: &Window<'_>) -> usize {
    let labels = window.find_all("label", "Answers differently");
    labels.iter().filter(|label| label.is_showing()).count()
}

#[test]
fn three_are_logged_in_to_at_once_and_the_odd_one_is_marked() {
    let Some(mut libvirt) = PrivateLibvirt::start() else { return };
    for name in NAMES {
        libvirt.define_guest(Machine { name, network: false });
        libvirt.virsh(&["start", name]);
    }
    let desktop = Desktop::start("broadcast");
    let window = Window::open(&desktop, LECTERN, libvirt.uri());
    window.select("node1");
    desktop.keys(&["ctrl+a"]);
    window.wait_says("3 machines selected");
    window.press("Broadcast");
    window.wait_says("Broadcast is on: what you type goes to 3 consoles at once.");
    let consoles = NAMES.map(|name| window.wait_for("terminal", &format!("Console of {name}")));
    let all = |what: &str, end: &dyn Fn(&Element, &str) -> bool| {
        wait::holds(what, wait::BOOT, || consoles.iter().zip(NAMES).all(|(console, name)| end(console, name)));
    };
    all("three login prompts", &|console, name| console.text().contains(&format!("{name} login:")));
    let typewriter = window.wait_for("terminal", "Type to all that are switched on");
    wait::holds("the keyboard", wait::SOON, || typewriter.is_focused());
    desktop.type_text("root\n");
    all("three shells", &|console, name| console.text().trim_end().ends_with(&format!("root@{name} ~]#")));
    desktop.type_text("hostname\n");
    all("three names", &|console, name| console.text().contains(&format!("\n{name}\n")));
    desktop.type_text("[ $(hostname) = node2 ] && echo broken || echo fine\n");
    all("three answers", &|console, name| console.text().contains(if name == "node2" { "\nbroken" } else { "\nfine" }));
    wait::holds("one to be marked", wait::SOON, || marked(&window) == 1);
    window.shot("odd");

    // What is switched off gets nothing.
    window.switch("Type to node2");
    window.wait_says("what you type goes to 2 consoles at once.");
    desktop.click_on("Lectern", &typewriter, 1);
    desktop.type_text("echo to''two\n");
    wait::holds("two answers", wait::SOON, || [0, 2].iter().all(|&at| consoles[at].text().contains("\ntotwo")));
    wait::holds("no mark", wait::SOON, || marked(&window) == 0);
    assert!(!consoles[1].text().contains("totwo"));

    // Many lines are asked for first: what was selected in one console goes to all by the middle button.
    desktop.drag_over("Lectern", &consoles[0], -80);
    desktop.click_on("Lectern", &typewriter, 2);
    window.wait_says("A shell runs each line as soon as it has come.");
    window.shot("paste");
    window.press("Cancel");
    desktop.resize("Lectern", 400, 700);
    window.wait_gone("list item", "This host and its readiness");
    window.shot("narrow");
    window.close();
}
