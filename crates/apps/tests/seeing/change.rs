//! Changes of a dump that leave the screen what it is.

/// A change.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    /// Names of people are words of the app, and handles differ.
    Names,
    /// Counts are others.
    Counts,
    /// Everything lies a little lower or higher.
    Places,
    /// Siblings without children come in another order.
    Order,
    /// The resource ids that builds make up are gone.
    Ids,
}

impl Change {
    pub(crate) const ALL: [Self; 5] = [Self::Names, Self::Counts, Self::Places, Self::Order, Self::Ids];

    /// Changes the text of a dump.
    pub(crate) fn of(self, dump: &str, seed: &mut Seed) -> String {
        match self {
            Self::Names => names(dump, seed),
            Self::Counts => counts(dump, seed),
            Self::Places => places(dump, seed),
            Self::Order => order(dump, seed),
            Self::Ids => ids(dump),
        }
    }
}

/// A small generator of numbers.
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678))
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}

/// Words that a person may have for a name, and that the app has on buttons.
const NAMES: [&str; 8] =
    ["Skip", "Following", "Follow", "Not now", "Got it", "Log out", "Kim \u{1f600}", "Verify to continue"];

fn names(dump: &str, seed: &mut Seed) -> String {
    let name = seed.one_of(&NAMES);
    let mut changed = dump.to_owned();
    for known in ["Sample Name", "Sample bio line", "sample bio", "Sample Artist", "Sample Song Title"] {
        changed = changed.replace(known, name);
    }
    for known in ["other_user", "sample_user_2", "sample_user", "sample.user", "user.other", "sample_friend"]
    {
        changed = changed.replace(known, &format!("{}_{}", known.replace('.', "_"), seed.below(1000)));
    }
    changed
}

fn attribute(name: &str, dump: &str, mut change: impl FnMut(&str) -> String) -> String {
    let start = format!(" {name}=\"");
    let mut changed = String::new();
    let mut rest = dump;
    while let Some((before, after)) = rest.split_once(&start) {
        let (value, behind) = after.split_once('"').unwrap();
        changed.push_str(before);
        changed.push_str(&start);
        changed.push_str(&change(value));
        changed.push('"');
        rest = behind;
    }
    changed + rest
}

fn counts(dump: &str, seed: &mut Seed) -> String {
    attribute("text", dump, |text| {
        let is_count = !text.is_empty() && text.chars().all(|it| it.is_ascii_digit());
        if is_count { seed.below(1_000_000).to_string() } else { text.to_owned() }
    })
}

fn places(dump: &str, seed: &mut Seed) -> String {
    let by = i64::try_from(seed.below(41)).unwrap() - 20;
    attribute("bounds", dump, |bounds| {
        let numbers: Vec<i64> =
            bounds.split(['[', ']', ',']).filter_map(|number| number.parse().ok()).collect();
        let [left, top, right, bottom] = numbers[..] else { return bounds.to_owned() };
        let moved = |y: i64| if y == 0 || bottom - top > 1500 { y } else { y + by };
        format!("[{left},{}][{right},{}]", moved(top), moved(bottom))
    })
}

/// Exchanges neighbours of one line each: elements without children.
fn order(dump: &str, seed: &mut Seed) -> String {
    let apart = dump.replace("><", ">\n<");
    let mut lines: Vec<&str> = apart.lines().collect();
    let is_leaf = |line: &str| line.trim_start().starts_with("<node") && line.trim_end().ends_with("/>");
    for at in 1..lines.len() {
        if is_leaf(lines[at - 1]) && is_leaf(lines[at]) && seed.below(2) == 0 {
            lines.swap(at - 1, at);
        }
    }
    lines.join("\n")
}

/// Readable ids have an underscore and stay from build to build.
fn ids(dump: &str) -> String {
    attribute("resource-id", dump, |id| {
        let name = id.rsplit('/').next().unwrap_or_default();
        if name.len() > 5 || id.starts_with("android:") { id.to_owned() } else { String::new() }
    })
}
