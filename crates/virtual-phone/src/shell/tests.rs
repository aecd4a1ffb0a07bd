//! The shell as a user sees it: a line in, output, errors and an exit status out.

use std::sync::Arc;

use proptest::prelude::*;
use tikmatrix_domain::SystemClock;

use super::interpreter::interpret::{self, STACK_BYTES};
use super::session::Session;
use super::streams::{Input, Output, Streams};
use crate::commands::table::COMMAND_TABLE;
use crate::machine::Machine;

#[derive(Debug, PartialEq, Eq)]
struct Answer {
    output: String,
    errors: String,
    status: u8,
    commands: Vec<Vec<String>>,
}

/// Runs a line on a fresh phone, on a stack like the daemon's.
fn run(line: &str) -> Answer {
    let line = line.to_owned();
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        let machine = Arc::new(Machine::new("virtual-1", 1, Arc::new(SystemClock)));
        let (output, out) = Output::buffer();
        let (error, errors) = Output::buffer();
        let streams = Streams { input: Input::empty(), output, error };
        let mut session = Session::new(Arc::clone(&machine), &COMMAND_TABLE, Arc::default(), 4000, "dumb");
        let status = interpret::run(&mut session, &streams, &line);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (output, errors) = (text(&out.lock()), text(&errors.lock()));
        Answer { output, errors, status, commands: machine.command_log.all() }
    });
    thread.unwrap().join().unwrap()
}

fn output(line: &str) -> String {
    let answer = run(line);
    assert_eq!(answer.errors, "", "{line}");
    answer.output
}

fn ran(answer: &Answer, name: &str) -> bool {
    answer.commands.iter().any(|words| words.first().is_some_and(|first| first == name))
}

#[test]
fn words_quotes_and_expansions_are_those_of_sh() {
    for (line, expected) in [
        ("echo a  b", "a b\n"),
        ("echo 'a  b'\"  c\"", "a  b  c\n"),
        ("x=5; echo \"$x\" '$x' ${x}y", "5 $x 5y\n"),
        ("x='a  b'; echo $x \"$x\"", "a b a  b\n"),
        ("echo \"\" '' | wc -c", "2\n"),
        ("echo $(echo a; echo b) `echo c`", "a b c\n"),
        ("echo ${none:-d} ${#HOME} ${none+x}", "d 1\n"),
        ("f=/a/b.mp4; echo ${f##*/} ${f%.*}", "b.mp4 /a/b\n"),
        ("false; echo $?; true; echo $?", "1\n0\n"),
        ("true && echo yes || echo no", "yes\n"),
        ("! true || echo no", "no\n"),
        ("echo $((2 + 3 * 4))", "14\n"),
        ("for i in 1 2 3; do echo $i; done", "1\n2\n3\n"),
        ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", "3\n"),
        ("for i in 1 2 3; do [ $i = 2 ] && continue; [ $i = 3 ] && break; echo $i; done", "1\n"),
        ("if [ -d /sdcard ]; then echo there; else echo not; fi", "there\n"),
        ("case abc in x) echo x;; a*) echo a;; esac", "a\n"),
        ("f() { echo \"$1-$2\"; return 3; }; f a 'b c'; echo $?", "a-b c\n3\n"),
        ("(cd /data/local/tmp; pwd); pwd", "/data/local/tmp\n/\n"),
        ("cd /sdcard && touch a.mp4 b.mp4 && echo *.mp4 '*.mp4' *.mov", "a.mp4 b.mp4 *.mp4 *.mov\n"),
        ("printf '%s|%5d|%x\\n' a 7 255 b 8 16", "a|    7|ff\nb|    8|10\n"),
        ("echo a | { read x; echo \"<$x>\"; }", "<a>\n"),
        ("set -- a 'b c'; for i in \"$@\"; do echo $i; done; echo $#", "a\nb c\n2\n"),
        ("cat <<END\n$HOME\nEND", "/\n"),
        ("sh -c 'echo $1 $2' name x y", "x y\n"),
        ("echo 1 2 3 | grep -c 2; echo a >/dev/null; type cd", "1\ncd is a shell builtin\n"),
        ("exec </dev/null;echo x; cat", "x\n"),
        ("echo e >&2 2>/dev/null | cat; echo done 2>&1", "done\n"),
    ] {
        let answer = run(line);
        assert_eq!(answer.output, expected, "{line}: {}", answer.errors);
    }
}

