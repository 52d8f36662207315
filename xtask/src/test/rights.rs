//! The rights of the platform's accounts, tried one by one against the API server: `charts/platform/ci/rights.txt` is the table. And what
//! its processes reach. Nothing is kept of what is tried; the namespaces that it takes are removed.

mod egress;
mod object;

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::tally::Tally;
use crate::cluster::Cluster;
use crate::command::{self, Running};
use crate::env::Env;
use crate::interrupt;
use crate::progress::Step;
use crate::trial::Trial;
use object::{Object, Verb};

const TABLE: &str = "charts/platform/ci/rights.txt";
const STORE: &str = "store-rights-00000";
/// As a store of another platform has it.
const FOREIGN: &str = "store-foreign-00000";
/// As a store of this platform has it, but for what says which pods it admits.
const LAX: &str = "store-lax-00000";
const GONE: &str = "120s";
const PROXY_UP: Duration = Duration::from_secs(20);

/// # Errors
/// The table cannot be read, or the cluster does not answer.
pub(super) fn run(env: &Env, trial: &Trial) -> Result<Tally> {
    let names = Names { platform: trial.namespace() };
    let table = fs::read_to_string(env.paths.checkout.join(TABLE))
        .with_context(|| format!("{TABLE} cannot be read"))?;
    let rows =
        table.lines().filter_map(|line| Row::parse(line, &names).transpose()).collect::<Result<Vec<_>>>()?;
    env.reporter.step(&format!("{} rights of the platform's accounts", rows.len()), "test-rights", |step| {
        step.detail("making the namespaces");
        prepare(trial.cluster(), &names)?;
        let mut api = Api::open(env, trial.cluster())?;
        let tally = try_all(&rows, &api, &names, step).and_then(|tally| try_ways_out(trial, tally, step));
        api.proxy.end()?;
        step.detail("removing the namespaces");
        remove(trial.cluster(), &names)?;
        tally
    })
}

fn try_all(rows: &[Row], api: &Api, names: &Names, step: &Step) -> Result<Tally> {
    let mut tally = Tally::default();
    for row in rows {
        interrupt::check()?;
        step.detail(&row.line);
        match row.try_with(api, names) {
            Ok(()) => tally.pass(),
            Err(error) => tally.fail(format!("right {}: {error:#}", row.line)),
        }
    }
    Ok(tally)
}

fn try_ways_out(trial: &Trial, mut tally: Tally, step: &Step) -> Result<Tally> {
    for (process, target, expected) in egress::REACHES {
        interrupt::check()?;
        let way = format!("way from {process} to {target:?}");
        step.detail(&way);
        match egress::check(trial, process, target, expected) {
            Ok(()) => tally.pass(),
            Err(error) => tally.fail(format!("{way}: {error:#}")),
        }
    }
    Ok(tally)
}

/// The store's namespace is made with the operator's own rights, as it makes one.
fn prepare(cluster: &Cluster, names: &Names) -> Result<()> {
    let foreign = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": FOREIGN,
        "labels": {"storeyard.dev/store": "foreign-00000", "storeyard.dev/platform": "another"}}});
    let lax = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": LAX,
        "labels": {"storeyard.dev/store": "lax-00000", "storeyard.dev/platform": names.platform}}});
    cluster.apply(&foreign.to_string())?;
    cluster.apply(&lax.to_string())?;
    for object in
        [Object::new("namespaces", "", STORE), Object::new("rolebindings", STORE, &names.store_manager())]
    {
        let manifest = object?.manifest(names).to_string();
        let mut apply = as_operator(cluster, names);
        command::output_with_input(apply.args(["apply", "--server-side", "-f", "-"]), Some(&manifest))?;
    }
    Ok(())
}

fn remove(cluster: &Cluster, names: &Names) -> Result<()> {
    command::output(cluster.kubectl().args(["delete", "namespace", FOREIGN, LAX, "--timeout", GONE]))?;
    command::output(as_operator(cluster, names).args(["delete", "namespace", STORE, "--timeout", GONE]))
        .map(drop)
}

