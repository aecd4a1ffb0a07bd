//! Texts with a form of their own: names, notes, tags, packages and addresses.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use tikmatrix_domain as domain;
use tikmatrix_validation::shortened;
use utoipa::ToSchema;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};

/// The longest name, in characters.
const MAX_NAME: usize = 200;
/// The longest note, in characters.
const MAX_NOTE: usize = 2000;

/// Declares a text type: a string in JSON, with the OpenAPI schema that its attributes describe. It is built from any
/// text; reading one from JSON applies its check, whose error is the reason that a client gets.
macro_rules! text {
    ($($(#[$meta:meta])* $name:ident: $check:expr;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let check: fn(&str) -> Result<(), String> = $check;
                check(&text).map_err(D::Error::custom)?;
                Ok(Self(text))
            }
        }

        impl $name {
            /// Returns the text as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(text: &str) -> Result<Self, Infallible> {
                Ok(text.into())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )+};
}

text! {
    /// A name: not blank, without control characters and those that hide or reorder others.
    #[derive(ToSchema)]
    #[schema(
        pattern = r"^[^\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb]*[^\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\s][^\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb]*$",
        max_length = 200
    )]
    Name: |text| checked(text, |text| (!text.trim().is_empty()).then_some(()).ok_or("must not be empty"));

    /// The name of an account, 1 to 30 letters, digits, dots and underscores, with or without `@` and in any case; or the
    /// URL of its profile on TikTok or Instagram. Other pages there, such as `instagram.com/explore`, are refused.
    #[derive(ToSchema)]
    #[schema(
        pattern = r"^ *([ @]*\.{0,29}[A-Za-z0-9_][A-Za-z0-9._]{0,29}|([Hh][Tt][Tt][Pp][Ss]?://)?([Ww]{3}\.|[Mm]\.)?([Tt][Ii][Kk][Tt][Oo][Kk]\.[Cc][Oo][Mm](:(443|80))?/(@|%40)|[Ii][Nn][Ss][Tt][Aa][Gg][Rr][Aa][Mm]\.[Cc][Oo][Mm](:(443|80))?/)\.{0,29}[A-Za-z0-9_][A-Za-z0-9._]{0,29}/?([?#][^,\x00-\x1f\x7f-\x9f]*)?) *$",
        max_length = 200,
        examples("mia.travels")
    )]
    Username: username;

    /// The names of one or more accounts between commas, each as in the field of one account.
    #[derive(ToSchema)]
    #[schema(
        pattern = r"^[ ,]*(([ @]*\.{0,29}[A-Za-z0-9_][A-Za-z0-9._]{0,29}|([Hh][Tt][Tt][Pp][Ss]?://)?([Ww]{3}\.|[Mm]\.)?([Tt][Ii][Kk][Tt][Oo][Kk]\.[Cc][Oo][Mm](:(443|80))?/(@|%40)|[Ii][Nn][Ss][Tt][Aa][Gg][Rr][Aa][Mm]\.[Cc][Oo][Mm](:(443|80))?/)\.{0,29}[A-Za-z0-9_][A-Za-z0-9._]{0,29}/?([?#][^,\x00-\x1f\x7f-\x9f]*)?) *(,[ ,]*|$))+$",
        max_length = 4000,
        examples("mia.travels")
    )]
    UsernameList: |text| {
        let mut names = domain::EnteredUsername::split(text).peekable();
        names.peek().ok_or("must not be empty")?;
        names.try_for_each(|(name, _)| username(name))
    };

    /// The name of an Android package, such as `com.example.app`.
    #[derive(ToSchema)]
    #[schema(pattern = "^ *[A-Za-z][A-Za-z0-9_]*(\\.[A-Za-z][A-Za-z0-9_]*)+ *$", max_length = 200)]
    Package: |text| checked(text, domain::PackageName::new);

    /// Any text with line breaks and tabs, and no other control characters.
    #[derive(ToSchema)]
    #[schema(pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$", max_length = 2000)]
    Note: check_note;

    /// The template of a caption, as `captions` of the script `post`: `{a|b}` picks one.
    #[derive(ToSchema)]
    #[schema(pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$", max_length = 2000)]
    Caption: |text| {
        check_note(text)?;
        domain::Spintax::parse(text).map(drop).map_err(|wrong| wrong.to_string())
    };

    /// A tag of materials or accounts, with the characters of a name and no comma; its case does not matter.
    #[derive(ToSchema)]
    #[schema(
        pattern = r"^[^,\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb]*[^,\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\s][^,\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb]*$",
        max_length = 50
    )]
    Tag: |text| domain::Tag::new(text).map(drop).map_err(|wrong| format!("{:?} {wrong}", shortened(text)));

    /// `HOST:PORT` of a phone's adbd; an IPv6 host stands in brackets, a link-local one with its zone.
    #[derive(ToSchema)]
    #[schema(
        pattern = r"^ *([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9._-]{1,15})?\]):(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}) *$",
        examples("192.168.1.20:5555")
    )]
    HostAndPort: |_| Ok(());

    /// A private IPv4 network, `ADDRESS/PREFIX`: in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, or this machine's own
    /// 127.0.0.0/8. At most 1,024 addresses, so that the prefix is 22 or more.
    #[derive(ToSchema)]
    #[schema(
        pattern = r"^ *((10|127)\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])|172\.(1[6-9]|2[0-9]|3[01])|192\.168)(\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){2}/(2[2-9]|3[0-2]) *$",
        examples("192.168.1.0/24")
    )]
    NetworkRange: |_| Ok(());

    /// The URL of a receiver: `http` or `https`, without a user name, a password and a fragment.
    #[derive(ToSchema)]
    #[schema(
        pattern = r"^https?://[^\x00-\x20\x7f-\x9f/?#@\\]+([/?][^\x00-\x20\x7f-\x9f#\\]*)?$",
        max_length = 2000,
        examples("https://example.com/hook")
    )]
    WebhookUrl: |_| Ok(());

    /// An app whose accounts run tasks, such as `tiktok`.
    #[derive(ToSchema)]
    #[schema(pattern = "^[a-z0-9_-]{1,32}$")]
    App: |text| domain::AppId::new(text).map(drop).map_err(|wrong| format!("{:?} {wrong}", shortened(text)));
}

