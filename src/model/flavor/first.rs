//! The flavors that a host begins with.

use super::Flavor;

/// OpenStack's first set, as its own tool for trying it makes them (devstack, `lib/nova`), and one as the course has its
/// machines: on an overlay of 100 GiB, which takes next to nothing until the guest writes.
#[must_use]
pub fn first_set() -> Vec<Flavor> {
    let course = Flavor::new("course", "course", 2, 2_048, 100);
    vec![
        Flavor::new("1", "m1.tiny", 1, 512, 1),
        Flavor::new("2", "m1.small", 1, 2_048, 20),
        Flavor::new("3", "m1.medium", 2, 4_096, 40),
        Flavor::new("4", "m1.large", 4, 8_192, 80),
        Flavor::new("5", "m1.xlarge", 8, 16_384, 160),
        course,
    ]
}
