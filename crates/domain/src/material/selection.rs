//! The selection of free materials for a task. The random numbers come from a seed that the caller gives, so that the same
//! seed selects the same ones.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

use crate::account::username::Username;
use crate::material::material::{MaterialId, MaterialKind, MaterialQuery};

/// A material that is free and has a requested tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeMaterial {
    /// The number.
    pub id: MaterialId,
    /// The name.
    pub name: String,
    /// The account that it is reserved for; `None` means any.
    pub username: Option<Username>,
    /// The position among images.
    pub sort: i32,
}

impl MaterialQuery {
    /// Selects the materials that the task gets from `free`: first those reserved for its account, never those of other
    /// accounts; videos at random, images by position and then by name.
    ///
    /// # Errors
    /// Returns the number of matching materials if there are too few; the task then gets none.
    pub fn choose(&self, free: Vec<FreeMaterial>, seed: u64) -> Result<Vec<MaterialId>, usize> {
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        let matching = free.into_iter().filter(|it| it.username.is_none() || it.username == self.username);
        let (mut own, mut unreserved): (Vec<_>, Vec<_>) = matching.partition(|it| it.username.is_some());
        let found = own.len().saturating_add(unreserved.len());
        if found < count {
            return Err(found);
        }
        for group in [&mut own, &mut unreserved] {
            match self.kind {
                MaterialKind::Video => group.sort_by_key(|it| it.id),
                MaterialKind::Image => {
                    group.sort_by(|one, other| {
                        (one.sort, &one.name, one.id).cmp(&(other.sort, &other.name, other.id))
                    });
                }
            }
        }
        let ids = |group: Vec<FreeMaterial>| group.into_iter().map(|it| it.id).collect::<Vec<_>>();
        let (own, unreserved) = (ids(own), ids(unreserved));
        Ok(match self.kind {
            MaterialKind::Image => own.into_iter().chain(unreserved).take(count).collect(),
            MaterialKind::Video => {
                let mut rng = StdRng::seed_from_u64(seed);
                let mut chosen: Vec<_> = own.choose_multiple(&mut rng, count).copied().collect();
                chosen.extend(unreserved.choose_multiple(&mut rng, count - chosen.len()));
                chosen
            }
        })
    }
}

/// Selects one of `free` at random.
#[must_use]
pub fn choose_one<T>(mut free: Vec<T>, seed: u64) -> Option<T> {
    if free.is_empty() {
        return None;
    }
    let index = StdRng::seed_from_u64(seed).random_range(0..free.len());
    Some(free.swap_remove(index))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn free(id: i64, username: Option<&str>, sort: i32, name: &str) -> FreeMaterial {
        let username = username.map(|name| Username::new(name).unwrap());
        FreeMaterial { id: MaterialId(id), name: name.to_owned(), username, sort }
    }

    fn query(kind: MaterialKind, username: Option<&str>, count: u32) -> MaterialQuery {
        let username = username.map(|name| Username::new(name).unwrap());
        MaterialQuery { kind, tags: Vec::new(), username, count }
    }

    #[test]
    fn what_is_reserved_for_an_account_comes_first_and_goes_to_no_other() {
        let all = [free(1, None, 0, ""), free(2, Some("maker"), 0, ""), free(3, Some("other"), 0, "")];
        for seed in 0..20 {
            let one = query(MaterialKind::Video, Some("maker"), 1).choose(all.to_vec(), seed);
            assert_eq!(one, Ok(vec![MaterialId(2)]));
            let unnamed = query(MaterialKind::Video, None, 1).choose(all.to_vec(), seed);
            assert_eq!(unnamed, Ok(vec![MaterialId(1)]));
        }
        assert_eq!(query(MaterialKind::Video, Some("maker"), 3).choose(all.to_vec(), 1), Err(2));
    }

    #[test]
    fn images_come_by_position_and_then_by_name() {
        let all = [
            free(1, None, 2, "a"),
            free(2, None, 1, "c"),
            free(3, None, 1, "b"),
            free(4, Some("maker"), 9, "z"),
        ];
        let chosen = query(MaterialKind::Image, Some("maker"), 4).choose(all.to_vec(), 7).unwrap();
        assert_eq!(chosen, [4, 3, 2, 1].map(MaterialId));
    }

    #[test]
    fn every_video_can_be_selected() {
        let all: Vec<_> = (0..5).map(|id| free(id, None, 0, "")).collect();
        let chosen: BTreeSet<_> = (0..200)
            .flat_map(|seed| query(MaterialKind::Video, None, 1).choose(all.clone(), seed).unwrap())
            .collect();
        assert_eq!(chosen.len(), 5);
        assert_eq!(choose_one(Vec::<u8>::new(), 1), None);
        let reached: BTreeSet<_> = (0..200).filter_map(|seed| choose_one(vec![1, 2, 3], seed)).collect();
        assert_eq!(reached.len(), 3);
    }

    proptest! {
        #[test]
        fn as_many_are_selected_as_requested_each_once_and_all_of_them_free(
            all in 0..40_i64, own in 0..40_i64, count in 1..50_u32, seed: u64, video: bool
        ) {
            let kind = if video { MaterialKind::Video } else { MaterialKind::Image };
            let every: Vec<_> = (0..all).map(|id| free(id, (id < own).then_some("maker"), 0, "")).collect();
            match query(kind, Some("maker"), count).choose(every, seed) {
                Ok(chosen) => {
                    let distinct: BTreeSet<_> = chosen.iter().collect();
                    prop_assert_eq!((chosen.len(), distinct.len()), (count as usize, count as usize));
                    prop_assert!(chosen.iter().all(|id| (0..all).contains(&id.0)));
                }
                Err(found) => prop_assert!(found == usize::try_from(all).unwrap() && found < count as usize),
            }
        }
    }
}
