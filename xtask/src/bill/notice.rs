//! The notice: who made what is in the image, and on which terms it is passed on.

use std::collections::BTreeMap;

use super::{BILL, Bill, Component, LICENCE, Licence, Terms};

const RULE: &str = "------------------------------------------------------------------------";

pub(super) fn write(bill: &Bill) -> String {
    let mut notice = Notice { text: head(bill), numbers: BTreeMap::new() };
    let mut heading = "";
    for component in &bill.components {
        if heading != component.kind.heading() {
            heading = component.kind.heading();
            notice.line(&format!("\n{heading}\n"));
        }
        notice.component(component);
    }
    notice.with_texts()
}

fn head(bill: &Bill) -> String {
    format!(
        "NOTICE of {} {}\n\nStoreyard's own files in this image are under the licence {LICENCE}.\n\
        What others made follows, each with its version, its licence, and where its terms are:\n\
        a file of this image, or a text at the end of this one. For programs, the same is in\n{BILL}.\n",
        bill.title, bill.version
    )
}

struct Notice<'a> {
    text: String,
    numbers: BTreeMap<&'a str, usize>,
}

impl<'a> Notice<'a> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn component(&mut self, component: &'a Component) {
        let licence = match &component.licence {
            Licence::Spdx(expression) => format!("{expression}, "),
            Licence::Named(names) => format!("{}, ", names.join("; ")),
            Licence::InTerms => String::new(),
        };
        let terms = self.terms(&component.terms);
        self.line(&format!("{} {}: {licence}{terms}", component.name, component.version));
    }

    fn terms(&mut self, terms: &'a Terms) -> String {
        match terms {
            Terms::File(path) => path.clone(),
            Terms::Texts(texts) => {
                let numbers: Vec<String> = texts.0.iter().map(|text| self.number(text)).collect();
                numbers.join(" ")
            }
        }
    }

    fn number(&mut self, text: &'a str) -> String {
        let next = self.numbers.len() + 1;
        format!("[{}]", self.numbers.entry(text).or_insert(next))
    }

    fn with_texts(self) -> String {
        let Self { text: mut notice, numbers } = self;
        let mut texts: Vec<(usize, &str)> =
            numbers.into_iter().map(|(text, number)| (number, text)).collect();
        texts.sort_unstable();
        for (number, text) in texts {
            notice.push_str(&format!("\n{RULE}\n[{number}]\n\n{text}\n"));
        }
        notice
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bill::{Kind, Texts};

    #[test]
    fn a_text_that_several_share_is_told_once() {
        let part = |name: &str, terms| Component {
            kind: Kind::Crate,
            name: name.into(),
            version: "1.0.0".into(),
            licence: Licence::Spdx("MIT".into()),
            terms,
        };
        let shared = Terms::Texts(Texts(["Do as you like.".to_owned()].into()));
        let notice = Bill::new(
            "storeyard-test".into(),
            "0.1.0".into(),
            vec![part("a", shared.clone()), part("b", shared), part("c", Terms::File("/usr/share/c".into()))],
        )
        .to_notice();
        for line in ["Rust crates", "a 1.0.0: MIT, [1]", "b 1.0.0: MIT, [1]", "c 1.0.0: MIT, /usr/share/c"] {
            assert!(notice.lines().any(|found| found == line), "{line} is not in {notice}");
        }
        assert_eq!(notice.matches("Do as you like.").count(), 1);
    }
}
