//! Tasks from their creation to their end, and what they leave on the phone.

mod captions;
mod changes;
mod dispatch;
mod faults;
mod following;
mod kills;
mod leftovers;
mod publish;
mod refusals;
mod replay;
mod restarts;
