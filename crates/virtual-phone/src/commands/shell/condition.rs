//! `test` and `[`: the POSIX conditions.

use crate::shell::session::Invocation;

/// `[ … ]`
pub(crate) fn bracket(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    match words.split_last() {
        Some((&"]", words)) => status(invocation, words),
        _ => {
            invocation.session.print_error(invocation.streams, "[: missing ]");
            2
        }
    }
}

/// `test …`
pub(crate) fn test(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    status(invocation, &words)
}

fn status(invocation: &Invocation<'_>, words: &[&str]) -> u8 {
    let mut reader = Reader { invocation, words, at: 0 };
    let answer = if words.is_empty() { Ok(false) } else { reader.any() };
    match answer {
        Ok(_) if reader.at < words.len() => {
            complain(invocation, words[reader.at], "unexpected operator/operand")
        }
        Ok(truth) => u8::from(!truth),
        Err((word, message)) => complain(invocation, &word, message),
    }
}

fn complain(invocation: &Invocation<'_>, word: &str, message: &str) -> u8 {
    invocation.session.print_error(invocation.streams, &format!("{}: {word}: {message}", invocation.name));
    2
}

type Truth = Result<bool, (String, &'static str)>;

struct Reader<'a, 'b> {
    invocation: &'a Invocation<'b>,
    words: &'a [&'a str],
    at: usize,
}

impl Reader<'_, '_> {
    fn any(&mut self) -> Truth {
        let mut truth = self.all()?;
        while self.next_is("-o") {
            truth |= self.all()?;
        }
        Ok(truth)
    }

    fn all(&mut self) -> Truth {
        let mut truth = self.not()?;
        while self.next_is("-a") {
            truth &= self.not()?;
        }
        Ok(truth)
    }

    fn not(&mut self) -> Truth {
        let mut inverted = false;
        while self.words.len() - self.at > 1 && self.next_is("!") {
            inverted = !inverted;
        }
        Ok(self.one()? != inverted)
    }

    fn one(&mut self) -> Truth {
        let rest = &self.words[self.at.min(self.words.len())..];
        match *rest {
            [left, operator, right, ..] if is_binary(operator) => {
                self.at += 3;
                binary(left, operator, right)
            }
            [operator, operand, ..] if is_unary(operator) => {
                self.at += 2;
                Ok(self.unary(operator, operand))
            }
            [word, ..] => {
                self.at += 1;
                Ok(!word.is_empty())
            }
            [] => Err((String::new(), "unexpected end of expression")),
        }
    }

    fn next_is(&mut self, word: &str) -> bool {
        let found = self.words.get(self.at) == Some(&word);
        self.at += usize::from(found);
        found
    }

    fn unary(&self, operator: &str, operand: &str) -> bool {
        match operator {
            "-n" => return !operand.is_empty(),
            "-z" => return operand.is_empty(),
            _ => {}
        }
        let files = self.invocation.files();
        let path = self.invocation.path(operand);
        let Ok(found) = files.metadata(&path, !matches!(operator, "-L" | "-h")) else { return false };
        match operator {
            "-d" => found.is_directory(),
            "-f" => found.is_file(),
            "-L" | "-h" => found.is_link(),
            "-s" => found.size > 0,
            "-r" => files.list(&path).is_ok() || files.read(&path).is_ok(),
            "-x" => found.mode & 0o111 != 0,
            _ => true,
        }
    }
}

fn is_unary(operator: &str) -> bool {
    matches!(operator, "-n" | "-z" | "-d" | "-e" | "-f" | "-L" | "-h" | "-s" | "-r" | "-w" | "-x")
}

fn is_binary(operator: &str) -> bool {
    matches!(operator, "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge")
}

fn binary(left: &str, operator: &str, right: &str) -> Truth {
    match operator {
        "=" | "==" => return Ok(left == right),
        "!=" => return Ok(left != right),
        "<" => return Ok(left < right),
        ">" => return Ok(left > right),
        _ => {}
    }
    let number = |word: &str| word.trim().parse::<i64>().map_err(|_| (word.to_owned(), "bad number"));
    let (left, right) = (number(left)?, number(right)?);
    Ok(match operator {
        "-eq" => left == right,
        "-ne" => left != right,
        "-lt" => left < right,
        "-le" => left <= right,
        "-gt" => left > right,
        _ => left >= right,
    })
}