fn as_operator(cluster: &Cluster, names: &Names) -> Command {
    let mut kubectl = cluster.kubectl();
    kubectl.args(["--as", &names.account("operator")]);
    kubectl
}

/// What the table's placeholders stand for.
struct Names<'a> {
    platform: &'a str,
}

impl Names<'_> {
    /// The chart's release has the name of its namespace in a trial.
    fn account(&self, process: &str) -> String {
        format!("system:serviceaccount:{0}:{0}-{process}", self.platform)
    }

    fn cluster_name(&self) -> String {
        format!("{0}-{0}", self.platform)
    }

    fn store_manager(&self) -> String {
        format!("{}-store-manager", self.cluster_name())
    }

    fn fill(&self, word: &str) -> String {
        let filled = word
            .replace("{platform}", self.platform)
            .replace("{store}", STORE)
            .replace("{foreign}", FOREIGN)
            .replace("{lax}", LAX)
            .replace("{store-manager}", &self.store_manager())
            .replace("{cluster-name}", &self.cluster_name());
        if filled == "-" { String::new() } else { filled }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    account: String,
    verb: Verb,
    object: Object,
    allowed: bool,
    /// Merged into what is sent.
    particular: Option<Value>,
    line: String,
}

impl Row {
    /// Nothing for a line that is empty or a comment.
    fn parse(line: &str, names: &Names) -> Result<Option<Self>> {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.first().is_none_or(|word| word.starts_with('#')) {
            return Ok(None);
        }
        let (row, particular) = match &words[..] {
            [row @ .., json] if json.starts_with('{') => (row, Some(*json)),
            row => (row, None),
        };
        let &[account, verb, resource, namespace, name, outcome] = row else {
            bail!("{TABLE} has a line that is not six words, or these and an object: {line}");
        };
        let particular = particular.map(|json| serde_json::from_str(&names.fill(json)));
        let allowed = match outcome {
            "allowed" => true,
            "refused" => false,
            _ => bail!("{TABLE} has an outcome that is neither “allowed” nor “refused”: {line}"),
        };
        Ok(Some(Self {
            account: names.account(account),
            verb: Verb::parse(verb)?,
            object: Object::new(resource, &names.fill(namespace), &names.fill(name))?,
            allowed,
            particular: particular
                .transpose()
                .with_context(|| format!("{TABLE} has no JSON there: {line}"))?,
            line: words.join(" "),
        }))
    }

    fn body(&self, names: &Names) -> String {
        let particular = self.particular.as_ref();
        match self.verb {
            Verb::Create => {
                let mut manifest = self.object.manifest(names);
                if let Some(particular) = particular {
                    object::merge(&mut manifest, particular);
                }
                manifest.to_string()
            }
            Verb::Patch => {
                let label = json!({"metadata": {"labels": {"probe": "probe"}}});
                particular.unwrap_or(&label).to_string()
            }
            Verb::Get | Verb::List | Verb::Watch | Verb::Delete => String::new(),
        }
    }

    /// Path and parameters.
    fn address(&self) -> String {
        // What is streamed cannot be tried without being kept; there is no pod of that name.
        let parameters = if self.object.is_streamed() { "command=true" } else { self.verb.parameters() };
        format!("{}?{parameters}", self.object.path(self.verb))
    }

    fn try_with(&self, api: &Api, names: &Names) -> Result<()> {
        let (status, answer) = api.ask(&self.account, self.verb, &self.address(), &self.body(names))?;
        let was_allowed = match status {
            // What is not there, or there already, was looked for with the right to do so.
            200 | 201 | 404 | 409 => true,
            403 => false,
            _ => bail!("the API server answered {status}: {answer}"),
        };
        if was_allowed != self.allowed {
            bail!("the API server answered {status}: {answer}");
        }
        Ok(())
    }
}

/// The API server behind a `kubectl proxy`, which lends its administrator's right to speak for others.
struct Api {
    proxy: Running,
    socket: String,
}

