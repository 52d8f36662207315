//! The README's page on k3s: its commands as they stand there, with names of one's own put in.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

const HEADING: &str = "## On the k3s you have";

#[derive(Debug)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// # Errors
    /// The README has no such page.
    pub(super) fn read(checkout: &Path) -> Result<Self> {
        let text = fs::read_to_string(checkout.join("README.md")).context("README.md cannot be read")?;
        Self::of(&text)
    }

    fn of(text: &str) -> Result<Self> {
        let (_, rest) = text.split_once(HEADING).with_context(|| format!("README.md has no “{HEADING}”"))?;
        let page = rest.split("\n## ").next().unwrap_or_default();
        Ok(Self { text: page.to_owned() })
    }

    /// The commands below the paragraph that begins with this, in that order; a paragraph has one block of them or more.
    ///
    /// # Errors
    /// There is no such paragraph, or it has no commands.
    pub(super) fn blocks(&self, title: &str) -> Result<Vec<String>> {
        let mut blocks: Vec<String> = Vec::new();
        let mut is_inside = false;
        for line in self.paragraph(title)?.lines() {
            let Some(command) = line.strip_prefix("    ") else {
                is_inside = false;
                continue;
            };
            match blocks.last_mut().filter(|_| is_inside) {
                Some(block) => *block = format!("{block}\n{command}"),
                None => blocks.push(command.to_owned()),
            }
            is_inside = true;
        }
        if blocks.is_empty() { missing(title) } else { Ok(blocks) }
    }

    /// The first command in the paragraph's own lines.
    ///
    /// # Errors
    /// As [`Page::blocks`].
    pub(super) fn command(&self, title: &str, program: &str) -> Result<String> {
        let codes = self.paragraph(title)?.split('`').skip(1).step_by(2);
        let mut commands = codes.filter(|code| code.split_whitespace().next() == Some(program));
        commands.next().map_or_else(|| missing(title), |command| Ok(command.to_owned()))
    }

    fn paragraph(&self, title: &str) -> Result<&str> {
        let start = self.text.find(&format!("\n**{title}")).map(|at| at + 1);
        let rest = start.map(|start| &self.text[start..]);
        let rest = rest.with_context(|| format!("{HEADING} has no “**{title}”"))?;
        Ok(rest.split("\n**").next().unwrap_or_default())
    }
}

fn missing<T>(title: &str) -> Result<T> {
    anyhow::bail!("“**{title}” of {HEADING} has no such commands")
}

/// Puts in what stands for each word that is named, and leaves all between words as it is.
pub(super) fn fill(commands: &str, words: &[(&str, String)]) -> String {
    let pieces = commands.split_inclusive(char::is_whitespace).map(|piece| {
        let word = piece.trim_end();
        let own = words.iter().find(|(name, _)| *name == word).map_or(word, |(_, own)| own);
        format!("{own}{}", &piece[word.len()..])
    });
    pieces.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# A\n\n    no\n\n## On the k3s you have\n\n**One.** Say `x` or `kubectl get a`.\n\n    a --b \\\n      c\n    d | e\n\nElse:\n\n    f\n\n**Two.**\n\n    g\n\n## B\n\n**Three.**\n\n    no\n";

    #[test]
    fn commands_are_those_of_the_paragraph_that_is_named() {
        let page = Page::of(README).unwrap();
        assert_eq!(page.blocks("One.").unwrap(), ["a --b \\\n  c\nd | e", "f"]);
        assert_eq!(page.blocks("Two.").unwrap(), ["g"]);
        assert_eq!(page.command("One.", "kubectl").unwrap(), "kubectl get a");
        assert!(page.blocks("Three.").is_err() && page.command("Two.", "kubectl").is_err());
    }

    #[test]
    fn the_page_has_all_commands_that_are_run() {
        let page = Page::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
        let counts = [("Install.", 1), ("By helm alone", 1), ("Backup.", 1), ("Uninstall.", 2)];
        for (title, count) in counts {
            assert_eq!(page.blocks(title).unwrap().len(), count, "{title}");
        }
        assert!(page.command("First store.", "kubectl").unwrap().contains("docs/store.yaml"));
    }

    #[test]
    fn only_whole_words_are_replaced() {
        let words = [("storeyard", "mine".to_owned()), ("my-k3s", "here --name mine".to_owned())];
        let filled = fill("up my-k3s \\\n  -n storeyard  storeyard.yaml", &words);
        assert_eq!(filled, "up here --name mine \\\n  -n mine  storeyard.yaml");
    }
}
