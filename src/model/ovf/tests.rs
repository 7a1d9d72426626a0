//! Descriptions as `VMware` and `VirtualBox` write them.

use super::*;

const VMWARE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Envelope vmw:buildId="build-1" xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>
    <File ovf:href="b.vmdk" ovf:id="file2" ovf:size="70144"/>
    <File ovf:href="a.vmdk.gz" ovf:id="file1" ovf:size="70144" ovf:compression="gzip"/>
  </References>
  <DiskSection><Info>Virtual disks</Info>
    <Disk ovf:capacity="16" ovf:capacityAllocationUnits="byte * 2^30" ovf:diskId="vmdisk2" ovf:fileRef="file2"/>
    <Disk ovf:capacity="2147483648" ovf:diskId="vmdisk1" ovf:fileRef="file1"/>
    <Disk ovf:capacity="1" ovf:diskId="empty"/>
  </DiskSection>
  <VirtualSystem ovf:id="vm"><Info>A virtual machine</Info><Name>cent7</Name>
    <OperatingSystemSection ovf:id="107" vmw:osType="centos7_64Guest"><Info/><Description>CentOS 7 (64-bit)</Description></OperatingSystemSection>
    <VirtualHardwareSection><Info/>
      <Item><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>2</rasd:VirtualQuantity></Item>
      <Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>2048</rasd:VirtualQuantity></Item>
      <Item><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceSubType>lsilogic</rasd:ResourceSubType><rasd:ResourceType>6</rasd:ResourceType></Item>
      <Item><rasd:AddressOnParent>1</rasd:AddressOnParent><rasd:HostResource>ovf:/disk/vmdisk2</rasd:HostResource><rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
      <Item><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource><rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
      <Item><rasd:ResourceSubType>E1000</rasd:ResourceSubType><rasd:ResourceType>10</rasd:ResourceType></Item>
      <Item><rasd:ResourceSubType>PCNet32</rasd:ResourceSubType><rasd:ResourceType>10</rasd:ResourceType></Item>
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="efi"/>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>"#;

#[test]
fn vmware_s_description_is_read() {
    let found = Appliance::parse(VMWARE).unwrap();
    assert_eq!((found.name.as_str(), found.vcpus, found.memory), ("cent7", Some(2), Some(KiB::from_mib(2048))));
    assert_eq!(found.systems, ["centos7_64Guest", "CentOS 7 (64-bit)"]);
    let disk = |file: &str, gzip, gib: u64| Disk { file: file.into(), gzip, capacity: Bytes(gib << 30) };
    assert_eq!(found.disks, [disk("a.vmdk.gz", true, 2), disk("b.vmdk", false, 16)]);
    assert_eq!(found.cards, [Some(NetworkModel::E1000), None]);
    assert!(found.uefi && !found.paravirtual);
}

#[test]
fn virtualbox_s_description_is_read() {
    let text = r#"<Envelope ovf:version="2.0" xmlns="http://schemas.dmtf.org/ovf/envelope/2" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/2"
        xmlns:sasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_StorageAllocationSettingData.xsd" xmlns:vbox="http://www.virtualbox.org/ovf/machine"
        xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData">
      <References><File ovf:id="file1" ovf:href="d.vmdk"/></References>
      <DiskSection><Info/><Disk ovf:capacity="8589934592" ovf:diskId="vmdisk1" ovf:fileRef="file1" vbox:uuid="x"/></DiskSection>
      <VirtualSystem ovf:id="web"><Info/>
        <OperatingSystemSection ovf:id="96"><Info/><Description>Debian_64</Description><vbox:OSType ovf:required="false">Debian_64</vbox:OSType></OperatingSystemSection>
        <VirtualHardwareSection><Info/>
          <Item><rasd:AllocationUnits>MegaBytes</rasd:AllocationUnits><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>512</rasd:VirtualQuantity></Item>
          <StorageItem><sasd:AddressOnParent>0</sasd:AddressOnParent><sasd:HostResource>/disk/vmdisk1</sasd:HostResource><sasd:Parent>5</sasd:Parent><sasd:ResourceType>17</sasd:ResourceType></StorageItem>
        </VirtualHardwareSection>
      </VirtualSystem></Envelope>"#;
    let found = Appliance::parse(text).unwrap();
    assert_eq!((found.name.as_str(), found.vcpus, found.memory), ("web", None, Some(KiB::from_mib(512))));
    assert_eq!(found.disks, [Disk { file: "d.vmdk".into(), gzip: false, capacity: Bytes(8 << 30) }]);
    assert!(!found.uefi);
}

