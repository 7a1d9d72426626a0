//! A break on a serial line, which no stream can carry: QEMU is asked for it.

use std::time::Duration;

use serde_json::{Value, json};

use lectern_model::id::DomainId;

use super::{connection, error::HostError, ffi::error::checked, handle::Host};

/// How long QEMU may take.
const LIMIT: Duration = Duration::from_secs(10);

impl Host {
    /// Sends a break over the serial line that libvirt calls `alias`: a Linux guest takes the next key as a magic `SysRq`.
    ///
    /// # Errors
    /// As libvirt gives it: only QEMU's driver can; [`HostError::BadAnswer`] with QEMU's words if QEMU refuses.
    pub async fn send_break(&self, id: DomainId, alias: &str) -> Result<(), HostError> {
        let order = json!({"execute": "chardev-send-break", "arguments": {"id": format!("char{alias}")}}).to_string();
        let answer = self
            .call(LIMIT, move |host| {
                Ok(checked(connection::domain(host.connect(), id)?.qemu_monitor_command(&order, 0))?)
            })
            .await?;
        refused(&answer).map_or(Ok(()), |why| Err(HostError::BadAnswer(why)))
    }
}

/// QEMU's words where its answer is a refusal.
fn refused(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    Some(answer.get("error")?.get("desc")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_qemus_words() {
        assert_eq!(refused(r#"{"return":{},"id":"libvirt-9"}"#), None);
        let answer = r#"{"id":"libvirt-9","error":{"class":"GenericError","desc":"Chardev 'charserial7' not found"}}"#;
        assert_eq!(refused(answer).as_deref(), Some("Chardev 'charserial7' not found"));
    }
}