/// Checks a username by the rule of the domain, and that it is short enough to be shown.
fn username(text: &str) -> Result<(), String> {
    check_name(text)?;
    domain::Username::new(text).map(drop).map_err(|wrong| match wrong {
        domain::InvalidUsername::Empty => wrong.to_string(),
        _ => format!("{:?} {wrong}", shortened(text)),
    })
}

/// Checks that a name can be shown: no control characters and none that hide or reorder others, at most 200 characters.
///
/// # Errors
/// The reason for a client.
pub fn check_name(text: &str) -> Result<(), String> {
    if text.chars().any(char::is_control) {
        return Err(format!("{:?} holds a control character", shortened(text)));
    }
    if !text.chars().all(domain::is_harmless) {
        return Err(format!("{:?} holds a character that hides or reorders others", shortened(text)));
    }
    if text.chars().count() > MAX_NAME {
        return Err(format!("{:?} is longer than {MAX_NAME} characters", shortened(text)));
    }
    Ok(())
}

/// Checks a note: line breaks and tabs, and no other control characters, at most 2,000 characters.
///
/// # Errors
/// The reason for a client.
pub fn check_note(text: &str) -> Result<(), String> {
    if text.chars().any(|letter| letter.is_control() && !"\n\r\t".contains(letter)) {
        return Err(format!("{:?} holds a control character", shortened(text)));
    }
    if text.chars().count() > MAX_NOTE {
        return Err(format!("is longer than {MAX_NOTE} characters"));
    }
    Ok(())
}

fn checked<T, Wrong: fmt::Display>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, Wrong>,
) -> Result<(), String> {
    check_name(text)?;
    parse(text).map(drop).map_err(|wrong| wrong.to_string())
}

/// Describes a package or `null` for each app. utoipa derives no schema for values that may be `null`.
pub(crate) fn packages_schema() -> Schema {
    let package = OneOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::Null))
        .item(Ref::from_schema_name("Package"));
    let each = AdditionalProperties::RefOr(RefOr::T(Schema::OneOf(package.build())));
    let packages = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(
            "The packages of some apps, where an account has none of its own; `null` means the official ones. Other apps \
             keep theirs.",
        ))
        .additional_properties(Some(each));
    Schema::Object(packages.build())
}
