//! The first words of both sides (RFC 6143, section 7.1 to 7.3).

use std::io::{Read, Write};

use des::{
    Des,
    cipher::{BlockCipherEncrypt as _, KeyInit as _},
};

use super::{error::ScreenError, wire::Wire as _};

/// The security type that asks for nothing: libvirt has let us in already.
const NONE: u8 = 1;
/// The security type that asks for a password: a challenge, enciphered with it (RFC 6143, section 7.2.2).
const PASSWORD: u8 = 2;

/// How large the picture is when the server has introduced itself.
pub(super) fn exchange(stream: &mut (impl Read + Write), password: Option<&str>) -> Result<(u16, u16), ScreenError> {
    let newest = version(stream)?;
    let asked = security(stream, password)?;
    if (newest || asked) && stream.long()? != 0 {
        return Err(ScreenError::Refused(if newest { stream.text()? } else { String::new() }));
    }
    // Others may look at the screen too.
    stream.write_all(&[1])?;
    let size = (stream.short()?, stream.short()?);
    // Its own format of points, which it is about to be told another for, and its name.
    stream.array::<16>()?;
    stream.text()?;
    Ok(size)
}

/// Agrees on RFB 3.8, or on 3.7, which tells no result where nothing is asked.
fn version(stream: &mut (impl Read + Write)) -> Result<bool, ScreenError> {
    let hello = stream.array::<12>()?;
    let minor = std::str::from_utf8(&hello).ok().and_then(|text| {
        let minor = text.strip_prefix("RFB 003.")?.strip_suffix('\n')?;
        minor.parse::<u16>().ok().filter(|minor| *minor >= 7)
    });
    let Some(minor) = minor else {
        return Err(ScreenError::NotVnc(String::from_utf8_lossy(&hello).into_owned()));
    };
    stream.write_all(if minor == 7 { b"RFB 003.007\n" } else { b"RFB 003.008\n" })?;
    Ok(minor > 7)
}

/// Whether something was asked for, which 3.7 too answers with a result.
fn security(stream: &mut (impl Read + Write), password: Option<&str>) -> Result<bool, ScreenError> {
    let count = stream.byte()?;
    if count == 0 {
        return Err(ScreenError::Refused(stream.text()?));
    }
    let offered = stream.several(count.into())?;
    if offered.contains(&NONE) {
        stream.write_all(&[NONE])?;
        return Ok(false);
    }
    let Some(password) = password.filter(|_| offered.contains(&PASSWORD)) else {
        return Err(ScreenError::WantsSecurity(offered));
    };
    stream.write_all(&[PASSWORD])?;
    let challenge = stream.array::<16>()?;
    stream.write_all(&enciphered(challenge, password.as_bytes()))?;
    Ok(true)
}

/// The challenge in DES, whose key is the password's first eight bytes, each with its bits the other way round.
fn enciphered(challenge: [u8; 16], password: &[u8]) -> Vec<u8> {
    let mut key = [0; 8];
    for (place, byte) in key.iter_mut().zip(password) {
        *place = byte.reverse_bits();
    }
    let cipher = Des::new(&key.into());
    let (mut first, mut second) = ([0; 8], [0; 8]);
    first.copy_from_slice(&challenge[..8]);
    second.copy_from_slice(&challenge[8..]);
    let halves = [first, second].map(|half| {
        let mut block = half.into();
        cipher.encrypt_block(&mut block);
        <[u8; 8]>::from(block)
    });
    halves.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_enciphered_as_rfb_has_it() {
        // DES's own test vector (FIPS 46-3's "Now is t"), with the key's bits turned as RFB turns the password's.
        let key = [0x01_u8, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef].map(u8::reverse_bits);
        let plain = *b"Now is tNow is t";
        assert_eq!(enciphered(plain, &key)[..8], [0x3f, 0xa4, 0x0e, 0x8a, 0x98, 0x4d, 0x48, 0x15]);
    }
}
