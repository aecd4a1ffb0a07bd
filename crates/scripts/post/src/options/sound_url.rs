//! Whether a sound is written as its name or as the URL of its page.

/// The host of TikTok's pages; its other hosts, such as those of short links, end with it.
const HOST: &str = "tiktok.com";

/// Checks that a sound is a name, or a URL of TikTok's.
pub(crate) fn check_sound_name(sound: &str) -> Result<(), String> {
    page_of(sound).map(drop)
}

/// Returns the URL that opens a sound's page; none if it is a name.
pub(super) fn page_of(sound: &str) -> Result<Option<String>, String> {
    let sound = sound.trim();
    let address = sound.strip_prefix("https://").or_else(|| sound.strip_prefix("http://"));
    let bare = address.unwrap_or(sound);
    let (host, path) = bare.split_once('/').unwrap_or((bare, ""));
    let is_host = host.eq_ignore_ascii_case(HOST)
        || host.to_ascii_lowercase().strip_suffix(HOST).is_some_and(|before| before.ends_with('.'));
    match address {
        Some(_) if !is_host => Err(format!("{sound:?} is no URL of a sound on TikTok")),
        None if !is_host => Ok(None),
        _ if path.trim_matches('/').is_empty() || sound.contains(char::is_whitespace) => {
            Err(format!("{sound:?} is no URL of a sound on TikTok"))
        }
        _ => Ok(Some(format!("https://{bare}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_url_is_a_page_and_anything_else_a_name() {
        for (sound, page) in [
            ("https://www.tiktok.com/music/A-Song-7012345", "https://www.tiktok.com/music/A-Song-7012345"),
            ("http://m.tiktok.com/music/x-7?lang=en", "https://m.tiktok.com/music/x-7?lang=en"),
            (" www.tiktok.com/t/ZT8abc/ ", "https://www.tiktok.com/t/ZT8abc/"),
            ("vm.tiktok.com/ZM8abc", "https://vm.tiktok.com/ZM8abc"),
            ("https://VT.TikTok.com/ZS8abc/", "https://VT.TikTok.com/ZS8abc/"),
            ("tiktok.com/music/x-7", "https://tiktok.com/music/x-7"),
        ] {
            assert_eq!(page_of(sound), Ok(Some(page.to_owned())), "{sound}");
        }
        for name in ["A Song", "AC/DC", "original sound - maker", "nottiktok.com/music/x"] {
            assert_eq!(page_of(name), Ok(None), "{name}");
        }
        for wrong in [
            "https://example.com/music/x-7",
            "https://tiktok.com.example/t/x",
            "tiktok.com",
            "https://tiktok.com/t/a b",
        ] {
            assert!(page_of(wrong).unwrap_err().contains("is no URL of a sound on TikTok"), "{wrong}");
        }
    }
}
