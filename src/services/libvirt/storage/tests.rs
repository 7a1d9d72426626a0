//! Storage of libvirt's test driver, which runs inside this process.

use lectern_model::{
    storage::{ImageFormat, PoolId, new_volume::NewVolume},
    units::Bytes,
    uri::HostUri,
};

use super::StorageError;
use crate::{
    disk::inventory,
    disk_access,
    host::{ConnectionState, Host, HostUpdate},
};

async fn connected() -> Host {
    let host = Host::connect(HostUri::parse("test:///default").unwrap());
    let updates = host.updates();
    while !matches!(updates.recv().await.unwrap(), HostUpdate::State(ConnectionState::Connected(_))) {}
    host
}

#[tokio::test]
async fn pools_and_volumes_of_the_test_host_are_told() {
    let host = connected().await;
    let pools = host.pools().await.unwrap();
    assert_eq!(pools.iter().map(|pool| pool.name.as_str()).collect::<Vec<_>>(), ["default-pool"]);
    let new = NewVolume::thin("new.qcow2", ImageFormat::Qcow2, Bytes::from_mib(10));
    let volume = host.create_volume(pools[0].id, new).await.unwrap();
    assert_eq!(host.volumes(pools[0].id, true).await.unwrap(), std::slice::from_ref(&volume));
    let (found, pool) = host.volume_at(volume.path.clone()).await.unwrap().unwrap();
    assert_eq!((found, pool.as_str()), (volume.clone(), "default-pool"));
    assert!(host.volume_xml(volume.path.clone()).await.unwrap().contains("new.qcow2"));
    assert!(host.pool_xml(pools[0].id).await.unwrap().contains("default-pool"));
    assert_eq!(host.qemu_user().await, Ok(None));
    let look = disk_access::look(&host, &volume.path).await.unwrap();
    assert_eq!((look.content, look.volume), (None, Some(volume.clone())), "the test driver has no bytes");
    let stock = inventory::take(&host).await.unwrap();
    assert!(stock.map.images().any(|path| path == volume.path));
    assert_eq!(host.delete_image(volume.path.clone()).await, Ok(true));
    assert_eq!(host.delete_volume(pools[0].id, volume.name).await, Ok(false));
    assert_eq!(host.volume_xml(volume.path).await, Err(StorageError::NoImage));
    let nowhere = PoolId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    assert_eq!(host.volumes(nowhere, false).await, Err(StorageError::NoPool));
}
