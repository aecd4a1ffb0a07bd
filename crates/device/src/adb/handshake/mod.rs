//! The first packets of a direct connection, and the banner by which both sides name their features.

pub(crate) mod banner;
pub(crate) mod greeting;

pub use banner::{
    Banner, BannerError, DELAYED_ACK, LS_V2, SENDRECV_V2, SENDRECV_V2_DRY_RUN, SHELL_V2, STAT_V2,
};
