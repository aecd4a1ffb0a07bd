//! The signed-in accounts beside the current one, and what was typed into the search.

use crate::apps::social::account::Account;
use crate::ui::window::text_input::TextInput;

/// Rows of the switcher's sheet that are on the screen at a time. The last one is cut off by the edge.
pub(crate) const SHOWN_ROWS: usize = 4;
const MAX_QUERY: usize = 60;

/// The further accounts, and the search.
#[derive(Debug)]
pub(crate) struct People {
    others: Vec<Account>,
    /// All accounts in the order in which they signed in, which is that of the switcher.
    names: Vec<String>,
    /// The accounts for which the app has asked whether to save their login.
    asked: Vec<String>,
    /// The first row of the switcher that is on the screen.
    pub(crate) first_row: usize,
    /// What the search field holds.
    pub(crate) query: String,
}

impl People {
    /// One account alone.
    pub(crate) fn new(username: &str) -> Self {
        Self {
            others: Vec::new(),
            names: vec![username.to_owned()],
            asked: Vec::new(),
            first_row: 0,
            query: String::new(),
        }
    }

    /// Signs in a further account, which does not become the current one. A second time does nothing.
    pub(crate) fn sign_in(&mut self, username: &str) {
        if !self.names.iter().any(|name| name == username) {
            self.names.push(username.to_owned());
            self.others.push(Account::new(username));
        }
    }

    /// Makes `username` the account in `current`. `false` when it is that already, or not signed in.
    pub(crate) fn switch(&mut self, current: &mut Account, username: &str) -> bool {
        let wanted = self.others.iter_mut().find(|account| account.username() == username);
        let Some(wanted) = wanted else { return false };
        std::mem::swap(wanted, current);
        true
    }

    /// Whether the app has not asked yet whether to save the login of this account. Asks once.
    pub(crate) fn asks_to_save(&mut self, username: &str) -> bool {
        let is_new = !self.asked.iter().any(|name| name == username);
        if is_new {
            self.asked.push(username.to_owned());
        }
        is_new
    }

    /// The accounts in the order of the switcher.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The accounts beside the current one.
    pub(crate) fn others(&self) -> &[Account] {
        &self.others
    }

    /// The accounts beside the current one.
    pub(crate) fn others_mut(&mut self) -> impl Iterator<Item = &mut Account> {
        self.others.iter_mut()
    }

    /// Scrolls the switcher's sheet, whose rows are the accounts and "Add account".
    pub(crate) fn scroll(&mut self, up: i32) {
        let last = (self.names.len() + 1).saturating_sub(SHOWN_ROWS);
        self.first_row =
            if up > 0 { (self.first_row + 2).min(last) } else { self.first_row.saturating_sub(2) };
    }

    /// Types into the search field, up to what it takes.
    pub(crate) fn field(&mut self) -> TextInput<'_> {
        TextInput::limited(&mut self.query, MAX_QUERY)
    }
}
