//! Tables for people: as wide as the terminal allows, as wide as their content elsewhere.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, Color, ContentArrangement, Row, Table};
use serde_json::Value;

use super::style::{Mood, Style};

/// A column: its heading, and a JSON pointer (RFC 6901) to its values.
pub(in crate::cli) type Column = (&'static str, &'static str);

/// How a table that is wider than the terminal gets narrower.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Fit {
    /// Each row stays one line, and long cells lose their ends.
    Cut,
    /// Long cells go on in the next line.
    Wrap,
}

/// Formats the cells of one object of a list.
pub(super) fn cells(row: &Value, columns: &[Column], style: Style) -> Vec<String> {
    let cell = |(_, pointer): &Column| {
        let name = pointer.rsplit('/').next().unwrap_or_default();
        row.pointer(pointer).map(|value| style.cell(name, value)).unwrap_or_default()
    };
    columns.iter().map(cell).collect()
}

/// Formats a list by the cells of its objects. On a terminal, a column without any value is left out.
pub(super) fn objects(mut rows: Vec<Vec<String>>, columns: &[Column], style: Style) -> String {
    let mut headings: Vec<&str> = columns.iter().map(|(heading, _)| *heading).collect();
    if style.width.is_some() {
        let is_used: Vec<bool> =
            (0..headings.len()).map(|index| rows.iter().any(|row| !row[index].is_empty())).collect();
        let mut uses = is_used.iter();
        headings.retain(|_| uses.next() == Some(&true));
        for row in &mut rows {
            let mut uses = is_used.iter();
            row.retain(|_| uses.next() == Some(&true));
        }
    }
    table(&headings, &rows, Fit::Cut, style)
}

/// Formats rows of clean cells, one for each heading.
pub(in crate::cli) fn table(headings: &[&str], rows: &[Vec<String>], fit: Fit, style: Style) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_truncation_indicator("…");
    table.style_text_only();
    if style.has_color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    match style.width {
        Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table.set_header(headings.iter().copied());
    for cells in rows {
        let mut row = Row::from(cells.iter().map(|cell| colored(cell)).collect::<Vec<_>>());
        if fit == Fit::Cut {
            row.max_height(1);
        }
        table.add_row(row);
    }
    let last = headings.len().saturating_sub(1);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if index == last { 0 } else { 2 }));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn colored(text: &str) -> Cell {
    let cell = Cell::new(text);
    match Mood::of(text) {
        Some(Mood::Good) => cell.fg(Color::DarkGreen),
        Some(Mood::Busy) => cell.fg(Color::DarkCyan),
        Some(Mood::Waiting) => cell.fg(Color::DarkYellow),
        Some(Mood::Bad) => cell.fg(Color::DarkRed),
        None => cell,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::output::time::Clock;

    const PIPED: Style = Style { clock: Clock::Utc, width: None, has_color: false };
    const COLUMNS: [Column; 3] = [("ID", "/id"), ("PHONE", "/phone/name"), ("NOTE", "/note")];

    fn shown(rows: &[Value], style: Style) -> String {
        objects(rows.iter().map(|row| cells(row, &COLUMNS, style)).collect(), &COLUMNS, style)
    }

    #[test]
    fn wide_letters_keep_their_column_and_control_characters_do_nothing() {
        let rows = [
            json!({"id": 7, "phone": {"name": "机架"}, "note": "x"}),
            json!({"id": 1000, "phone": {"name": null}, "note": "\u{1b}[2Jy\n"}),
        ];
        assert_eq!(shown(&rows, PIPED), "ID    PHONE  NOTE\n7     机架   x\n1000          [2Jy");
    }

    #[test]
    fn a_table_fits_the_terminal_and_is_whole_elsewhere() {
        let long = "the element Post was not found on the screen of captions";
        let rows = [json!({"id": 1, "phone": {"name": null}, "note": long})];
        let terminal = Style { width: Some(30), ..PIPED };
        assert_eq!(shown(&rows, terminal), "ID  NOTE\n1   the element Post was not…");
        assert!(shown(&rows, PIPED).contains(long));
        let wrapped = table(&["ID", "NOTE"], &[vec!["1".to_owned(), long.to_owned()]], Fit::Wrap, terminal);
        assert!(wrapped.lines().count() == 4 && wrapped.ends_with("captions"), "{wrapped}");
        assert!(wrapped.lines().all(|line| line.chars().count() <= 30), "{wrapped}");
    }

    #[test]
    fn states_have_colours_only_where_they_are_wanted() {
        let rows = [json!({"id": 1, "phone": {"name": "failed"}, "note": "x"})];
        let color = Style { has_color: true, ..PIPED };
        assert!(!shown(&rows, PIPED).contains('\u{1b}'));
        let shown = shown(&rows, color);
        assert_eq!(shown.matches("failed").count(), 1);
        assert!(shown.contains("\u{1b}["), "{shown:?}");
    }
}
