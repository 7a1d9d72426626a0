//! Headers and chains.

use std::collections::HashMap;

use crate::{
    storage::{
        Chain, Fault, ImageFormat, ImageInfo,
        backing::Backing,
        chain::{DEEPEST, Unread},
        header::{HeaderError, Qcow2},
    },
    units::Bytes,
};

/// The header that `qemu-img create -f qcow2 -b base.img -F raw x.qcow2 1G` writes.
fn header(backing: &str, format: Option<&str>) -> Vec<u8> {
    let mut bytes = vec![0; 0x400];
    let mut put = |offset: usize, value: &[u8]| bytes[offset..offset + value.len()].copy_from_slice(value);
    put(0, b"QFI\xfb");
    put(4, &3_u32.to_be_bytes());
    put(8, &0x200_u64.to_be_bytes());
    put(16, &u32::try_from(backing.len()).unwrap().to_be_bytes());
    put(20, &16_u32.to_be_bytes());
    put(24, &(1_u64 << 30).to_be_bytes());
    put(36, &2_u32.to_be_bytes());
    put(40, &0x3_0000_u64.to_be_bytes());
    put(48, &0x1_0000_u64.to_be_bytes());
    put(56, &1_u32.to_be_bytes());
    put(60, &3_u32.to_be_bytes());
    put(64, &0x4_0000_u64.to_be_bytes());
    put(100, &112_u32.to_be_bytes());
    if let Some(format) = format {
        put(112, &0xe279_2aca_u32.to_be_bytes());
        put(116, &u32::try_from(format.len()).unwrap().to_be_bytes());
        put(120, format.as_bytes());
    }
    put(0x200, backing.as_bytes());
    bytes
}

#[test]
fn a_qcow2_header_is_read() {
    let image = Qcow2::parse(&header("../b/base.img", Some("raw"))).unwrap();
    assert_eq!((image.virtual_size, image.snapshots), (1 << 30, 3));
    let info = image.info("/vm/x.qcow2", 1 << 20);
    assert_eq!(info.backing, Some(Backing::new("../b/base.img", "/vm/x.qcow2", Some(ImageFormat::Raw))));
    assert_eq!(info.base(), Some("/b/base.img"));
    assert_eq!(info.state.cut_off, None);
    let short = image.info("/vm/x.qcow2", 0x3_0000);
    assert_eq!(short.state.cut_off, Some(Bytes(0x4_0028)));
    assert_eq!(Qcow2::parse(&header("b", None)).unwrap().backing_format, None);
}

#[test]
fn broken_headers_are_refused() {
    let whole = header("b", Some("qcow2"));
    assert_eq!(Qcow2::parse(b"KDMV"), Err(HeaderError::NotQcow2));
    assert_eq!(Qcow2::parse(&whole[..90]), Err(HeaderError::Short));
    let mut long = whole.clone();
    long[16..20].copy_from_slice(&5000_u32.to_be_bytes());
    assert_eq!(Qcow2::parse(&long), Err(HeaderError::Damaged));
    let mut version = whole;
    version[7] = 9;
    assert_eq!(Qcow2::parse(&version), Err(HeaderError::Damaged));
}

proptest::proptest! {
    #[test]
    fn no_bytes_break_the_reader(mut bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        for (place, byte) in bytes.iter_mut().zip(*b"QFI\xfb\0\0\0\x03") {
            *place = byte;
        }
        if let Ok(image) = Qcow2::parse(&bytes) {
            let _ = image.info("/x", 1);
        }
    }
}

fn overlay(base: Option<(&str, Option<ImageFormat>)>) -> ImageInfo {
    let backing = base.map(|(base, format)| Backing::new(base, "/i/x", format));
    ImageInfo { backing, ..ImageInfo::raw(ImageFormat::Qcow2, Bytes(1)) }
}

fn follow(images: &[(&str, ImageInfo)], start: &str) -> Chain {
    let images: HashMap<_, _> = images.iter().map(|(path, info)| (*path, info.clone())).collect();
    Chain::follow(start, |path| images.get(path).cloned().ok_or(Unread::Missing))
}

#[test]
fn a_good_chain_is_followed_to_its_end() {
    let known = Some(ImageFormat::Qcow2);
    let chain = follow(&[("/i/a", overlay(Some(("b", known)))), ("/i/b", overlay(None))], "/i/a");
    assert!(chain.is_good() && chain.faults.is_empty());
    assert_eq!(chain.bases()[0].path, "/i/b");
}

#[test]
fn each_fault_is_named() {
    let known = Some(ImageFormat::Qcow2);
    let missing = follow(&[("/i/a", overlay(Some(("b", known))))], "/i/a");
    assert_eq!(missing.faults, [Fault::Missing { path: "/i/b".into(), wanted_by: Some("/i/a".into()) }]);
    let looping = follow(&[("/i/a", overlay(Some(("b", known)))), ("/i/b", overlay(Some(("a", known))))], "/i/a");
    assert_eq!(looping.faults, [Fault::Loop { path: "/i/a".into() }]);
    assert!(!looping.is_good());
    let unnamed = follow(&[("/i/a", overlay(Some(("b", None)))), ("/i/b", overlay(None))], "/i/a");
    assert_eq!(unnamed.faults, [Fault::FormatNotGiven { image: "/i/a".into(), base: "/i/b".into() }]);
    assert!(unnamed.is_good());
    assert_eq!(follow(&[], "/i/a").faults, [Fault::Missing { path: "/i/a".into(), wanted_by: None }]);
    let raw = Some(ImageFormat::Raw);
    let mistaken = follow(&[("/i/a", overlay(Some(("b", raw)))), ("/i/b", overlay(None))], "/i/a");
    assert!(matches!(mistaken.faults[..], [Fault::OtherFormat { given: ImageFormat::Raw, .. }]) && !mistaken.is_good());
    let away = follow(&[("/i/a", overlay(Some(("nbd://h/x", known))))], "/i/a");
    assert_eq!(away.faults, [Fault::Elsewhere { written: "nbd://h/x".into() }]);
}

#[test]
fn an_endless_chain_ends() {
    let mut number = 0;
    let chain = Chain::follow("/i/0", |_| {
        number += 1;
        Ok(overlay(Some((&format!("{number}"), Some(ImageFormat::Qcow2)))))
    });
    assert_eq!((chain.links.len(), chain.faults), (DEEPEST, vec![Fault::TooDeep]));
}
