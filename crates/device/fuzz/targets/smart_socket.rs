//! What an adb server answers: to a request for its phones, as often as it tells them, and to one that leads on to a phone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tikmatrix_device::adb::server::device_list::{self, ListedPhone};
use tikmatrix_device::adb::server::smart_socket::{AnswerDecoder, SmartSocketError, Verdict};
use tikmatrix_device_fuzz::reads_the_same_in_pieces;

/// What may come next.
#[derive(Default)]
enum Next {
    #[default]
    Verdict,
    Number,
    Texts,
    Reason,
    Nothing,
}

/// One conversation with the server, by the rules of those who ask it.
#[derive(Default)]
struct Conversation {
    answers: AnswerDecoder,
    next: Next,
    /// Whether the first request asks for a number, and is followed by a second one.
    leads_on: bool,
}

#[derive(Debug, PartialEq)]
enum Part {
    Verdict(Verdict),
    Number(u64),
    Phones(String, Vec<ListedPhone>),
}

impl Conversation {
    fn push(&mut self, bytes: &[u8]) {
        self.answers.push(bytes);
    }

    fn next(&mut self) -> Result<Option<Part>, SmartSocketError> {
        let part = match self.next {
            Next::Verdict => self.answers.verdict()?.map(Part::Verdict),
            Next::Number => self.answers.number().map(Part::Number),
            Next::Texts | Next::Reason => self.answers.text()?.map(|text| {
                let phones = device_list::parse(&text);
                assert!(phones.len() <= text.len());
                Part::Phones(text, phones)
            }),
            Next::Nothing => None,
        };
        match (&part, &self.next) {
            (Some(Part::Verdict(Verdict::Fail)), _) => self.next = Next::Reason,
            (Some(Part::Verdict(Verdict::Okay)), _) if self.leads_on => self.next = Next::Number,
            (Some(Part::Verdict(Verdict::Okay)), _) => self.next = Next::Texts,
            (Some(Part::Number(_)), _) => (self.next, self.leads_on) = (Next::Verdict, false),
            (Some(Part::Phones(..)), Next::Reason) => self.next = Next::Nothing,
            _ => {}
        }
        Ok(part)
    }
}

fuzz_target!(|input: &[u8]| {
    for leads_on in [false, true] {
        let new = || Conversation { leads_on, ..Conversation::default() };
        reads_the_same_in_pieces(input, new, Conversation::push, Conversation::next);
    }
});
