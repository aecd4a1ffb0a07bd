//! What the app lets a user set of a post: the audience, the label for AI-generated content, the sound and its volumes, a
//! product; and the lists that open while a caption is typed. The sheets of the audience, of sounds and the page of a sound
//! follow dumps; those of volumes and products are assumed.

pub(crate) mod flow;
pub(crate) mod screens;
mod state;

pub(crate) use state::{Options, Sheet, sound_of};
