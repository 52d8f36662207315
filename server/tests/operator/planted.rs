//! Where secrets are to be found: in the Secrets that are there for them, and nowhere else that anybody could look.

use std::{
    collections::BTreeSet,
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use flate2::read::GzDecoder;
use k8s_openapi::ByteString;
use serde_json::{Value, json};
use store::StoreId;

use crate::platform::Platform;

/// Programs that only show a secret to those who look at the right moment begin and end between two looks now and then, and not each time.
const LOOK: Duration = Duration::from_millis(25);

/// Looks at what everybody on the node can see of all that runs there: arguments and environments.
pub(crate) struct Watch {
    done: Arc<AtomicBool>,
    looking: JoinHandle<(BTreeSet<String>, usize)>,
}

impl Watch {
    pub(crate) fn begin(secrets: &[&str]) -> Self {
        let secrets = spellings(secrets);
        let done = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&done);
        let looking = std::thread::spawn(move || {
            let (mut found, mut looks) = (BTreeSet::new(), 0);
            while !until.load(Ordering::Relaxed) {
                found.extend(shown(&secrets));
                looks += 1;
                std::thread::sleep(LOOK);
            }
            (found, looks)
        });
        Self { done, looking }
    }

    /// The programs that showed one.
    pub(crate) fn end(self) -> BTreeSet<String> {
        self.done.store(true, Ordering::Relaxed);
        let (found, looks) = self.looking.join().unwrap();
        eprintln!("looked {looks} times at what runs");
        assert!(looks > 100, "nobody looked");
        found
    }
}

fn shown(secrets: &[String]) -> Vec<String> {
    let processes =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let processes = processes.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    let mut found = Vec::new();
    for process in processes {
        for what in ["cmdline", "environ"] {
            // One that has ended has nothing to show any more.
            let Ok(bytes) = std::fs::read(format!("/proc/{process}/{what}")) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            if secrets.iter().any(|secret| text.contains(secret)) {
                let program = std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
                found.push(format!("{what} of {}", program.trim()));
            }
        }
    }
    found
}

/// As it is, and as programs are wont to write it.
fn spellings(secrets: &[&str]) -> Vec<String> {
    let written = |secret: &&str| {
        let base64 = json!(ByteString(secret.as_bytes().to_vec())).as_str().unwrap().to_owned();
        let escaped = json!(secret).as_str().unwrap().to_owned();
        [(*secret).to_owned(), base64, escaped, secret.replace(' ', "+"), secret.replace(' ', "%20")]
    };
    secrets.iter().flat_map(written).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Where in the platform's namespace and in the store's one of them stands, in whatever object; what is packed is unpacked.
pub(crate) fn objects_with(platform: &Platform, id: &StoreId, secrets: &[&str]) -> BTreeSet<String> {
    let kinds = platform.kubectl(&["api-resources", "--namespaced", "--verbs=list", "-o", "name"]);
    let kinds = kinds.lines().collect::<Vec<_>>().join(",");
    let secrets = spellings(secrets);
    let mut found = BTreeSet::new();
    for (namespace, whose) in [(platform.namespace.clone(), "platform"), (id.namespace(), "store")] {
        let told =
            platform.kubectl(&["get", &kinds, "-n", &namespace, "-o", "json", "--show-managed-fields"]);
        let list: Value = serde_json::from_str(&told).unwrap();
        for object in list["items"].as_array().unwrap() {
            let (kind, name) = (&object["kind"], &object["metadata"]["name"]);
            let place = format!("{whose}: {} {}", kind.as_str().unwrap(), name.as_str().unwrap());
            search(object, &place, &secrets, &mut found);
        }
    }
    found
}

fn search(value: &Value, place: &str, secrets: &[String], found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let mut text = text.clone();
            loop {
                if secrets.iter().any(|secret| text.contains(secret)) {
                    found.insert(place.to_owned());
                }
                let Some(inner) = unpacked(&text) else { break };
                text = inner;
            }
        }
        Value::Array(values) => values.iter().for_each(|value| search(value, place, secrets, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                search(value, &format!("{place}.{key}"), secrets, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What is in base64, or in a helm release: that is base64 of base64 of what gzip packed.
fn unpacked(text: &str) -> Option<String> {
    let ByteString(bytes) =
        serde_json::from_value(json!(text)).ok().filter(|ByteString(bytes)| bytes.len() > 8)?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut whole = Vec::new();
        GzDecoder::new(bytes.as_slice()).read_to_end(&mut whole).ok()?;
        return Some(String::from_utf8_lossy(&whole).into_owned());
    }
    String::from_utf8(bytes).ok()
}

/// The logs that have one of them: of every container that the store has or had, and of the operator.
pub(crate) fn logs_with(platform: &Platform, id: &StoreId, secrets: &[&str]) -> Vec<String> {
    let secrets = spellings(secrets);
    let namespace = id.namespace();
    let pods = platform.kubectl(&["get", "pods", "-n", &namespace, "-o", "name"]);
    let mut logs = vec![("the operator".to_owned(), platform.log())];
    for pod in pods.lines() {
        let log = platform.kubectl(&["logs", pod, "-n", &namespace, "--all-containers", "--tail=-1"]);
        assert!(!log.is_empty(), "{pod} says nothing");
        logs.push((pod.to_owned(), log));
    }
    assert!(logs.len() > 2, "a store has pods");
    logs.retain(|(_, log)| secrets.iter().any(|secret| log.contains(secret)));
    logs.into_iter().map(|(whose, _)| whose).collect()
}

/// All that is secret of the store: the operator makes it, and no test knows it before.
pub(crate) fn secrets_of(platform: &Platform, id: &StoreId) -> Vec<String> {
    let told = platform.kubectl(&["get", "secrets", "-n", &id.namespace(), "-o", "json"]);
    let list: Value = serde_json::from_str(&told).unwrap();
    let of_helm = |object: &&Value| object["type"] == "helm.sh/release.v1";
    let objects = list["items"].as_array().unwrap().iter().filter(|object| !of_helm(object));
    let fields = objects.flat_map(|object| object["data"].as_object().cloned().unwrap_or_default());
    let is_secret = |name: &str| !["user", "email", "-ca"].iter().any(|plain| name.ends_with(plain));
    let secrets = fields.filter(|(name, _)| is_secret(name)).filter_map(|(_, value)| {
        let ByteString(bytes) = serde_json::from_value(value).ok()?;
        String::from_utf8(bytes).ok().filter(|secret| secret.len() >= 12)
    });
    secrets.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_however_it_is_packed() {
        let secret = "a planted secret";
        let packed = |text: &str| {
            let mut packer = flate2::read::GzEncoder::new(text.as_bytes(), flate2::Compression::fast());
            let mut bytes = Vec::new();
            packer.read_to_end(&mut bytes).unwrap();
            let once = json!(ByteString(bytes)).as_str().unwrap().to_owned();
            json!(ByteString(once.into_bytes()))
        };
        let object = json!({
            "plain": secret,
            "within": [{ "text": format!("--password={secret} ") }],
            "encoded": ByteString(secret.into()),
            "release": packed(&format!(r#"{{"config": "{secret}"}}"#)),
            "other": "none",
        });
        let mut found = BTreeSet::new();
        search(&object, "it", &spellings(&[secret]), &mut found);
        assert_eq!(
            found,
            ["it.plain", "it.within.text", "it.encoded", "it.release"].map(str::to_owned).into()
        );
    }
}
