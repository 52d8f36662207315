//! Every command the operator runs, as a pure function from what is known to its argv.

use std::time::Duration;

use serde_json::{Value, json};
use store::StoreId;

use crate::{
    act::runner::{Input, Invocation, Tool},
    engines::Chart,
    observe::{
        usage::{FILES, ROOT},
        used::Place,
    },
    resource::MANAGER,
};

/// One call of the API server's; a slow one is not waited for longer.
const KUBECTL: Duration = Duration::from_secs(30);
/// What is done in a pod is a matter of seconds, and somebody waits for it.
const EXEC: Duration = Duration::from_secs(15);
/// Helm's calls without waiting for workloads: a dozen objects.
const HELM: Duration = Duration::from_secs(120);
/// What helm itself is told, less than [`HELM`] so that it can still write down that it failed.
const HELM_TIMEOUT: &str = "90s";
/// The label of a release that tells which values it was made from.
pub const VALUES_LABEL: &str = "storeyard-values";

/// `what`: the kinds, for whoever reads the timeline.
pub fn apply(what: &str, manifests: &[Value]) -> Invocation {
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": manifests });
    // The server itself refuses a field it does not know; to have that checked here first would cost a fetch of its schema.
    let args = [
        "apply",
        "--server-side",
        "--force-conflicts",
        "--validate=ignore",
        "--field-manager",
        MANAGER,
        "-f",
        "-",
    ];
    kubectl(&args, Some(Input::new(what, &list)))
}

/// Deletes the namespace only if it is the one with that uid: another of the same name is not meant.
pub fn delete_namespace(name: &str, uid: &str) -> Invocation {
    let options = json!({
        "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background", "preconditions": { "uid": uid },
    });
    let path = format!("/api/v1/namespaces/{name}");
    kubectl(&["delete", "--raw", &path, "-f", "-"], Some(Input::new(format!("uid {uid}"), &options)))
}

pub fn delete_secret(name: &str, namespace: &str) -> Invocation {
    kubectl(&["delete", "secret", name, "--namespace", namespace, "--ignore-not-found", "--wait=false"], None)
}

/// Runs the command in the pod's first container. What it is about is on standard input.
pub fn exec(namespace: &str, pod: &str, command: &[String], input: Input) -> Invocation {
    let mut args = vec!["exec", "--stdin", "--quiet", "--namespace", namespace, pod, "--"];
    args.extend(command.iter().map(String::as_str));
    invocation(Tool::Kubectl, &args, Some(input), EXEC)
}

/// How many KiB there are below those paths. In the words that any `du` knows.
pub fn measure(namespace: &str, place: &Place) -> Invocation {
    let mut args =
        vec!["exec", "--quiet", "--namespace", namespace, &place.pod, "--container", &place.container];
    args.extend(["--", "du", "-skx"]);
    args.extend(place.paths.iter().map(String::as_str));
    kubectl(&args, None)
}

/// What a container uses, as its cgroup's files say. One search for all of them finds those that its node has, and ends well whichever these are.
pub fn look_at_usage(namespace: &str, pod: &str, container: &str) -> Invocation {
    let mut args = vec!["exec", "--quiet", "--namespace", namespace, pod, "--container", container, "--"];
    args.extend(["find", ROOT, "-maxdepth", "2", "("]);
    for (index, name) in FILES.iter().enumerate() {
        args.extend((index > 0).then_some("-o"));
        args.extend(["-name", name]);
    }
    args.extend([")", "-print", "-exec", "cat", "{}", ";"]);
    invocation(Tool::Kubectl, &args, None, EXEC)
}

/// `values_id` names the values, so that a release can be told to be made from them.
pub fn install(id: &StoreId, chart: &Chart, values: &Value, values_id: &str) -> Invocation {
    let (release, namespace) = (id.release(), id.namespace());
    let label = format!("{VALUES_LABEL}={values_id}");
    let (chart, version) = chart_and_version(&chart.reference);
    let mut args = vec!["upgrade", "--install", &release, chart];
    if let Some(version) = version {
        args.extend(["--version", version]);
    }
    args.extend(["--namespace", &namespace, "--values", "-", "--reset-values", "--history-max", "5"]);
    args.extend(["--labels", &label, "--timeout", HELM_TIMEOUT, "--hide-notes"]);
    // What somebody else wrote into an object of the release is taken back.
    args.extend(["--server-side", "true", "--force-conflicts"]);
    helm(&args, Some(Input::new("values", values)))
}

/// Makes the objects of the release as they were in that revision, which may be the present one.
pub fn roll_back(id: &StoreId, revision: u32) -> Invocation {
    let (release, namespace, revision) = (id.release(), id.namespace(), revision.to_string());
    let mut args = vec!["rollback", &release, &revision, "--namespace", &namespace, "--history-max", "5"];
    args.extend(["--server-side", "true", "--force-conflicts", "--timeout", HELM_TIMEOUT]);
    helm(&args, None)
}

pub fn uninstall(id: &StoreId) -> Invocation {
    let (release, namespace) = (id.release(), id.namespace());
    helm(
        &["uninstall", &release, "--namespace", &namespace, "--ignore-not-found", "--timeout", HELM_TIMEOUT],
        None,
    )
}

