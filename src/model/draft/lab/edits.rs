//! What the user wrote into the preview's cells.

use super::{Clash, LabDraft, LabFacts, Row, RowEdit};
use crate::mac::MacAddress;
use crate::metadata::Student;
use crate::roster;

/// A cell of the preview that can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// The machine's name.
    Name,
    /// Whose it is: number and name, or a name alone.
    Student,
    /// The address of its first card.
    Address,
    /// The Ethernet address of its first card.
    Mac,
}

impl LabDraft {
    /// Takes what was written into a cell of the row at this place; nothing gives it back what it had by itself.
    pub fn write(&mut self, row: usize, cell: Cell, text: &str) {
        let edit = self.edits.entry(row).or_default();
        let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        match cell {
            Cell::Name => edit.name = text,
            Cell::Student => edit.student = text,
            // The prefix is the network's.
            Cell::Address => edit.address = text.map(|text| text.split('/').next().unwrap_or_default().to_owned()),
            Cell::Mac => edit.mac = text,
        }
        if *edit == RowEdit::default() {
            self.edits.remove(&row);
        }
    }
}

/// Gives the row what was written of its student and its card.
pub(super) fn apply(index: usize, row: &mut Row, draft: &LabDraft, facts: &LabFacts) {
    let Some(edit) = draft.edits.get(&index) else { return };
    if let Some(text) = &edit.student {
        row.student = Some(student(text));
    }
    let (Some(text), Some(mac)) = (&edit.mac, row.macs.first_mut()) else { return };
    match MacAddress::parse(text) {
        Ok(own) if facts.used_macs.contains(&own) => row.clashes.push(Clash::MacInUse),
        Ok(own) => *mac = own,
        Err(_) => row.clashes.push(Clash::NotAMac(text.clone())),
    }
}

/// As a line of the roster is read; what is none is a name.
fn student(text: &str) -> Student {
    let read = roster::read_text(text).rows.into_iter().next();
    read.map_or_else(|| Student { number: String::new(), name: text.to_owned() }, |row| row.student)
}

/// Marks the rows whose cards have one address.
pub(super) fn equal_macs(rows: &mut [Row]) {
    let all: Vec<MacAddress> = rows.iter().flat_map(|row| row.macs.iter().copied()).collect();
    let twice = |mac: &MacAddress| all.iter().filter(|other| *other == mac).count() > 1;
    for row in rows {
        if row.macs.iter().any(twice) {
            row.clashes.push(Clash::EqualMac);
        }
    }
}
