//! A screen beside servers that are whole, broken or hostile: what each byte does, and that nothing else happens.

use std::{
    io::{Read, Write},
    net::Shutdown,
    os::{fd::OwnedFd, unix::net::UnixStream},
    thread,
    time::{Duration, Instant},
};

use super::*;

/// No server of these tests makes anybody wait.
const SOON: Duration = Duration::from_secs(5);

fn greeting(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"RFB 003.008\n\x01\x01\0\0\0\0".to_vec();
    bytes.extend([width, height].iter().flat_map(|edge| edge.to_be_bytes()));
    bytes.extend([0; 16]);
    bytes.extend(b"\0\0\0\x04name");
    bytes
}

fn rectangle(area: [u16; 4], form: i32, content: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = area.iter().flat_map(|edge| edge.to_be_bytes()).collect();
    bytes.extend(form.to_be_bytes());
    bytes.extend(content);
    bytes
}

fn update(rectangles: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    bytes.extend(u16::try_from(rectangles.len()).unwrap().to_be_bytes());
    bytes.extend(rectangles.concat());
    bytes
}

/// A server that says everything there is: each kind of message and each form.
fn everything() -> Vec<u8> {
    let mut bytes = greeting(4, 2);
    bytes.extend(update(&[
        rectangle([0, 0, 0, 0], -258, &[]),
        rectangle([1, 0, 0, 0], -257, &[]),
        rectangle([0, 0, 4, 2], 0, &[7; 32]),
    ]));
    bytes.extend([1, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6]);
    bytes.extend([2]);
    bytes.extend(b"\x03\0\0\0\0\0\0\x02hi");
    bytes.extend(update(&[rectangle([1, 1, 2, 2], -239, &[[9; 16].as_slice(), &[0x80, 0x40]].concat())]));
    bytes.extend(update(&[rectangle([2, 0, 2, 2], 1, &[0; 4])]));
    bytes.extend(update(&[rectangle([0, 0, 8, 1], -223, &[])]));
    bytes.extend(b"\x03\0\0\0\xff\xff\xff\xf8\x1b\0\0\x01\0\x10\0\0");
    bytes.extend(b"\x03\0\0\0\xff\xff\xff\xfc\x08\0\0\x01");
    let monitor = [&[1, 0, 0, 0][..], &[0; 16]].concat();
    bytes.extend(update(&[rectangle([0, 0, 6, 3], -308, &monitor)]));
    bytes.extend(update(&[rectangle([1, 3, 9, 9], -308, &monitor)]));
    bytes
}

fn pair() -> (Screen, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    (Screen::start(OwnedFd::from(ours), Some("pw".into())).unwrap(), theirs)
}

/// What a server's words do, and how the screen ends after its last one.
fn hear(words: &[u8]) -> (Vec<ScreenEvent>, ScreenEnd) {
    let (screen, mut server) = pair();
    let events = screen.events();
    let words = words.to_vec();
    let talk = thread::spawn(move || {
        // A client that has had enough closes.
        drop(server.write_all(&words));
        drop(server.shutdown(Shutdown::Write));
        drop(server.read_to_end(&mut Vec::new()));
    });
    let mut heard = Vec::new();
    while let Ok(event) = events.recv_blocking() {
        heard.push(event);
    }
    let end = screen.end().expect("closed events have an end");
    talk.join().unwrap();
    (heard, end)
}

#[test]
fn a_whole_talk_is_understood() {
    let (events, end) = hear(&everything());
    assert_eq!(end, ScreenEnd::Closed);
    let names: Vec<String> = events.iter().map(|event| format!("{event:?}")).collect();
    let area = |x, y, width, height| Area { x, y, width, height };
    assert_eq!(names[0], "Absolute(true)");
    assert!(
        matches!(&events[1], ScreenEvent::Frame(f) if f.points == [7; 32] && f.changed == [area(0, 0, 4, 2)]),
        "{names:?}"
    );
    assert_eq!(events[2], ScreenEvent::Bell);
    let ScreenEvent::Cursor(cursor) = &events[3] else { panic!("{names:?}") };
    assert_eq!((cursor.width, cursor.height, cursor.tip), (2, 2, (1, 1)));
    assert_eq!(cursor.points, [[9, 9, 9, 255], [0; 4], [0; 4], [9, 9, 9, 255]].concat());
    assert_eq!(names[4], "Frame(Frame(4x2, [Area { x: 2, y: 0, width: 2, height: 2 }]))");
    assert!(matches!(&events[5], ScreenEvent::Frame(f) if (f.width, f.height) == (8, 1) && f.points == [0; 32]));
    assert_eq!(events[6..9], [ScreenEvent::SharesClipboard, ScreenEvent::TextOffered, ScreenEvent::TakesWishes]);
    // What is refused leaves the size as it was.
    assert!(matches!(&events[9], ScreenEvent::Frame(f) if (f.width, f.height) == (6, 3)));
    assert_eq!(events.len(), 10);
}

