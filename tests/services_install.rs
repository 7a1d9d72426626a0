//! Install trees on real servers, in folders and on discs: what is found, what is said, and nothing left behind.

#![expect(clippy::expect_used, clippy::panic, reason = "tests may panic")]

#[path = "install/ftp.rs"]
mod ftp;
#[path = "install/http.rs"]
mod http;

use std::{
    fs,
    future::Future,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use http::{Files, Manner};
use lectern_model::tree::{Distribution, Evidence, Finding, Kernel, Note, Nothing, Place, Tree};
use lectern_services::install::{self, Copying, Fetched, InstallError, Limits};

/// Short, so that the tests are.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    idle: Duration::from_secs(2),
    look: Duration::from_secs(20),
    least: 4096,
    window: Duration::from_millis(700),
};

fn answer<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

/// What passes for a kernel: its head is one, and it is as long as it says.
fn kernel() -> Vec<u8> {
    let mut kernel = vec![7_u8; 200 * 512];
    kernel[..Kernel::HEAD].fill(0);
    kernel[0x1f1] = 3;
    kernel[0x1f4..0x1f8].copy_from_slice(&(196_u32 * 32).to_le_bytes());
    kernel[0x1fe..0x200].copy_from_slice(&[0x55, 0xaa]);
    kernel[0x202..0x206].copy_from_slice(b"HdrS");
    kernel[0x206..0x208].copy_from_slice(&0x020c_u16.to_le_bytes());
    kernel[0x211] = 1;
    kernel
}

fn initrd() -> Vec<u8> {
    [&[0x1f, 0x8b][..], &[9; 1000].repeat(300)].concat()
}

fn sum(bytes: &[u8], folder: &Path) -> String {
    let file = folder.join("sum");
    fs::write(&file, bytes).expect("a file");
    let told = Command::new("sha256sum").arg(&file).output().expect("sha256sum");
    String::from_utf8_lossy(&told.stdout).split(' ').next().unwrap_or_default().to_owned()
}

fn treeinfo(sum: &str) -> String {
    format!(
        "[general]\nfamily = CentOS\nname = CentOS-7\nversion = 7\narch = x86_64\n[images-x86_64]\n\
         kernel = images/pxeboot/vmlinuz\ninitrd = images/pxeboot/initrd.img\n[checksums]\n\
         images/pxeboot/vmlinuz = sha256:{sum}\n"
    )
}

const KERNEL: &str = "images/pxeboot/vmlinuz";
const INITRD: &str = "images/pxeboot/initrd.img";

/// The tree that the course copies, below `folder`.
fn centos(folder: &str) -> Files {
    let scratch = tempfile::tempdir().expect("a folder");
    let info = treeinfo(&sum(&kernel(), scratch.path()));
    let files = [(".treeinfo", info.into_bytes()), (KERNEL, kernel()), (INITRD, initrd())];
    files.into_iter().map(|(path, bytes)| (format!("{folder}{path}"), (bytes, Manner::Whole))).collect()
}

fn with(mut files: Files, path: &str, manner: Manner) -> Files {
    files.get_mut(path).expect("the file").1 = manner;
    files
}

fn look(text: &str) -> Result<Finding, InstallError> {
    let place = Place::parse(text).expect("a place");
    answer(install::detect(place, "x86_64".into(), LIMITS, Copying::new()))
}

fn tree(text: &str) -> Tree {
    match look(text) {
        Ok(Finding::Tree(tree)) => *tree,
        other => panic!("{text}: {other:?}"),
    }
}

fn nothing(text: &str) -> Nothing {
    match look(text) {
        Ok(Finding::Nothing(nothing)) => nothing,
        other => panic!("{text}: {other:?}"),
    }
}

/// Fetches with a cache of the test's own, and looks that a failure leaves nothing there.
fn fetch(text: &str, tree: &Tree) -> Result<Fetched, InstallError> {
    let place = Place::parse(text).expect("a place");
    answer(install::fetch(place, tree.clone(), LIMITS, Copying::new()))
}