#[test]
fn what_is_no_appliance_is_refused() {
    for text in ["", "<a", "<domain/>", "<Envelope/>"] {
        assert!(matches!(Appliance::parse(text), Err(OvfError::NotOvf(_))), "{text}");
    }
    assert_eq!(Appliance::parse("<Envelope><VirtualSystem/></Envelope>"), Err(OvfError::NoDisk));
}

#[test]
fn units_are_read() {
    assert_eq!(capacity("20", Some("byte * 2^30")), Bytes(20 << 30));
    assert_eq!(capacity("20", Some("byte*2^99")), Bytes(20));
    assert_eq!(capacity("x", None), Bytes(0));
    assert_eq!(capacity("2", Some("GigaBytes")), Bytes(2 << 30));
    assert_eq!(capacity("18446744073709551615", Some("byte * 2^30")), Bytes(u64::MAX));
}

#[test]
fn odd_descriptions_are_read_as_far_as_they_go() {
    let disk = |href: &str, more: &str| {
        format!(
            "<e:Envelope xmlns:e='http://schemas.dmtf.org/ovf/envelope/1'><e:References><e:File e:href='{href}' e:id='f'/>\
             </e:References><e:DiskSection><e:Disk e:capacity='4' e:diskId='d' e:fileRef='f'/></e:DiskSection>{more}</e:Envelope>"
        )
    };
    // A prefix for everything, no hardware at all, a collection of machines, blanks in a name.
    for more in [
        "<e:VirtualSystem e:id='vm'/>",
        "<e:VirtualSystemCollection><e:VirtualSystem e:id='vm'/><e:VirtualSystem e:id='other'/></e:VirtualSystemCollection>",
        "<e:VirtualSystem e:id='vm'><e:VirtualHardwareSection><e:Item/></e:VirtualHardwareSection></e:VirtualSystem>",
    ] {
        let found = Appliance::parse(&disk("a%20b%2fc.vmdk", more)).unwrap();
        assert_eq!((found.name.as_str(), found.memory, found.vcpus), ("vm", None, None), "{more}");
        assert_eq!(found.disks[0].names(), ["a%20b%2fc.vmdk", "a b/c.vmdk"]);
    }
    // A disk that is to be made empty has no file; one whose file is not named is none.
    let system = "<e:VirtualSystem e:id='vm'/>";
    let none = disk("a.vmdk", system).replace("e:fileRef='f'", "");
    assert_eq!(Appliance::parse(&none), Err(OvfError::NoDisk));
    assert_eq!(Appliance::parse(&disk("a.vmdk", system).replace("e:id='f'", "e:id='g'")), Err(OvfError::NoDisk));
    // Numbers that nobody means.
    let hardware = "<e:VirtualSystem e:id='vm'><e:VirtualHardwareSection><e:Item><ResourceType>3</ResourceType>\
        <VirtualQuantity>-1</VirtualQuantity></e:Item><e:Item><ResourceType>4</ResourceType><AllocationUnits>byte * 2^63\
        </AllocationUnits><VirtualQuantity>4294967295</VirtualQuantity></e:Item></e:VirtualHardwareSection></e:VirtualSystem>";
    let found = Appliance::parse(&disk("a.vmdk", hardware)).unwrap();
    assert_eq!((found.vcpus, found.memory), (None, None));
}