#[test]
fn redirections_write_append_and_read_files() {
    assert_eq!(output("cd /data/local/tmp; echo a >x; echo b >>x; cat <x; wc -l x"), "a\nb\n2 x\n");
    assert_eq!(
        output("ls /nowhere 2>/data/local/tmp/e; cat /data/local/tmp/e"),
        "ls: /nowhere: No such file or directory\n"
    );
    assert_eq!(output("ls /nowhere >/data/local/tmp/e 2>&1; wc -l </data/local/tmp/e"), "1\n");
    let refused = run("echo x >/system/x; echo $?");
    assert_eq!(refused.errors, "/system/bin/sh: can't create /system/x: Permission denied\n");
    assert_eq!(refused.output, "1\n");
}

#[test]
fn errors_have_the_texts_and_statuses_of_a_phone() {
    for (line, errors, status) in [
        ("foo", "/system/bin/sh: foo: inaccessible or not found\n", 127),
        ("cat /nowhere", "cat: /nowhere: No such file or directory\n", 1),
        ("rm /nowhere", "rm: /nowhere: No such file or directory\n", 1),
        ("rm -f /nowhere", "", 0),
        ("rm /sdcard/DCIM", "rm: /sdcard/DCIM: Is a directory\n", 1),
        ("mkdir /sdcard/DCIM", "mkdir: '/sdcard/DCIM': File exists\n", 1),
        ("cd /nowhere", "/system/bin/sh: cd: /nowhere: No such file or directory\n", 2),
        ("ls /data", "ls: /data: Permission denied\n", 1),
        ("echo 'open", "/system/bin/sh: no closing quote\n", 1),
        ("exit 300", "", 44),
        (
            "input text '\u{5e9}'",
            "\nException occurred while executing 'text':\njava.lang.NullPointerException: \
          Attempt to get length of null array\n\tat com.android.server.input.InputShellCommand.sendText\
          (InputShellCommand.java:346)\n",
            255,
        ),
        ("ime set a/.B", "Unknown input method a/.B cannot be selected for user #0\n", 255),
        ("am start -n a.b/.C 2>/dev/null", "", 0),
    ] {
        let answer = run(line);
        assert_eq!((answer.errors.as_str(), answer.status), (errors, status), "{line}");
    }
}

#[test]
fn text_that_breaks_out_of_its_quotes_runs_as_a_command() {
    for line in [
        "echo '' ; rm -rf /sdcard; echo ''",
        "echo $(rm -rf /sdcard)",
        "echo \"`rm x`\"",
        "true && rm x",
        "echo a | rm x",
    ] {
        assert!(ran(&run(line), "rm"), "{line}");
    }
    assert!(ran(&run("toybox rm x"), "rm"));
    assert!(ran(&run("sh -c 'rm x'"), "rm"));
}

#[test]
fn lines_that_would_exhaust_the_phone_end_in_an_error() {
    assert!(run("while true; do :; done").errors.contains("too many commands"));
    assert!(
        run("for i in $(echo {1,2} 3 4 5 6 7 8 9 a b c d e f g h i j k); do sleep 9 & done")
            .errors
            .contains("fork")
    );
    assert!(
        run("echo $((99999999999999999999999)) ${99999999999999999999} ~99999999999999999999").status != 0
    );
    assert!(run("f() { f; }; f").errors.contains("nesting too deep"));
    assert!(run("x=aaaaaaaaaa; while true; do x=$x$x$x$x; done").status != 0);
    for open in [
        "(",
        "$(",
        "`",
        "{ ",
        "if ",
        "while ",
        "((",
        "$((",
        "${x:-",
        "\"$(",
        "case x in x) ",
        "(case x in x) ",
        "{ (",
        "if (",
        "(if ",
    ] {
        for depth in [8, 16, 1000] {
            run(&open.repeat(depth));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_line_makes_the_shell_panic(line in "\\PC{0,60}") {
        run(&line.replace("sleep", ""));
    }

    #[test]
    fn no_line_of_shell_symbols_makes_it_panic(line in "[ a-c1-9$(){}\\[\\]`'\"\\\\;&|<>!*?~#=%:+/\n.-]{0,40}") {
        run(&line);
    }
}
