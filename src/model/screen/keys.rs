//! From the kernel's key numbers to a PC keyboard's scan codes, which a guest reads whatever the layout is.

/// The scan code of the key that the kernel numbers so (`linux/input-event-codes.h`), as QEMU's extended key events want
/// it: the codes behind a prefix of 0xe0 have their highest bit set. `None` for a key that a PC keyboard lacks.
#[must_use]
pub const fn scancode(kernel: u32) -> Option<u16> {
    Some(match kernel {
        // The kernel took the first numbers from the PC's keyboard.
        #[expect(clippy::cast_possible_truncation, reason = "the numbers of these arms are below 89")]
        1..=83 | 86..=88 => kernel as u16,
        85 => 0x76,
        89 => 0x73,
        90 => 0x78,
        91 => 0x77,
        92 => 0x79,
        93 => 0x70,
        94 => 0x7b,
        95 => 0x5c,
        96 => 0x9c,
        97 => 0x9d,
        98 => 0xb5,
        99 => 0x54,
        100 => 0xb8,
        102 => 0xc7,
        103 => 0xc8,
        104 => 0xc9,
        105 => 0xcb,
        106 => 0xcd,
        107 => 0xcf,
        108 => 0xd0,
        109 => 0xd1,
        110 => 0xd2,
        111 => 0xd3,
        113 => 0xa0,
        114 => 0xae,
        115 => 0xb0,
        117 => 0x59,
        119 => 0xc6,
        121 => 0x7e,
        122 => 0x72,
        123 => 0x71,
        124 => 0x7d,
        125 => 0xdb,
        126 => 0xdc,
        127 => 0xdd,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn letters_are_what_the_pc_had_and_the_rest_is_behind_the_prefix() {
        assert_eq!(scancode(30), Some(0x1e), "the key of A");
        assert_eq!(scancode(86), Some(0x56), "the key beside the left Shift that only non-US keyboards have");
        assert_eq!(scancode(100), Some(0xb8), "AltGr");
        assert_eq!(scancode(103), Some(0xc8), "the arrow upwards");
        assert_eq!(scancode(0), None);
        assert_eq!(scancode(113 + 8192), None);
    }

    #[test]
    fn no_two_keys_share_a_code() {
        let codes: Vec<u16> = (0..256).filter_map(scancode).collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
        assert!(codes.iter().all(|code| (1..=0xff).contains(code)));
    }
}
