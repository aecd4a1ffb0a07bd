//! The examples of every command, and the page of the documentation that describes it. A test goes over all commands: each
//! has an entry whose examples can be read, and whose page exists.

/// What the help adds to one command.
pub(super) struct Facts {
    /// Its name behind the program's; empty for the program itself.
    pub(super) command: &'static str,
    /// The page, from the root of the repository.
    pub(super) page: &'static str,
    /// Command lines, with a comment behind `#` where they need one.
    pub(super) examples: &'static [&'static str],
}

const CLI: &str = "docs/cli.md";
const ACCESS: &str = "docs/access.md";
const ACCOUNTS: &str = "docs/accounts.md";
const DEVICES: &str = "docs/devices.md";
const LICENSING: &str = "docs/licensing.md";
const MATERIALS: &str = "docs/materials.md";
const OPERATIONS: &str = "docs/operations.md";
const TASKS: &str = "docs/tasks.md";
const WEBHOOKS: &str = "docs/webhooks.md";

const fn facts(command: &'static str, page: &'static str, examples: &'static [&'static str]) -> Facts {
    Facts { command, page, examples }
}

pub(super) const FACTS: &[Facts] = &[
    facts("", CLI, &["tikmatrix demo --once", "tikmatrix serve", "tikmatrix task list --status failed"]),
    facts(
        "serve",
        OPERATIONS,
        &[
            "tikmatrix serve --virtual-phones 3             # a first try, without a phone",
            "tikmatrix serve --phone 192.168.0.17:5555      # a phone in the network, beside those on USB",
            "tikmatrix serve --bind 192.168.0.5 --material-root /srv/videos",
        ],
    ),
    facts("demo", "README.md", &["tikmatrix demo --once", "tikmatrix demo --port 50809"]),
    facts("phone", "docs/virtual-phone.md", &["tikmatrix phone --port 5600 --count 4 --control 5599"]),
    facts("ui", "docs/profiles.md", &["tikmatrix ui inspect screen.xml"]),
    facts(
        "ui inspect",
        "docs/profiles.md",
        &["tikmatrix ui inspect screen.xml", "tikmatrix ui inspect --serial 192.168.0.17:5555 --app tiktok"],
    ),
    facts("replay", "docs/tapes.md", &["tikmatrix replay tape.jsonl.gz"]),
    facts("pair", DEVICES, &["tikmatrix pair 192.168.0.17:37123 123456"]),
    facts("license", LICENSING, &["tikmatrix license install example.license"]),
    facts("license keygen", LICENSING, &["tikmatrix license keygen --out vendor.key"]),
    facts(
        "license issue",
        LICENSING,
        &[
            "tikmatrix license issue --key vendor.key --plan team --holder 'Example Ltd' --days 365 --out example.license",
        ],
    ),
    facts(
        "license install",
        LICENSING,
        &["tikmatrix license install example.license --data-dir /var/lib/tikmatrix"],
    ),
    facts("license status", LICENSING, &["tikmatrix license status"]),
    facts("license show", LICENSING, &["tikmatrix license show --json in_force,problem"]),
    facts("token", ACCESS, &["tikmatrix token list"]),
    facts("token create", ACCESS, &["tikmatrix token create uploader --role operator --expires 90d"]),
    facts("token list", ACCESS, &["tikmatrix token list --data-dir /var/lib/tikmatrix"]),
    facts("token revoke", ACCESS, &["tikmatrix token revoke uploader"]),
    facts("token rotate", ACCESS, &["tikmatrix token rotate uploader --grace 24h"]),
    facts("task", CLI, &["tikmatrix task list --status pending", "tikmatrix task show 7"]),
    facts(
        "task create",
        CLI,
        &[
            "tikmatrix task create --script post --serial virtual-1 --script-config @config.json",
            "tikmatrix task create --script follow --username mia --script-config '{\"target_users\": [\"someone\"]}'",
            "cat config.json | tikmatrix task create --script post --serial virtual-1 --script-config @-",
        ],
    ),
    facts(
        "task list",
        CLI,
        &[
            "tikmatrix task list --status failed --all",
            "tikmatrix task list --serial virtual-1 --json id,status_text,remark",
        ],
    ),
    facts("task show", CLI, &["tikmatrix task show 7", "tikmatrix task show 7 --json result"]),
    facts("task log", CLI, &["tikmatrix task log 7"]),
    facts("task stats", CLI, &["tikmatrix task stats"]),
    facts(
        "task wait",
        CLI,
        &["tikmatrix task wait 7 8", "tikmatrix task wait 7 --timeout 10m || echo \"it ended with $?\""],
    ),
    facts(
        "task watch",
        CLI,
        &["tikmatrix task watch", "tikmatrix task watch 7 8 --json id,status_text,step"],
    ),
    facts("task artifacts", CLI, &["tikmatrix task artifacts 7 -d evidence"]),
    facts("task stop", TASKS, &["tikmatrix task stop 7", "tikmatrix task stop --serial virtual-1"]),
    facts(
        "task cancel",
        TASKS,
        &["tikmatrix task cancel 7 8", "tikmatrix task cancel --status pending --script post --dry-run"],
    ),
    facts(
        "task retry",
        TASKS,
        &["tikmatrix task retry 7", "tikmatrix task retry --failure-code device_lost"],
    ),
    facts(
        "task retry-all",
        TASKS,
        &["tikmatrix task retry-all", "tikmatrix task retry-all --code app_changed --since 2h --yes"],
    ),
    facts("task delete", TASKS, &["tikmatrix task delete 7 8", "tikmatrix task delete --status completed"]),
    facts("device", DEVICES, &["tikmatrix device list"]),
    facts(
        "device list",
        DEVICES,
        &["tikmatrix device list --state offline", "tikmatrix device list --json serial,state,reason"],
    ),
    facts("device show", DEVICES, &["tikmatrix device show R58M00ABC"]),
    facts(
        "device change",
        DEVICES,
        &["tikmatrix device change R58M00ABC --name 'rack 1, left' --group left"],
    ),
    facts("device delete", DEVICES, &["tikmatrix device delete R58M00ABC"]),
    facts("device addresses", DEVICES, &["tikmatrix device addresses"]),
    facts("device add", DEVICES, &["tikmatrix device add 192.168.0.17:5555"]),
    facts("device remove", DEVICES, &["tikmatrix device remove 192.168.0.17:5555"]),
    facts("device scan", DEVICES, &["tikmatrix device scan 192.168.0.0/24 --add"]),
    facts("account", ACCOUNTS, &["tikmatrix account list"]),
    facts("account list", ACCOUNTS, &["tikmatrix account list --tag travel"]),
    facts("account show", ACCOUNTS, &["tikmatrix account show 3"]),
    facts(
        "account create",
        ACCOUNTS,
        &["tikmatrix account create @mia.travels --app tiktok --serial R58M00ABC"],
    ),
    facts("account change", ACCOUNTS, &["tikmatrix account change 3 --enabled false --note 'on holiday'"]),
    facts("account delete", ACCOUNTS, &["tikmatrix account delete 3"]),
    facts("account import", ACCOUNTS, &["tikmatrix account import accounts.csv"]),
    facts("account export", ACCOUNTS, &["tikmatrix account export"]),
    facts("material", MATERIALS, &["tikmatrix material upload clip.mp4 --tag summer"]),
    facts("material list", MATERIALS, &["tikmatrix material list --used false --tag summer"]),
    facts("material show", MATERIALS, &["tikmatrix material show 5"]),
    facts("material get", MATERIALS, &["tikmatrix material get 5", "tikmatrix material get 5 clip.mp4"]),
    facts(
        "material upload",
        MATERIALS,
        &["tikmatrix material upload clip.mp4 other.mp4 --tag summer --caption '{Hello|Hi}'"],
    ),
    facts("material change", MATERIALS, &["tikmatrix material change 5 --used true"]),
    facts("material delete", MATERIALS, &["tikmatrix material delete 5"]),
    facts("script", "docs/scripts/post.md", &["tikmatrix script list"]),
    facts("script list", "docs/scripts/post.md", &["tikmatrix script list"]),
    facts(
        "script show",
        "docs/scripts/post.md",
        &["tikmatrix script show post", "tikmatrix script show post --json schema"],
    ),
    facts("group", DEVICES, &["tikmatrix group list"]),
    facts("group list", DEVICES, &["tikmatrix group list"]),
    facts("group show", DEVICES, &["tikmatrix group show left"]),
    facts("group create", DEVICES, &["tikmatrix group create left --note 'the left rack'"]),
    facts("group change", DEVICES, &["tikmatrix group change left --name right"]),
    facts("group delete", DEVICES, &["tikmatrix group delete left"]),
    facts("setting", CLI, &["tikmatrix setting get"]),
    facts("setting get", CLI, &["tikmatrix setting get", "tikmatrix setting get max_retries"]),
    facts("setting set", CLI, &["tikmatrix setting set max_retries=2 random_order=true"]),
    facts("pause", CLI, &["tikmatrix pause"]),
    facts("resume", CLI, &["tikmatrix resume"]),
    facts("event", CLI, &["tikmatrix event watch"]),
    facts(
        "event watch",
        CLI,
        &["tikmatrix event watch --kind task_finished", "tikmatrix event watch --task 7 --json"],
    ),
    facts("version", CLI, &["tikmatrix version"]),
    facts(
        "completions",
        CLI,
        &["tikmatrix completions bash > ~/.local/share/bash-completion/completions/tikmatrix"],
    ),
    facts("man", CLI, &["tikmatrix man ~/.local/share/man/man1"]),
    facts("audit", ACCESS, &["tikmatrix audit list --since 24h"]),
    facts("audit list", ACCESS, &["tikmatrix audit list --since 24h"]),
    facts("webhook", WEBHOOKS, &["tikmatrix webhook list"]),
    facts("webhook list", WEBHOOKS, &["tikmatrix webhook list --json"]),
    facts("webhook show", WEBHOOKS, &["tikmatrix webhook show 1"]),
    facts(
        "webhook create",
        WEBHOOKS,
        &["tikmatrix webhook create https://example.com/tikmatrix --event task.failed,device.lost"],
    ),
    facts("webhook change", WEBHOOKS, &["tikmatrix webhook change 1 --enabled false"]),
    facts("webhook delete", WEBHOOKS, &["tikmatrix webhook delete 1"]),
    facts("webhook test", WEBHOOKS, &["tikmatrix webhook test 1"]),
    facts("webhook deliveries", WEBHOOKS, &["tikmatrix webhook deliveries 1"]),
    facts("webhook redeliver", WEBHOOKS, &["tikmatrix webhook redeliver 1 17"]),
    facts("status", OPERATIONS, &["tikmatrix status"]),
    facts("doctor", OPERATIONS, &["tikmatrix doctor", "tikmatrix doctor --data-dir /var/lib/tikmatrix"]),
    facts("backup", OPERATIONS, &["tikmatrix backup /srv/backup/tikmatrix.zip"]),
    facts(
        "restore",
        OPERATIONS,
        &["tikmatrix restore /srv/backup/tikmatrix.zip --data-dir /var/lib/tikmatrix-restored"],
    ),
    facts("openapi", CLI, &["tikmatrix openapi"]),
];
