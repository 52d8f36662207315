//! What a measure has to know of one kind of shop: how the form asks for it, of which parts it is, and when it answers.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use engine::option::Options;
use engine::probe::{Answer, Header};
use engine::{Engine, Probe};
use serde_json::{Value, json};
use store::AccountRule;

use super::shop;
use crate::interrupt;
use crate::trial::Trial;

const SHOP_ANSWERS: Duration = Duration::from_secs(240);
const EMAIL: &str = "ada@bench.example";

#[derive(Debug)]
pub(super) struct Kind {
    /// The engine, and its chart's folder.
    pub(super) name: String,
    engine: Engine,
    options: Options,
}

impl Kind {
    /// Each that the trial offers.
    ///
    /// # Errors
    /// What the engine says of itself cannot be read.
    pub(super) fn all(trial: &Trial) -> Result<Vec<Self>> {
        trial.references().engines().map(|name| Self::of(trial, name)).collect()
    }

    /// # Errors
    /// What the engine says of itself cannot be read.
    pub(super) fn of(trial: &Trial, name: &str) -> Result<Self> {
        let file = format!("{}/engine.yaml", chart(name));
        let text = fs::read_to_string(&file).with_context(|| format!("{file} cannot be read"))?;
        let engine = Engine::parse(&text).with_context(|| file)?;
        let options = engine.options.settled(&serde_json::from_value(trial.references().options(name))?)?;
        Ok(Self { name: name.to_owned(), engine: engine.under(&options), options })
    }

    pub(super) fn chart(&self) -> String {
        chart(&self.name)
    }

    /// What a browser without a script posts. A password is in it.
    pub(super) fn form(&self, title: &str, request: u128) -> String {
        let user = self.user().map(|user| format!("&user={user}")).unwrap_or_default();
        format!(
            "request={request:032x}&name={}&engine={}&plan=small&email={}{user}&password=bench-{request:x}",
            title.replace(' ', "+"),
            self.name,
            EMAIL.replace('@', "%40"),
        )
    }

    /// The same as a Store has it.
    pub(super) fn spec(&self, title: &str) -> Value {
        let mut admin = json!({"email": EMAIL});
        if let Some(user) = self.user() {
            admin["user"] = user.into();
        }
        json!({"title": title, "engine": self.name, "plan": "small", "admin": admin})
    }

    fn user(&self) -> Option<&'static str> {
        match self.engine.account {
            AccountRule::UserName => Some("ada"),
            AccountRule::Email => None,
        }
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        self.engine.parts.iter().map(|part| part.name.as_str())
    }

    /// The path of what answers last, for which nothing secret is needed.
    pub(super) fn path(&self) -> &str {
        self.probe().all().last().map_or("/", |probe| &probe.path)
    }

    /// What a shop is asked until it answers as one, as the operator does. `secret` tells what stands under a key of the store's Secret.
    ///
    /// # Errors
    /// A key is not there.
    pub(super) fn questions(
        &self,
        host: &str,
        secret: impl Fn(&str) -> Result<String>,
    ) -> Result<Vec<Question<'_>>> {
        let mut questions = Vec::new();
        for probe in self.probe().all() {
            let url = format!("http://{host}{}", probe.path);
            questions.push(Question { probe, url, headers: headers(probe, &secret)? });
        }
        Ok(questions)
    }

    fn probe(&self) -> &Probe {
        self.engine.probe(&self.options)
    }
}

/// One request of a shop, and what its answer means.
#[derive(Debug)]
pub(super) struct Question<'a> {
    probe: &'a Probe,
    url: String,
    /// One to a line; they may be secret.
    headers: String,
}

/// Asks in turn until each is answered as by a shop.
///
/// # Errors
/// One is not in time, or cannot be asked.
pub(super) fn await_answers(questions: &[Question<'_>]) -> Result<()> {
    let started = Instant::now();
    for Question { probe, url, headers } in questions {
        loop {
            let read = shop::read(url, headers)?;
            let answer = Answer { status: read.status, headers: &read.headers, body: &read.body };
            let Err(why) = probe.judge(answer) else { break };
            if started.elapsed() > SHOP_ANSWERS {
                bail!("{url} did not answer as a shop within {} s: {why}", SHOP_ANSWERS.as_secs());
            }
            interrupt::sleep(Duration::from_millis(100))?;
        }
    }
    Ok(())
}

fn headers(probe: &Probe, secret: impl Fn(&str) -> Result<String>) -> Result<String> {
    let lines = probe.headers.iter().map(|(name, header)| match header {
        Header::Text(text) => Ok(format!("{name}: {text}\n")),
        Header::Secret(key) => Ok(format!("{name}: {}\n", secret(key)?)),
    });
    lines.collect()
}

fn chart(engine: &str) -> String {
    format!("{}/charts/{engine}", env!("CARGO_MANIFEST_DIR").trim_end_matches("/xtask"))
}
