//! Which of the materials that are free a task gets. Chance comes as a number from the caller, so that the same number
//! chooses the same ones.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

use crate::material::material::{MaterialId, MaterialKind, MaterialWish};
use crate::names::Username;

/// A material that is free and carries the wanted tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeMaterial {
    /// Its number.
    pub id: MaterialId,
    /// Its name.
    pub name: String,
    /// The account that it is meant for; none means any.
    pub username: Option<Username>,
    /// Its place among images.
    pub sort: i32,
}

impl MaterialWish {
    /// Those of `free` that the task gets: what is meant for its account first, what is meant for another one never;
    /// videos at random, images by their places and then their names.
    ///
    /// # Errors
    /// How many there are, when these are too few; the task gets none then.
    pub fn choose(&self, free: Vec<FreeMaterial>, chance: u64) -> Result<Vec<MaterialId>, usize> {
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        let meant = free.into_iter().filter(|it| it.username.is_none() || it.username == self.username);
        let (mut own, mut anyones): (Vec<_>, Vec<_>) = meant.partition(|it| it.username.is_some());
        let found = own.len().saturating_add(anyones.len());
        if found < count {
            return Err(found);
        }
        for group in [&mut own, &mut anyones] {
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
        let (own, anyones) = (ids(own), ids(anyones));
        Ok(match self.kind {
            MaterialKind::Image => own.into_iter().chain(anyones).take(count).collect(),
            MaterialKind::Video => {
                let mut chance = StdRng::seed_from_u64(chance);
                let mut chosen: Vec<_> = own.choose_multiple(&mut chance, count).copied().collect();
                chosen.extend(anyones.choose_multiple(&mut chance, count - chosen.len()));
                chosen
            }
        })
    }
}

/// One of `free`, at random.
#[must_use]
pub fn choose_one<T>(mut free: Vec<T>, chance: u64) -> Option<T> {
    if free.is_empty() {
        return None;
    }
    let index = StdRng::seed_from_u64(chance).random_range(0..free.len());
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

    fn wish(kind: MaterialKind, username: Option<&str>, count: u32) -> MaterialWish {
        let username = username.map(|name| Username::new(name).unwrap());
        MaterialWish { kind, tags: Vec::new(), username, count }
    }

    #[test]
    fn what_is_meant_for_an_account_comes_first_and_goes_to_no_other() {
        let all = [free(1, None, 0, ""), free(2, Some("maker"), 0, ""), free(3, Some("other"), 0, "")];
        for chance in 0..20 {
            let one = wish(MaterialKind::Video, Some("maker"), 1).choose(all.to_vec(), chance);
            assert_eq!(one, Ok(vec![MaterialId(2)]));
            let whoever = wish(MaterialKind::Video, None, 1).choose(all.to_vec(), chance);
            assert_eq!(whoever, Ok(vec![MaterialId(1)]));
        }
        assert_eq!(wish(MaterialKind::Video, Some("maker"), 3).choose(all.to_vec(), 1), Err(2));
    }

    #[test]
    fn images_come_by_their_places_and_then_their_names() {
        let all = [
            free(1, None, 2, "a"),
            free(2, None, 1, "c"),
            free(3, None, 1, "b"),
            free(4, Some("maker"), 9, "z"),
        ];
        let chosen = wish(MaterialKind::Image, Some("maker"), 4).choose(all.to_vec(), 7).unwrap();
        assert_eq!(chosen, [4, 3, 2, 1].map(MaterialId));
    }

    #[test]
    fn chance_reaches_every_video() {
        let all: Vec<_> = (0..5).map(|id| free(id, None, 0, "")).collect();
        let chosen: BTreeSet<_> = (0..200)
            .flat_map(|chance| wish(MaterialKind::Video, None, 1).choose(all.clone(), chance).unwrap())
            .collect();
        assert_eq!(chosen.len(), 5);
        assert_eq!(choose_one(Vec::<u8>::new(), 1), None);
        let reached: BTreeSet<_> = (0..200).filter_map(|chance| choose_one(vec![1, 2, 3], chance)).collect();
        assert_eq!(reached.len(), 3);
    }

    proptest! {
        #[test]
        fn as_many_are_chosen_as_wanted_each_once_and_all_of_them_free(
            all in 0..40_i64, own in 0..40_i64, count in 1..50_u32, chance: u64, video: bool
        ) {
            let kind = if video { MaterialKind::Video } else { MaterialKind::Image };
            let every: Vec<_> = (0..all).map(|id| free(id, (id < own).then_some("maker"), 0, "")).collect();
            match wish(kind, Some("maker"), count).choose(every, chance) {
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
