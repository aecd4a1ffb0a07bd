//! The entries of a list, page by page.

use std::vec;

use crate::error::Error;

/// An iterator over every entry of a list; it requests a page when it has returned those of the page before. After an
/// error it ends.
pub struct Items<'client, T> {
    page: vec::IntoIter<T>,
    next_page: Box<dyn FnMut() -> Result<Option<Vec<T>>, Error> + 'client>,
    is_finished: bool,
}

impl<'client, T> Items<'client, T> {
    /// Creates an iterator; `next_page` returns `None` behind the last page.
    pub(crate) fn new(next_page: impl FnMut() -> Result<Option<Vec<T>>, Error> + 'client) -> Self {
        Self { page: Vec::new().into_iter(), next_page: Box::new(next_page), is_finished: false }
    }
}

impl<T> Iterator for Items<'_, T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.page.next() {
                return Some(Ok(item));
            }
            if self.is_finished {
                return None;
            }
            match (self.next_page)() {
                Ok(Some(page)) => self.page = page.into_iter(),
                Ok(None) => self.is_finished = true,
                Err(error) => {
                    self.is_finished = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_requested_when_they_are_needed_and_an_error_is_the_last_item() {
        let mut requested = 0;
        let mut items = Items::new(|| {
            requested += 1;
            match requested {
                1 => Ok(Some(vec![1, 2])),
                2 => Ok(Some(Vec::new())),
                3 => Ok(Some(vec![3])),
                _ => Err(Error::Read(std::io::Error::other("broken"))),
            }
        });
        let numbers: Vec<i32> = items.by_ref().take(3).map(Result::unwrap).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert!(items.next().unwrap().is_err());
        assert!(items.next().is_none());
    }
}
