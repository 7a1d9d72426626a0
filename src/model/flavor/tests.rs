//! Flavors: OpenStack's rules about names, identifiers and numbers.

use super::*;

fn of(flavor: &Flavor) -> Vec<FlavorProblem> {
    problems(flavor, None, &first_set(), |project| project == "class")
}

#[test]
fn the_first_set_is_openstacks_and_the_courses() {
    let all = first_set();
    let shown: Vec<_> = all.iter().map(|f| (f.name.as_str(), f.vcpus, f.ram, f.disk)).collect();
    let expected = [
        ("m1.tiny", 1, 512, 1),
        ("m1.small", 1, 2048, 20),
        ("m1.medium", 2, 4096, 40),
        ("m1.large", 4, 8192, 80),
        ("m1.xlarge", 8, 16384, 160),
        ("course", 2, 2048, 100),
    ];
    assert_eq!(shown, expected);
    for (place, flavor) in all.iter().enumerate() {
        let others = all.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, flavor)| flavor);
        assert_eq!(problems(flavor, Some(&flavor.id), others, |_| true), []);
    }
}

#[test]
fn names_and_identifiers_are_judged_as_nova_judges_them() {
    use FlavorProblem as P;
    let named = |id: &str, name: &str| of(&Flavor::new(id, name, 1, 64, 0));
    assert_eq!(named("7", "小 型"), []);
    assert_eq!(named("7", " "), [P::NoName]);
    assert_eq!(named("7", "a "), [P::NameEdgeSpace]);
    assert_eq!(named("7", &"a".repeat(256)), [P::NameTooLong(255)]);
    assert_eq!(named("7", "a\tb"), [P::NameCharacter('\t')]);
    assert_eq!(named("7", "m1.tiny"), [P::NameTaken]);
    assert_eq!(named("", "a"), [P::NoId]);
    assert_eq!(named("a b.c-d_e", "a"), []);
    assert_eq!(named(" a", "a"), [P::IdEdgeSpace]);
    assert_eq!(named("型", "a"), [P::IdCharacter('型')]);
    assert_eq!(named("1", "a"), [P::IdTaken]);
    let moved = problems(&Flavor::new("8", "a", 1, 64, 0), Some("7"), [], |_| true);
    assert_eq!(moved, [P::IdStays]);
}

#[test]
fn numbers_have_their_ranges() {
    use FlavorProblem as P;
    let base = Flavor::new("7", "a", 1, 1, 0);
    assert_eq!(of(&base), []);
    assert_eq!(
        of(&Flavor { vcpus: 0, ram: 0, ..base.clone() }),
        [P::TooSmall(Number::Vcpus), P::TooSmall(Number::Ram)]
    );
    let large = Flavor { disk: 1 << 31, ephemeral: 1 << 31, swap: (1 << 31) - 1, ..base.clone() };
    assert_eq!(of(&large), [P::TooLarge(Number::Disk), P::TooLarge(Number::Ephemeral)]);
    let long = Flavor { description: "a".repeat(65_536), ..base };
    assert_eq!(of(&long), [P::DescriptionTooLong(65_535)]);
}

#[test]
fn access_names_projects_that_are_there() {
    use FlavorProblem as P;
    let base = Flavor::new("7", "a", 1, 1, 0);
    let with = |names: &[&str]| Flavor {
        access: Access::Projects(names.iter().map(|name| (*name).to_owned()).collect()),
        ..base.clone()
    };
    assert_eq!(of(&with(&["class"])), []);
    assert_eq!(of(&with(&["gone"])), [P::NoSuchProject("gone".into())]);
    assert_eq!(of(&with(&[])), [P::ForNobody]);
    assert!(!P::ForNobody.stops());
    assert!(with(&["class"]).is_for("class") && !with(&["class"]).is_for("default") && base.is_for("default"));
}

#[test]
fn a_root_disk_is_never_smaller_than_its_image() {
    let flavor = Flavor { swap: 512, ephemeral: 1, ..Flavor::new("7", "a", 2, 1024, 10) };
    assert_eq!(flavor.root_on(Bytes::from_gib(20)), Bytes::from_gib(20));
    assert_eq!(Flavor { disk: 0, ..flavor.clone() }.root_on(Bytes::from_gib(3)), Bytes::from_gib(3));
    let amount = flavor.amount(Bytes::from_gib(2));
    assert_eq!((amount.volumes, amount.disk), (3, Bytes(11 * (1 << 30) + 512 * (1 << 20))));
}