/// Nothing that was fetched is left in the cache by this process: each test is one.
fn must_be_empty(cache: &Path) {
    let left: Vec<_> = fs::read_dir(cache.join("lectern/install")).into_iter().flatten().flatten().collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

/// Runs the test again in a process with a cache of its own: the environment belongs to all threads.
fn in_own_cache(name: &str) -> Option<tempfile::TempDir> {
    if std::env::var_os("LECTERN_TEST_CACHE").is_some() {
        return None;
    }
    let cache = tempfile::tempdir().expect("a folder");
    let own = std::env::current_exe().expect("this program");
    let ended = Command::new(own)
        .args([name, "--exact", "--nocapture"])
        .env("LECTERN_TEST_CACHE", cache.path())
        .env("XDG_CACHE_HOME", cache.path())
        .status()
        .expect("this program");
    assert!(ended.success(), "{name} failed");
    Some(cache)
}

#[test]
fn a_tree_is_found_and_fetched_over_http_ftp_in_a_folder_and_on_a_disc() {
    let Some(cache) = in_own_cache("a_tree_is_found_and_fetched_over_http_ftp_in_a_folder_and_on_a_disc") else {
        return everywhere();
    };
    must_be_empty(cache.path());
}

fn everywhere() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, (bytes, _)) in centos("") {
        let file = folder.path().join("tree").join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, bytes).expect("a file");
    }
    let disc = folder.path().join("centos.iso");
    let made = Command::new("xorriso")
        .args(["-as", "mkisofs", "-quiet", "-R", "-o"])
        .args([&disc, &folder.path().join("tree")])
        .status();
    assert!(made.expect("xorriso").success());
    let web = http::Server::start(centos("centos7/"), true);
    let anonymous = ftp::Server::start(centos("centos7/"), ftp::Rules::default());
    let closed = ftp::Rules { user: Some(("tom", "ge@heim")), ..ftp::Rules::default() };
    let closed = ftp::Server::start(centos("centos7/"), closed);
    let old = ftp::Server::start(centos("centos7/"), ftp::Rules { is_old: true, ..ftp::Rules::default() });
    for text in [
        web.url("centos7"),
        anonymous.url("", "centos7/"),
        closed.url("tom:ge%40heim@", "centos7"),
        old.url("", "centos7"),
        folder.path().join("tree").display().to_string(),
        disc.display().to_string(),
    ] {
        let tree = tree(&text);
        assert_eq!((&tree.distribution, tree.version.as_deref()), (&Distribution::Centos, Some("7")), "{text}");
        assert_eq!((&tree.evidence, &tree.notes[..]), (&Evidence::Description(".treeinfo".into()), &[][..]), "{text}");
        let fetched = fetch(&text, &tree).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(fs::read(&fetched.kernel).expect("a kernel") == kernel(), "{text}");
        assert!(fs::read(&fetched.initrd).expect("a RAM disk") == initrd(), "{text}");
    }
    let asked = web.asked.lock().expect("no panic");
    assert_eq!(asked.iter().filter(|line| line.starts_with("GET")).count(), 3, "each file once: {asked:?}");
}

#[test]
fn a_bad_transfer_is_told_and_leaves_nothing() {
    let Some(cache) = in_own_cache("a_bad_transfer_is_told_and_leaves_nothing") else { return bad_transfers() };
    must_be_empty(cache.path());
}

fn bad_transfers() {
    let good = http::Server::start(centos(""), true);
    let tree = tree(&good.url(""));
    let all = initrd().len() as u64;
    let short = |got, expected| InstallError::Truncated { file: INITRD.into(), got, expected };
    let server = || "127.0.0.1".to_owned();
    for (manner, expected) in [
        (Manner::Half, short(all / 2, all)),
        (Manner::SaysMore, short(all, all + 1000)),
        (Manner::Trickle, InstallError::TooSlow(INITRD.into())),
        (Manner::Silent, InstallError::TimedOut(server())),
        (Manner::Circle, InstallError::Redirects(server())),
        (Manner::Status(404), InstallError::NotThere(INITRD.into())),
        (Manner::Status(503), InstallError::ServerFailed { server: server(), status: 503 }),
        (Manner::Elsewhere("/gone"), InstallError::NotThere(INITRD.into())),
    ] {
        let bad = http::Server::start(with(centos(""), INITRD, manner), true);
        assert_eq!(fetch(&bad.url(""), &tree).expect_err("no success"), expected, "{manner:?} over HTTP");
        if matches!(manner, Manner::Circle | Manner::Status(_) | Manner::Elsewhere(_)) {
            continue;
        }
        let bad = ftp::Server::start(with(centos(""), INITRD, manner), ftp::Rules::default());
        assert_eq!(fetch(&bad.url("", ""), &tree).expect_err("no success"), expected, "{manner:?} over FTP");
    }
}

#[test]
fn what_is_no_kernel_or_not_the_trees_is_refused() {
    let Some(cache) = in_own_cache("what_is_no_kernel_or_not_the_trees_is_refused") else { return wrong_files() };
    must_be_empty(cache.path());
}

fn wrong_files() {
    let page = b"<html>It works!</html>".to_vec();
    let replaced = |path: &str, bytes: Vec<u8>| {
        let mut files = centos("");
        files.insert(path.to_owned(), (bytes, Manner::Whole));
        http::Server::start(files, true)
    };
    let mut other = kernel();
    other[100_000] = 1;
    let server = replaced(KERNEL, other);
    let known = tree(&server.url(""));
    assert_eq!(fetch(&server.url(""), &known).expect_err("a wrong sum"), InstallError::Checksum(KERNEL.into()));
    let bare = Tree { checksums: Vec::new(), ..known };
    let server = replaced(KERNEL, page.clone());
    assert!(matches!(fetch(&server.url(""), &bare), Err(InstallError::NoKernel { .. })));
    let server = replaced(KERNEL, kernel()[..50_000].to_vec());
    assert!(matches!(fetch(&server.url(""), &bare), Err(InstallError::Truncated { got: 50_000, .. })));
    let server = replaced(INITRD, page);
    assert_eq!(fetch(&server.url(""), &bare).expect_err("a page"), InstallError::NoInitrd(INITRD.into()));
    let there = replaced("real", initrd());
    let mut files = centos("");
    let to: &'static str = Box::leak(there.url("real").into_boxed_str());
    files.insert(INITRD.to_owned(), (Vec::new(), Manner::Elsewhere(to)));
    let led = http::Server::start(files, true);
    assert!(fetch(&led.url(""), &bare).is_ok(), "another address may have it");
}