impl Api {
    fn open(env: &Env, cluster: &Cluster) -> Result<Self> {
        let socket = env.paths.stage().join("api.sock");
        fs::create_dir_all(env.paths.stage())?;
        if socket.exists() {
            fs::remove_file(&socket).context("the socket of an earlier run cannot be removed")?;
        }
        let mut kubectl = cluster.kubectl();
        // It refuses paths such as a pod's exec by itself; here the API server is asked.
        kubectl.args(["proxy", "--reject-paths", "^-$", "--unix-socket"]).arg(&socket);
        let mut proxy = command::start(kubectl.stdout(Stdio::null()))?;
        let started = Instant::now();
        while !socket.exists() {
            if started.elapsed() > PROXY_UP {
                proxy.end()?;
                bail!("kubectl proxy did not come up within {} s", PROXY_UP.as_secs());
            }
            interrupt::sleep(Duration::from_millis(50))?;
        }
        Ok(Self { proxy, socket: socket.to_string_lossy().into_owned() })
    }

    /// The answer's status and text.
    fn ask(&self, account: &str, verb: Verb, address: &str, body: &str) -> Result<(u16, String)> {
        let url = format!("http://localhost{address}");
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--max-time", "20", "--unix-socket", &self.socket]);
        curl.args(["--request", verb.method(), "--header", &format!("Impersonate-User: {account}")]);
        curl.args(["--header", &format!("Content-Type: {}", verb.content_type())]);
        curl.args(["--write-out", "\n%{http_code}", "--data-binary", "@-", &url]);
        let printed = command::output_with_input(&mut curl, Some(body))?;
        let (answer, status) = printed.rsplit_once('\n').context("curl printed no status")?;
        Ok((status.parse().with_context(|| format!("curl printed {status:?}"))?, answer.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names = Names { platform: "storeyard" };

    #[test]
    fn a_row_names_who_tries_what_and_what_has_to_come_of_it() {
        let row = Row::parse("operator  delete namespaces - {store} allowed", &NAMES).unwrap().unwrap();
        assert_eq!(row.account, "system:serviceaccount:storeyard:storeyard-operator");
        assert_eq!(row.object.path(row.verb), "/api/v1/namespaces/store-rights-00000");
        assert!(row.allowed);
    }

    #[test]
    fn what_follows_the_outcome_is_part_of_what_is_sent() {
        let line = r#"operator create namespaces - store-probe-00000 refused {"metadata":{"labels":{"a":"{platform}","storeyard.dev/store":null}}}"#;
        let row = Row::parse(line, &NAMES).unwrap().unwrap();
        let body: Value = serde_json::from_str(&row.body(&NAMES)).unwrap();
        assert_eq!(body["metadata"]["labels"]["a"], "storeyard");
        assert!(body["metadata"]["labels"].get("storeyard.dev/store").is_none());
        assert_eq!(body["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
        let line = r#"web patch configmaps {platform} {platform}-sign-outs allowed {"data":{"a":"1"}}"#;
        let row = Row::parse(line, &NAMES).unwrap().unwrap();
        assert_eq!(row.body(&NAMES), r#"{"data":{"a":"1"}}"#);
    }

    #[test]
    fn every_row_of_the_table_can_be_tried() {
        let table = include_str!("../../../charts/platform/ci/rights.txt");
        for line in table.lines() {
            Row::parse(line, &NAMES).unwrap();
        }
    }

    #[test]
    fn comments_and_empty_lines_are_no_rows_and_anything_else_is_an_error() {
        assert_eq!(Row::parse("", &NAMES).unwrap(), None);
        assert_eq!(Row::parse("# web list", &NAMES).unwrap(), None);
        for line in [
            "web list",
            "web list stores - - perhaps",
            "web own stores - - allowed",
            "web list cars - - refused",
            "web create stores - probe refused {nothing}",
        ] {
            assert!(Row::parse(line, &NAMES).is_err(), "{line}");
        }
    }
}
