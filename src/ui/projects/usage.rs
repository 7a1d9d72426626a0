//! The bars that show how much of a quota is used.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::project::{Amount, Quota, Resource};

use super::words;

/// How long a bar is.
const WIDTH: i32 = 140;

/// How full a resource is, from 0 to 1; nothing where there is no limit.
#[expect(clippy::cast_precision_loss, reason = "a share of a bar")]
pub(crate) fn share(quota: &Quota, used: &Amount, resource: Resource) -> Option<f64> {
    let (most, used) = (quota.get(resource).most()?, used.get(resource));
    let share = if most == 0 { f64::from(u8::from(used > 0)) } else { used as f64 / most as f64 };
    Some(share.min(1.0))
}

/// A row that says how much of one resource is used, with its bar.
pub(super) fn row(quota: &Quota, used: &Amount, resource: Resource) -> adw::ActionRow {
    let text = words::used(used.get(resource), quota.get(resource).most());
    let row = adw::ActionRow::builder().title(words::resource(resource)).subtitle(&text).use_markup(false).build();
    if let Some(share) = share(quota, used, resource) {
        row.add_suffix(&bar(share, &text));
    }
    row
}

/// The bar of what is used up most.
pub(super) fn tightest(quota: &Quota, used: &Amount) -> gtk::Widget {
    let shares = Resource::ALL.into_iter().filter_map(|resource| Some((share(quota, used, resource)?, resource)));
    let most = shares.max_by(|(a, _), (b, _)| a.total_cmp(b));
    let Some((share, resource)) = most else { return gtk::Box::builder().visible(false).build().upcast() };
    let text = words::used(used.get(resource), quota.get(resource).most());
    bar(share, &format!("{}: {text}", words::resource(resource))).upcast()
}

fn bar(share: f64, text: &str) -> gtk::ProgressBar {
    let bar = gtk::ProgressBar::builder()
        .fraction(share)
        .width_request(WIDTH)
        .valign(gtk::Align::Center)
        .tooltip_text(text)
        .build();
    bar.add_css_class("usage-bar");
    if share >= 1.0 {
        bar.add_css_class("full");
    }
    bar.update_property(&[gtk::accessible::Property::Label(text)]);
    bar
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_model::project::Limit;

    #[test]
    fn a_bar_is_full_where_nothing_is_left() {
        let quota = Quota { instances: Limit::of(2), vcpus: Limit::of(0), ..Quota::UNLIMITED };
        let used = |instances, vcpus| Amount { instances, vcpus, ..Amount::default() };
        assert_eq!(share(&quota, &used(1, 0), Resource::Instances), Some(0.5));
        assert_eq!(share(&quota, &used(9, 0), Resource::Instances), Some(1.0));
        assert_eq!(share(&quota, &used(9, 0), Resource::Vcpus), Some(0.0));
        assert_eq!(share(&quota, &used(9, 1), Resource::Vcpus), Some(1.0));
        assert_eq!(share(&quota, &used(9, 1), Resource::Ram), None);
    }
}