/// Forgets one revision of a release: one whose helm was killed before it could say how it ended.
pub fn forget_revision(id: &StoreId, revision: u32) -> Invocation {
    let secret = format!("sh.helm.release.v1.{}.v{revision}", id.release());
    delete_secret(&secret, &id.namespace())
}

/// `oci://registry/path@1.2.3` is a chart and its version; a path has none.
fn chart_and_version(chart: &str) -> (&str, Option<&str>) {
    let is_version = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    match chart.rsplit_once('@') {
        Some((address, version)) if chart.starts_with("oci://") && is_version(version) => {
            (address, Some(version))
        }
        _ => (chart, None),
    }
}

fn kubectl(args: &[&str], stdin: Option<Input>) -> Invocation {
    invocation(Tool::Kubectl, args, stdin, KUBECTL)
}

fn helm(args: &[&str], stdin: Option<Input>) -> Invocation {
    invocation(Tool::Helm, args, stdin, HELM)
}

fn invocation(tool: Tool, args: &[&str], stdin: Option<Input>, deadline: Duration) -> Invocation {
    Invocation { tool, args: args.iter().map(|arg| (*arg).to_owned()).collect(), stdin, deadline }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> StoreId {
        StoreId::parse("atelier-nord-x7k2q").unwrap()
    }

    #[test]
    fn manifests_go_to_standard_input_and_not_into_the_argv() {
        let apply = apply("Secret", &[json!({"kind": "Secret", "data": {"a": "aHVzaA=="}})]);
        assert_eq!(
            apply.line(),
            "kubectl apply --server-side --force-conflicts --validate=ignore --field-manager storeyard -f - < <stdin: Secret>"
        );
        assert!(apply.stdin.unwrap().text().contains("aHVzaA=="));
    }

    #[test]
    fn a_release_is_installed_or_upgraded_by_one_command_that_waits_for_nothing() {
        let chart = Chart { reference: "/charts/woocommerce".to_owned(), digest: String::new() };
        let install = install(&id(), &chart, &json!({"a": 1}), "abc");
        assert_eq!(
            install.line(),
            "helm upgrade --install store-atelier-nord-x7k2q /charts/woocommerce --namespace store-atelier-nord-x7k2q --values - \
             --reset-values --history-max 5 --labels storeyard-values=abc --timeout 90s --hide-notes --server-side true --force-conflicts < <stdin: values>"
        );
    }

    #[test]
    fn a_chart_of_a_registry_is_pinned_by_its_version() {
        assert_eq!(
            chart_and_version("oci://r.example/c/wordpress@1.2.3"),
            ("oci://r.example/c/wordpress", Some("1.2.3"))
        );
        assert_eq!(chart_and_version("/charts/a@2"), ("/charts/a@2", None));
        assert_eq!(chart_and_version("oci://r.example/c@sha256:00"), ("oci://r.example/c@sha256:00", None));
    }

    #[test]
    fn what_a_command_in_a_pod_is_about_goes_to_its_standard_input() {
        let command = ["let", "in"].map(str::to_owned);
        let exec =
            exec("store-a-00000", "web-0", &command, Input::new("a digest", &json!({"digest": "abc"})));
        let line =
            "kubectl exec --stdin --quiet --namespace store-a-00000 web-0 -- let in < <stdin: a digest>";
        assert_eq!(exec.line(), line);
        assert_eq!(exec.stdin.unwrap().text(), r#"{"digest":"abc"}"#);
    }

    /// The very search that is run in a container, run here: whichever version of cgroups this machine has, and wherever it shows none of its own, it
    /// prints nothing but files that it found, and ends well.
    #[test]
    fn what_a_container_uses_is_found_by_one_search_whichever_files_its_node_has() {
        let look = look_at_usage("store-a-00000", "web-0", "web");
        let begin = look.args.iter().position(|arg| arg == "--").unwrap() + 1;
        assert_eq!(
            look.args[..begin].join(" "),
            "exec --quiet --namespace store-a-00000 web-0 --container web --"
        );
        let found =
            std::process::Command::new(&look.args[begin]).args(&look.args[begin + 1..]).output().unwrap();
        assert!(found.status.success(), "{found:?}");
        let printed = String::from_utf8(found.stdout).unwrap();
        assert!(printed.is_empty() || printed.starts_with(ROOT), "{printed}");
        let is_there = |file: &str| std::path::Path::new(ROOT).join(file).exists();
        let is_told = is_there("memory.current")
            || is_there("cpuacct/cpuacct.usage") && is_there("memory/memory.usage_in_bytes");
        assert_eq!(crate::observe::usage::Usage::parse(&printed).is_some(), is_told, "{printed}");
    }

    #[test]
    fn a_namespace_is_deleted_by_its_uid() {
        let delete = delete_namespace("store-a-00000", "u-1");
        assert_eq!(
            delete.line(),
            "kubectl delete --raw /api/v1/namespaces/store-a-00000 -f - < <stdin: uid u-1>"
        );
        assert!(delete.stdin.unwrap().text().contains(r#""preconditions":{"uid":"u-1"}"#));
    }
}