#[test]
fn a_server_that_is_cut_off_anywhere_closes_the_screen() {
    let words = everything();
    let ends: Vec<ScreenEnd> = (0..words.len()).map(|length| hear(&words[..length]).1).collect();
    let whole = ends.iter().filter(|end| **end == ScreenEnd::Closed).count();
    // After the greeting and after each of ten messages; there is one more at the very end.
    assert_eq!(whole, 11, "{ends:?}");
    for end in ends {
        assert!(matches!(end, ScreenEnd::Closed | ScreenEnd::Failed(ScreenError::CutOff(_))), "{end:?}");
    }
}

#[test]
fn what_a_hostile_server_says_is_named() {
    let after = |words: &[u8]| [greeting(4, 2).as_slice(), words].concat();
    let long = [&b"RFB 003.008\n\0"[..], &u32::MAX.to_be_bytes()].concat();
    for (words, error) in [
        (b"HTTP/1.1 400".to_vec(), ScreenError::NotVnc("HTTP/1.1 400".into())),
        (b"RFB 003.003\n".to_vec(), ScreenError::NotVnc("RFB 003.003\n".into())),
        (b"RFB 003.008\n\0\0\0\0\x02no".to_vec(), ScreenError::Refused("no".into())),
        (b"RFB 003.008\n\x01\x01\0\0\0\x01\0\0\0\x02no".to_vec(), ScreenError::Refused("no".into())),
        (b"RFB 003.008\n\x02\x05\x13".to_vec(), ScreenError::WantsSecurity(vec![5, 19])),
        (b"RFB 003.008\n\x01\x020123456789abcdef\0\0\0\x01\0\0\0\x02no".to_vec(), ScreenError::Refused("no".into())),
        (long, ScreenError::TooLong(u32::MAX.into())),
        (greeting(0, 2), ScreenError::BadSize(0, 2)),
        (greeting(u16::MAX, u16::MAX), ScreenError::BadSize(u16::MAX, u16::MAX)),
        (after(&[77]), ScreenError::BadMessage(77)),
        (after(b"\x03\0\0\0\x7f\xff\xff\xff"), ScreenError::TooLong(0x7fff_ffff)),
        (after(b"\x03\0\0\0\x80\0\0\0"), ScreenError::TooLong(0x8000_0000)),
        (after(b"\x03\0\0\0\xff\xff\xff\xff\0"), ScreenError::BadMessage(3)),
        (after(&update(&[rectangle([0, 0, 1, 1], 16, &[])])), ScreenError::BadForm(16)),
        (after(&update(&[rectangle([3, 0, 2, 1], 0, &[])])), ScreenError::Outside),
        (after(&update(&[rectangle([0, 0, 1, 1], 1, &[0, 9, 0, 9])])), ScreenError::Outside),
        (after(&update(&[rectangle([0, 0, 0, 0], -223, &[])])), ScreenError::BadSize(0, 0)),
        (after(&update(&[rectangle([0, 0, 513, 1], -239, &[])])), ScreenError::BadSize(513, 1)),
    ] {
        assert_eq!(hear(&words).1, ScreenEnd::Failed(error), "{words:?}");
    }
}

#[test]
fn random_words_only_close_it() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    for round in 0..300 {
        let mut words = greeting(64, 48);
        words.extend((0..round * 7).map(|_| random()));
        // Most begin as an update does, so that more than the first byte is looked at.
        if round % 3 > 0 {
            words[24 + 16 + 4..].iter_mut().take(2).for_each(|byte| *byte = 0);
        }
        hear(&words);
    }
}

