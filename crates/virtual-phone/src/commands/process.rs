//! The user, the clock, processes and the machine: `id`, `date`, `sleep`, `ps`, `kill`, `df`, `uname` and the like.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::commands::options::Options;
use crate::shell::session::Invocation;
use crate::system::processes::FIRST_SHELL;

/// The groups of adb's shell, as `adb shell id` prints them on Android 13.
const IDENTITY: &str = "uid=2000(shell) gid=2000(shell) groups=2000(shell),1004(input),1007(log),1011(adb),\
1015(sdcard_rw),1028(sdcard_r),1078(ext_data_rw),1079(ext_obb_rw),3001(net_bt_admin),3002(net_bt),3003(inet),\
3006(net_bw_stats),3009(readproc),3011(uhid),3012(readtracefs) context=u:r:shell:s0";

const MAX_SLEEP: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) fn id(invocation: &mut Invocation<'_>) -> u8 {
    let Ok(options) = Options::read(invocation, "ugGnr", "") else { return 1 };
    let line = match (options.has('u') || options.has('g'), options.has('n')) {
        (true, true) => "shell",
        (true, false) => "2000",
        (false, _) => IDENTITY,
    };
    u8::from(!invocation.print(format!("{line}\n")))
}

pub(crate) fn whoami(invocation: &mut Invocation<'_>) -> u8 {
    u8::from(!invocation.print("shell\n"))
}

pub(crate) fn getenforce(invocation: &mut Invocation<'_>) -> u8 {
    u8::from(!invocation.print("Enforcing\n"))
}

pub(crate) fn uname(invocation: &mut Invocation<'_>) -> u8 {
    let Ok(options) = Options::read(invocation, "asnrvmo", "") else { return 1 };
    let parts = [
        ('s', "Linux"),
        ('n', "localhost"),
        ('r', "5.10.157-android13-4"),
        ('v', "#1 SMP PREEMPT"),
        ('m', "aarch64"),
        ('o', "Toybox"),
    ];
    let none = !parts.iter().any(|(flag, _)| options.has(*flag));
    let wanted = |flag: char| options.has('a') || options.has(flag) || (none && flag == 's');
    let shown: Vec<&str> = parts.iter().filter(|(flag, _)| wanted(*flag)).map(|(_, text)| *text).collect();
    u8::from(!invocation.print(shown.join(" ") + "\n"))
}

/// Sleeps in real time.
pub(crate) fn sleep(invocation: &mut Invocation<'_>) -> u8 {
    let durations = invocation.words();
    if durations.is_empty() {
        return invocation.fail("Needs 1 argument");
    }
    let mut total = Duration::ZERO;
    for word in durations {
        let (number, unit) = match word.strip_suffix(['s', 'm', 'h', 'd']) {
            Some(number) => (number, word.chars().last()),
            None => (word, None),
        };
        let factor = match unit {
            Some('m') => 60.0,
            Some('h') => 3600.0,
            Some('d') => 86400.0,
            _ => 1.0,
        };
        let Some(seconds) = number.parse::<f64>().ok().filter(|seconds| *seconds >= 0.0) else {
            return invocation.fail(format!("bad time: '{word}'"));
        };
        let one = Duration::try_from_secs_f64(seconds * factor).unwrap_or(MAX_SLEEP);
        total = total.saturating_add(one).min(MAX_SLEEP);
    }
    invocation.session.stop.sleep(total);
    0
}

pub(crate) fn date(invocation: &mut Invocation<'_>) -> u8 {
    let Ok(options) = Options::read(invocation, "u", "d") else { return 1 };
    let now = match options.value('d').and_then(|text| text.strip_prefix('@')) {
        Some(seconds) => {
            let Some(time) = seconds.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            else {
                return invocation.fail(format!("bad date '@{seconds}'"));
            };
            time
        }
        None => invocation.machine().now(),
    };
    let format = options.operands.iter().find_map(|operand| operand.strip_prefix('+'));
    let text = format_time(now, format.unwrap_or("%a %b %e %H:%M:%S %Z %Y"));
    u8::from(!invocation.print(text + "\n"))
}

/// Formats like `strftime`; an unknown letter stays as it is.
fn format_time(now: DateTime<Utc>, format: &str) -> String {
    use chrono::format::{Item, StrftimeItems};
    let items: Vec<Item<'_>> = StrftimeItems::new(format).collect();
    if items.iter().any(|item| matches!(item, Item::Error)) {
        return format.to_owned();
    }
    now.format_with_items(items.into_iter()).to_string().replace("+0000", "UTC")
}

pub(crate) fn uptime(invocation: &mut Invocation<'_>) -> u8 {
    let seconds = invocation.machine().uptime().as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let now = invocation.machine().now().format("%H:%M:%S");
    u8::from(
        !invocation
            .print(format!(" {now} up {hours}:{minutes:02},  0 users,  load average: 0.08, 0.05, 0.01\n")),
    )
}

pub(crate) fn env(invocation: &mut Invocation<'_>) -> u8 {
    if let Some(name) = invocation.arguments.first() {
        return match invocation.session.variable(name) {
            Some(value) => u8::from(!invocation.print(value + "\n")),
            None => 1,
        };
    }
    let lines: String =
        invocation.session.variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    u8::from(!invocation.print(lines))
}

pub(crate) fn ps(invocation: &mut Invocation<'_>) -> u8 {
    let mut text = String::from("USER           PID  PPID     VSZ    RSS WCHAN            ADDR S NAME\n");
    let shell = invocation.session.process;
    let mut line = |user: &str, process: u32, parent: u32, name: &str| {
        text.extend([format!(
            "{user:<12} {process:>5} {parent:>5} 2000000  90000 0                   0 S {name}\n"
        )]);
    };
    line("root", 1, 0, "init");
    line("system", 612, 1, "system_server");
    line("shell", 701, 1, "adbd");
    for (index, name) in (1500..).zip(invocation.machine().running_apps()) {
        line("u0_a100", index, 300, &name);
    }
    line("shell", shell, 701, "sh");
    line("shell", shell + 1, shell, "ps");
    u8::from(!invocation.print(text))
}

/// Kills shells. The shell's user may not signal the processes of the system and of apps.
pub(crate) fn kill(invocation: &mut Invocation<'_>) -> u8 {
    let processes = invocation.words().into_iter().filter(|word| !word.starts_with('-'));
    let mut status = 0;
    for word in processes {
        let message = match word.parse::<u32>() {
            Ok(process) if invocation.machine().processes.kill(process) => continue,
            Ok(process) if process < FIRST_SHELL => "Operation not permitted",
            Ok(_) => "No such process",
            Err(_) => "arguments must be jobs or process IDs",
        };
        invocation.session.print_error(invocation.streams, &format!("kill: {word}: {message}"));
        status = 1;
    }
    status
}

pub(crate) fn df(invocation: &mut Invocation<'_>) -> u8 {
    let (used, capacity) = {
        let files = invocation.files();
        (files.space().used().div_ceil(1024), files.space().capacity() / 1024)
    };
    let free = capacity.saturating_sub(used);
    let share = (used * 100).checked_div(capacity).unwrap_or(0);
    u8::from(!invocation.print(format!(
        "Filesystem     1K-blocks   Used Available Use% Mounted on\n\
         /dev/fuse      {capacity:>9} {used:>6} {free:>9} {share:>3}% /storage/emulated\n"
    )))
}