#[test]
fn a_cancel_is_answered_at_once() {
    let Some(cache) = in_own_cache("a_cancel_is_answered_at_once") else { return cancelled() };
    must_be_empty(cache.path());
}

fn cancelled() {
    let good = http::Server::start(centos(""), true);
    let tree = tree(&good.url(""));
    let silent = with(centos(""), KERNEL, Manner::Silent);
    let (web, ftp) = (http::Server::start(silent.clone(), true), ftp::Server::start(silent, ftp::Rules::default()));
    for text in [web.url(""), ftp.url("", "")] {
        let limits = Limits { idle: Duration::from_secs(30), window: Duration::from_secs(30), ..LIMITS };
        let (place, copying) = (Place::parse(&text).expect("a place"), Copying::new());
        let fetching = install::fetch(place, tree.clone(), limits, copying.clone());
        let started = Instant::now();
        let ended = answer(async {
            let cancel = async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                copying.cancel();
            };
            tokio::join!(fetching, cancel).0
        });
        assert_eq!(ended.expect_err("cancelled"), InstallError::Cancelled, "{text}");
        assert!(started.elapsed() < Duration::from_secs(5), "{text}: {:?}", started.elapsed());
    }
}

#[test]
fn the_trees_that_the_course_really_makes_are_understood() {
    let bare: Files = centos("centos7/").into_iter().filter(|(path, _)| !path.ends_with(".treeinfo")).collect();
    let web = http::Server::start(bare.clone(), false);
    let tree = tree(&web.url("centos7"));
    assert_eq!((tree.kernel.as_str(), &tree.notes[..]), (KERNEL, &[Note::DotFilesMissing][..]));
    let names = ["EULA", "GPL", "RPM-GPG-KEY-CentOS-7", "CentOS_BuildTag"];
    let files: Files = names.iter().map(|name| (format!("centos7/{name}"), (Vec::new(), Manner::Whole))).collect();
    let (web, ftp) = (http::Server::start(files.clone(), true), ftp::Server::start(files, ftp::Rules::default()));
    for text in [web.url("centos7"), ftp.url("", "centos7")] {
        assert!(matches!(nothing(&text), Nothing::FilesOnly { seen } if seen.len() == 4), "{text}");
    }
    let (web, ftp) = (http::Server::start(bare.clone(), true), ftp::Server::start(bare, ftp::Rules::default()));
    for text in [web.url("CentOS"), ftp.url("", "CentOS")] {
        assert_eq!(nothing(&text), Nothing::Missing { near: vec!["centos7".into()], alike: 1 }, "{text}");
    }
    assert_eq!(nothing(&ftp.url("", "")), Nothing::Folders(vec!["centos7".into()]));
}

#[test]
fn servers_that_refuse_are_told_apart() {
    let rules = |user, is_full| ftp::Rules { user, is_full, ..ftp::Rules::default() };
    let server = || "127.0.0.1".to_owned();
    let closed = ftp::Server::start(centos(""), rules(Some(("tom", "x")), false));
    let refused = look(&closed.url("tom:geheim@", "")).expect_err("a wrong password");
    assert_eq!(refused, InstallError::LoginRefused(server()));
    assert!(!format!("{refused} {refused:?}").contains("geheim"));
    assert_eq!(look(&closed.url("", "")).expect_err("nobody"), InstallError::LoginRefused(server()));
    let full = ftp::Server::start(centos(""), rules(None, true));
    assert_eq!(
        look(&full.url("", "")).expect_err("full"),
        InstallError::ServerFailed { server: server(), status: 421 }
    );
    for scheme in ["http", "ftp"] {
        assert!(
            matches!(look(&format!("{scheme}://127.0.0.1:1/x")), Err(InstallError::Unreachable { .. })),
            "{scheme}: nobody listens"
        );
        let nobody = look(&format!("{scheme}://nobody.invalid/x"));
        assert_eq!(nobody, Err(InstallError::NoServer("nobody.invalid".into())), "{scheme}");
    }
    assert_eq!(nothing("/no/such/folder/at all"), Nothing::Missing { near: Vec::new(), alike: 0 });
    assert_eq!(look("/etc/passwd.iso"), Err(InstallError::NoFolder("/etc/passwd.iso".into())));
    assert!(matches!(look("/etc/passwd"), Err(InstallError::NoDisc(_))));
}
