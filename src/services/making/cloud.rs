//! The disc that tells a cloud image its name, its user and its network at the first boot.

use std::{fs, sync::Arc};

use lectern_model::{
    cloud_init::{LABEL, Seed},
    draft::{cloud::CloudDraft, import::ImportDraft},
    id::DomainId,
    identity_files::{Addressing, Nic},
    mac::MacAddress,
    storage::{ImageFormat, new_volume::NewVolume},
    units::Bytes,
};
use sha_crypt::{PasswordHasher as _, ShaCrypt};
use uuid::Uuid;

use super::machine::unmade;
use crate::{
    disk::work,
    host::{Host, StorageError},
    install::{Scratch, disc},
    plan::steps::FillVolume,
};

/// A hash takes some milliseconds.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

/// A seed that is ready to be brought to the host.
pub(super) struct Made {
    /// What brings it there.
    pub(super) step: FillVolume,
    /// Where it will be.
    pub(super) path: String,
    /// The folder that has it here.
    pub(super) scratch: Arc<Scratch>,
}

/// Makes the disc here, in a folder that only this user can look into; `mac` is the machine's card.
pub(super) async fn seed(
    host: &Host,
    draft: &ImportDraft,
    id: DomainId,
    mac: MacAddress,
) -> Result<Option<Made>, StorageError> {
    let (Some(cloud), Some(name)) = (draft.cloud.clone(), draft.seed_file()) else { return Ok(None) };
    let pool = draft.pool.clone().ok_or(StorageError::NoPool)?;
    let path = host.pool_path(pool.clone(), name.clone()).await?;
    let machine = draft.machine.name.clone();
    let written = work::run(LIMIT, move || write(&cloud, &machine, id, mac)).await?;
    let (scratch, length) = written?;
    let new = NewVolume::thin(&name, ImageFormat::Raw, Bytes(length));
    let file = scratch.path().join("seed.iso");
    Ok(Some(Made { step: FillVolume { pool, new, file }, path, scratch }))
}

fn write(
    cloud: &CloudDraft,
    machine: &str,
    id: DomainId,
    mac: MacAddress,
) -> Result<(Arc<Scratch>, u64), StorageError> {
    let seed = told(cloud, machine, id, mac)?;
    let bytes = disc::plain(LABEL, &seed.files()).ok_or(StorageError::NoSpace)?;
    let scratch = Scratch::new()?;
    let file = scratch.path().join("seed.iso");
    fs::write(&file, &bytes).map_err(|error| StorageError::file(&file, &error))?;
    Ok((Arc::new(scratch), bytes.len() as u64))
}

fn told(cloud: &CloudDraft, machine: &str, id: DomainId, mac: MacAddress) -> Result<Seed, StorageError> {
    let password = match cloud.password.as_str() {
        "" => None,
        password => Some(crypt(password)?),
    };
    let addressing = cloud.addressing().map_err(|problem| unmade(&format!("{problem:?}")))?;
    let fixed = matches!(addressing, Addressing::Static { .. });
    let host_name = if cloud.host_name.is_empty() { host_name(machine) } else { cloud.host_name.clone() };
    Ok(Seed {
        instance: id,
        host_name,
        user: cloud.user.clone(),
        password,
        keys: Some(cloud.key.trim().to_owned()).filter(|key| !key.is_empty()).into_iter().collect(),
        nic: fixed.then(|| Nic { device: String::new(), mac: Some(mac), addressing }),
    })
}

/// A password as crypt(5) keeps it.
pub(crate) fn crypt(password: &str) -> Result<String, StorageError> {
    let salt = Uuid::new_v4();
    let hash = ShaCrypt::default().hash_password_with_salt(password.as_bytes(), salt.as_bytes());
    Ok(hash.map_err(|error| unmade(&error))?.to_string())
}

/// A machine's name may hold what a host name cannot.
fn host_name(machine: &str) -> String {
    lectern_model::pattern::host_name(machine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha_crypt::PasswordVerifier as _;

    #[test]
    fn a_password_is_told_as_crypt_keeps_it() {
        let cloud = CloudDraft { user: "li".into(), password: "geheim 密码".into(), ..CloudDraft::default() };
        let mac = MacAddress::parse("52:54:00:00:00:01").unwrap();
        let seed = told(&cloud, "cent7_node1", DomainId::from_bytes([1; 16]), mac).unwrap();
        assert_eq!(seed.host_name, "cent7-node1");
        let told = seed.password.clone().unwrap();
        assert!(told.starts_with("$6$"), "{told}");
        assert!(ShaCrypt::default().verify_password("geheim 密码".as_bytes(), told.as_str()).is_ok());
        let all: String = seed.files().into_iter().map(|(_, text)| text).collect();
        assert!(!all.contains("geheim"), "{all}");
    }
}
