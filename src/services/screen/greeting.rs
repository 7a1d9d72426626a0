//! The first words of both sides (RFC 6143, section 7.1 to 7.3).

use std::io::{Read, Write};

use super::{error::ScreenError, wire::Wire as _};

/// The security type that asks for nothing: libvirt has let us in already.
const NONE: u8 = 1;

/// How large the picture is when the server has introduced itself.
pub(super) fn exchange(stream: &mut (impl Read + Write)) -> Result<(u16, u16), ScreenError> {
    let result_follows = version(stream)?;
    security(stream)?;
    if result_follows && stream.long()? != 0 {
        return Err(ScreenError::Refused(stream.text()?));
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

fn security(stream: &mut (impl Read + Write)) -> Result<(), ScreenError> {
    let count = stream.byte()?;
    if count == 0 {
        return Err(ScreenError::Refused(stream.text()?));
    }
    let offered = stream.several(count.into())?;
    if !offered.contains(&NONE) {
        return Err(ScreenError::WantsSecurity(offered));
    }
    Ok(stream.write_all(&[NONE])?)
}
