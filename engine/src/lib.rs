//! What an `engine.yaml` says: everything that Storeyard has to know of a chart to make stores of it, to fence them, and to ask whether they
//! answer. Pure: no I/O, no clock, no randomness.
//!
//! Reading order: [`part`] and [`size`] (what a store is made of), [`secret`] and [`values`] (what the chart is given), [`probe`] (when its shop
//! answers), [`option`] (what whoever runs the platform may choose), [`action`] (what can be done in a part); then `file`, how it is
//! written, `names`, what countries and currencies are called for all of them, and `check`, what has to hold of it.

pub mod action;
mod check;
mod error;
mod file;
mod names;
pub mod option;
pub mod part;
pub mod placeholder;
pub mod probe;
pub mod secret;
pub mod size;
pub mod values;

use std::collections::BTreeMap;

use store::{
    AccountRule, MailMode, Options as Chosen, PlanName, Question, Text,
    question::{self, OptionsError},
};

pub use self::{
    action::{Action, Verb},
    error::EngineError,
    option::{Choice, Declared, Options, When},
    part::{Part, Volume},
    probe::Probe,
    secret::Secret,
    size::{Disk, Resources, Sizes},
    values::{Facts, Template},
};

/// A kind of shop: a chart, and how to live with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Engine {
    name: Name,
    /// What it is called under some options instead.
    variants: Vec<(When, Name)>,
    /// Where the shop's administration is, below its address.
    pub admin_path: String,
    /// How its administrator is named.
    pub account: AccountRule,
    /// Names of the images that the platform's configuration has to give.
    pub images: Vec<String>,
    /// What the platform's configuration may choose, and what holds where it does not.
    pub options: Declared,
    pub notes: Vec<Note>,
    /// What the form asks of each store.
    asks: Vec<(When, Question)>,
    /// In the order in which they come up.
    pub parts: Vec<Part>,
    pub volumes: Vec<Volume>,
    pub plans: BTreeMap<PlanName, Sizes>,
    /// Keys of the Secret that the chart reads.
    pub secrets: Vec<Secret>,
    pub values: Template,
    /// How a shop is asked under some options, and how under all others.
    exceptions: Vec<Probe>,
    probe: Probe,
    pub actions: BTreeMap<Verb, Action>,
}

/// What people read of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    title: String,
    /// One line for whoever chooses.
    summary: Text,
}

/// What somebody who chooses the engine, or has a store of it, has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub when: When,
    /// How mail leaves the stores that it is about; none where it is about all.
    pub mail: Option<MailMode>,
    pub text: Text,
}

impl Engine {
    /// # Errors
    /// The text is not understood, or what it says cannot be; the error tells where and why.
    pub fn parse(text: &str) -> Result<Self, EngineError> {
        let file: file::File = serde_saphyr::from_str(text)?;
        check::engine(file)
    }

    /// What there is of it under these options.
    #[must_use]
    pub fn under(mut self, options: &Options) -> Self {
        self.parts.retain(|part| part.when.holds(options));
        let parts = &self.parts;
        for sizes in self.plans.values_mut() {
            sizes.parts.retain(|name, _| parts.iter().any(|part| part.name == *name));
        }
        self
    }

    pub fn title(&self, options: &Options) -> &str {
        &self.name(options).title
    }

    /// One line for whoever chooses.
    pub fn summary(&self, options: &Options) -> &Text {
        &self.name(options).summary
    }

    /// The first name that fits.
    fn name(&self, options: &Options) -> &Name {
        self.variants.iter().find(|(when, _)| when.holds(options)).map_or(&self.name, |(_, name)| name)
    }

    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// The parts that reach this one.
    pub fn reaching<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = &'a Part> {
        self.parts.iter().filter(|other| other.reaches.contains(&part.name))
    }

    /// Whether any of its parts may reach beyond its store.
    pub fn has_egress(&self) -> bool {
        self.parts.iter().any(|part| part.egress)
    }

    /// Whether its shops can be run without what their owners brought: its chart is told when that is wanted.
    pub fn has_safe_mode(&self) -> bool {
        self.values.has(&values::Placeholder::SafeMode)
    }

    /// Whether any of its parts sends mail.
    pub fn has_mail(&self) -> bool {
        self.parts.iter().any(|part| part.mail)
    }

    /// The notes that hold under these options where mail leaves so.
    pub fn notes(&self, options: &Options, mail: MailMode) -> impl Iterator<Item = &Text> {
        let holds = move |note: &&Note| note.when.holds(options) && note.mail.is_none_or(|of| of == mail);
        self.notes.iter().filter(holds).map(|note| &note.text)
    }

    /// What the form asks of each store under these options.
    pub fn questions(&self, options: &Options) -> impl Iterator<Item = &Question> {
        self.asks.iter().filter(|(when, _)| when.holds(options)).map(|(_, question)| question)
    }

    /// An answer to each question, also to one that is not asked: what was chosen, or else the default.
    ///
    /// # Errors
    /// What was chosen is not offered.
    pub fn settled(&self, chosen: &Chosen) -> Result<Chosen, OptionsError> {
        question::settled(self.asks.iter().map(|(_, question)| question), chosen)
    }

    /// How a shop is asked under these options: the first way that fits.
    pub fn probe(&self, options: &Options) -> &Probe {
        self.exceptions.iter().find(|probe| probe.when.holds(options)).unwrap_or(&self.probe)
    }
}