#[test]
fn a_server_that_floods_is_read_no_faster_than_it_is_looked_at() {
    let (screen, mut server) = pair();
    let flood = thread::spawn(move || {
        server.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
        server.write_all(&greeting(256, 256)).unwrap();
        let frame = update(&[rectangle([0, 0, 256, 256], 0, &vec![1; 256 * 256 * 4])]);
        let mut taken = 0;
        while server.write_all(&frame).is_ok() {
            taken += 1;
        }
        taken
    });
    let taken = flood.join().unwrap();
    assert!((1..=WAITING + 3).contains(&taken), "{taken} frames were read though nobody looked");
    assert_eq!(screen.end(), None);
}

#[test]
fn keys_and_the_pointer_are_told_as_the_server_wants_them() {
    let (screen, mut server) = pair();
    let events = screen.events();
    screen.key(true, 0x61, Some(0x1e));
    server.write_all(&everything()).unwrap();
    while !matches!(events.recv_blocking().unwrap(), ScreenEvent::Frame(_)) {}
    screen.key(true, 0x61, Some(0x1e));
    screen.key(false, 0x61, None);
    screen.pointer(4, 3, 1);
    screen.moved(0, -2, 3);
    server.set_read_timeout(Some(SOON)).unwrap();
    let mut said = Vec::<u8>::new();
    let wanted = [
        request::key(true, 0x61, None),
        request::key(true, 0x61, Some(0x1e)),
        request::key(false, 0x61, None),
        request::pointer(4, 3, 1),
        request::pointer(0, 0x7ffd, 0x8002),
    ];
    let began = Instant::now();
    while !wanted.iter().all(|word| said.windows(word.len()).any(|window| window == word.as_slice())) {
        assert!(began.elapsed() < SOON, "{said:?}");
        let mut piece = [0; 256];
        let count = server.read(&mut piece).unwrap();
        said.extend(&piece[..count]);
    }
}

#[test]
fn the_clipboard_is_given_only_when_it_was_offered_and_sizes_only_where_they_are_taken() {
    let (screen, mut server) = pair();
    let events = screen.events();
    screen.wish(9, 9);
    server.write_all(&everything()).unwrap();
    // The guest asks for a text that nobody has offered yet.
    server.write_all(b"\x03\0\0\0\xff\xff\xff\xfc\x02\0\0\x01").unwrap();
    let mut heard = 0;
    while heard < 10 {
        events.recv_blocking().unwrap();
        heard += 1;
    }
    screen.wish(0x1234, 0x0321);
    screen.offer_text(Some("ours".into()));
    let offered = clipboard::offer(true);
    let mut said = Vec::<u8>::new();
    server.set_read_timeout(Some(SOON)).unwrap();
    read_until(&mut server, &mut said, &offered);
    let given = clipboard::give("ours").unwrap();
    let has = |said: &[u8], word: &[u8]| said.windows(word.len()).any(|window| window == word);
    assert!(has(&said, &clipboard::able()) && has(&said, &request::size(0x1234, 0x0321)), "{said:?}");
    assert!(!has(&said, &request::size(9, 9)) && !has(&said, &given[4..]), "{said:?}");
    server.write_all(b"\x03\0\0\0\xff\xff\xff\xfc\x02\0\0\x01").unwrap();
    read_until(&mut server, &mut said, &given);
}

fn read_until(server: &mut UnixStream, said: &mut Vec<u8>, word: &[u8]) {
    while !said.windows(word.len()).any(|window| window == word) {
        let mut piece = [0; 256];
        let count = server.read(&mut piece).unwrap();
        assert!(count > 0, "{said:?}");
        said.extend(&piece[..count]);
    }
}

#[test]
fn a_dropped_screen_hangs_up() {
    let (screen, mut server) = pair();
    server.write_all(&greeting(4, 2)).unwrap();
    drop(screen);
    server.set_read_timeout(Some(SOON)).unwrap();
    let mut said = Vec::new();
    assert!(server.read_to_end(&mut said).is_ok(), "it hangs up");
}
