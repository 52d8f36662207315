//! What kube-score finds in the charts has to be what `xtask/kube-score/reasons.txt` says: what is new fails, and so does what is not found any more.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::render;
use crate::cluster::Cluster;
use crate::env::Env;

const LIST: &str = "xtask/kube-score/reasons.txt";
/// What each chart is rendered with, below its folder: what is to be looked at is in one of them.
const RENDERED: [(&str, &[&[&str]]); 3] = [
    ("woocommerce", &[&["ci/good/shop.yaml"], &["ci/good/site-with-tls.yaml"]]),
    ("medusa", &[&["ci/good/shop.yaml"], &["ci/good/storefront-elsewhere.yaml"]]),
    ("platform", &[&["values-local.yaml", "ci/images.yaml"], &["values-prod.yaml", "ci/images.yaml"]]),
];
/// Of those checks that are not asked of everybody, the ones that are asked of us.
const ALSO: [&str; 2] = ["container-seccomp-profile", "container-ports-check"];
const RELEASE: &str = "storeyard";
const WELL: u8 = 10;

/// One thing that is not as kube-score has it: chart, object and check.
type Finding = [String; 3];

/// # Errors
/// kube-score finds what is not in the list, or not what is.
pub(super) fn check(env: &Env, cluster: &Cluster) -> Result<()> {
    let list = fs::read_to_string(env.paths.checkout.join(LIST)).context("there is no list")?;
    let expected = parse(&list)?;
    let mut found = BTreeSet::new();
    for (chart, renderings) in RENDERED {
        let folder = env.paths.checkout.join("charts").join(chart);
        for files in renderings {
            let values: Vec<_> = files.iter().map(|file| folder.join(file)).collect();
            let manifests = render(cluster, RELEASE, &folder, &values)?;
            found.extend(score(env, chart, &manifests)?);
        }
    }
    compare(&found, &expected)
}

fn score(env: &Env, chart: &str, manifests: &str) -> Result<Vec<Finding>> {
    fs::create_dir_all(env.paths.stage())?;
    let file = env.paths.stage().join(format!("score-{chart}.yaml"));
    fs::write(&file, manifests)?;
    let mut score = Command::new(env.tools.kube_score.program("kube-score"));
    score.args(["score", "--output-format", "json", "--kubernetes-version", &kubernetes(env)?]);
    score.args(ALSO.iter().flat_map(|check| ["--enable-optional-test", check]));
    // It ends with 1 where it finds something.
    let told = score.arg(&file).output().context("kube-score cannot be started")?;
    read(chart, &told.stdout).with_context(|| String::from_utf8_lossy(&told.stderr).trim().to_owned())
}

/// As kube-score takes it: without the patch.
fn kubernetes(env: &Env) -> Result<String> {
    let version = &env.tools.family("kubernetes").version;
    let (minor, _) = version.rsplit_once('.').context("the version of Kubernetes has no dots")?;
    Ok(minor.to_owned())
}

#[derive(Deserialize)]
struct Object {
    /// Kind, group, version, namespace and name.
    object_name: String,
    checks: Vec<Judged>,
}

#[derive(Deserialize)]
struct Judged {
    check: Check,
    grade: u8,
    skipped: bool,
}

#[derive(Deserialize)]
struct Check {
    id: String,
}

fn read(chart: &str, told: &[u8]) -> Result<Vec<Finding>> {
    let objects: Vec<Object> = serde_json::from_slice(told).context("kube-score's answer is no list")?;
    ensure!(!objects.is_empty(), "it was given nothing to look at");
    let of_object = |object: &Object| {
        let parts: Vec<&str> = object.object_name.split('/').collect();
        let name = format!("{}/{}", parts.first().unwrap_or(&""), parts.last().unwrap_or(&""));
        let bad = object.checks.iter().filter(|judged| !judged.skipped && judged.grade < WELL);
        bad.map(|judged| [chart.to_owned(), name.clone(), judged.check.id.clone()]).collect::<Vec<_>>()
    };
    Ok(objects.iter().flat_map(of_object).collect())
}

/// A line is chart, object, check and the reason.
fn parse(list: &str) -> Result<BTreeSet<Finding>> {
    let lines = list.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let mut found = BTreeSet::new();
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        ensure!(words.len() > 4, "{LIST} gives no reason: {line}");
        ensure!(found.insert([0, 1, 2].map(|n| words[n].to_owned())), "{LIST} says it twice: {line}");
    }
    Ok(found)
}

fn compare(found: &BTreeSet<Finding>, expected: &BTreeSet<Finding>) -> Result<()> {
    let told = |findings: &mut dyn Iterator<Item = &Finding>| {
        findings.map(|finding| finding.join(" ")).collect::<Vec<_>>().join(", ")
    };
    let new = told(&mut found.difference(expected));
    ensure!(new.is_empty(), "kube-score finds what {LIST} does not have: {new}. Mend it, or give the reason");
    let old = told(&mut expected.difference(found));
    ensure!(old.is_empty(), "kube-score does not find any more, take it out of {LIST}: {old}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = r#"[{"object_name": "Deployment/apps/v1/x/web", "checks": [
        {"check": {"id": "a"}, "grade": 1, "skipped": false}, {"check": {"id": "b"}, "grade": 10, "skipped": false},
        {"check": {"id": "c"}, "grade": 0, "skipped": true}, {"check": {"id": "d"}, "grade": 5, "skipped": false}]}]"#;

    #[test]
    fn what_is_new_and_what_is_no_more_fail() {
        let found: BTreeSet<Finding> = read("shop", TOLD.as_bytes()).unwrap().into_iter().collect();
        let list = |text: &str| parse(text).unwrap();
        let both = "# why\nshop Deployment/web a It is so.\n\nshop Deployment/web d That, too.\n";
        assert!(compare(&found, &list(both)).is_ok());
        let new = compare(&found, &list("shop Deployment/web a It is so.")).unwrap_err().to_string();
        assert!(new.contains("shop Deployment/web d"), "{new}");
        let more = format!("{both}shop Deployment/web e It was so.");
        let old = compare(&found, &list(&more)).unwrap_err().to_string();
        assert!(old.contains("shop Deployment/web e"), "{old}");
    }

    #[test]
    fn nothing_is_left_without_a_reason_or_twice() {
        assert!(parse("shop Deployment/web a because").is_err());
        assert!(parse("shop Deployment/web a It is so.\nshop Deployment/web a It is so.").is_err());
        assert!(read("shop", b"[]").is_err());
    }
}
