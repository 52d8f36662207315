//! A Prometheus that the platform's values name: where it is, what it is asked of a store's day, and what its answers say. It knows what the kubelets
//! tell of containers and volumes, and keeps it over the operator's end.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    path::PathBuf,
};

use http::Uri;
use serde::{Deserialize, Serialize};
use store::{Millis, Said};

use super::{Quantity, Series, escaped, ring::SLOT};
use crate::observe::workloads::Workload;

/// What it is asked for, in the kubelets' own metrics; how fast shops answer, only the operator knows. A container that began anew is another series of
/// the same names, and a kubelet may be read by two: of what is told twice, the highest counts.
pub const ASKED: [(Quantity, &str); 3] = [
    (
        Quantity::Cpu,
        r#"1000 * max by (pod, container) (rate(container_cpu_usage_seconds_total{namespace="$namespace",container!="",container!="POD"}[3m]))"#,
    ),
    (
        Quantity::Memory,
        r#"max by (pod, container) (max_over_time(container_memory_working_set_bytes{namespace="$namespace",container!="",container!="POD"}[3m])) / 1048576"#,
    ),
    (
        Quantity::Disk,
        r#"max by (persistentvolumeclaim) (max_over_time(kubelet_volume_stats_used_bytes{namespace="$namespace"}[3m])) / 1048576"#,
    ),
];
/// Values of a day.
const VALUES: i64 = 480;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prometheus {
    pub url: Address,
    /// With which the operator says who it is. Read for each question, so that another one needs no restart.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// Authorities of its certificate beside the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// What the paths of its API are added to. There is no name and no password in it, since people are told it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Address(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a Prometheus' address begins with http:// or https:// and has no user, question mark or #, as http://prometheus.monitoring:9090"
)]
pub struct NotAnAddress;

impl TryFrom<String> for Address {
    type Error = NotAnAddress;

    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        let uri: Uri = text.parse().map_err(|_| NotAnAddress)?;
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty());
        if !is_web || text.contains(['@', '?', '#']) {
            return Err(NotAnAddress);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl Address {
    /// Whether it is reached without TLS.
    pub fn is_open(&self) -> bool {
        self.0.starts_with("http:")
    }

    /// The query of [`ASKED`] about the store in that namespace, for the day until now, a value each three minutes.
    pub fn question(&self, query: &str, namespace: &str, now: Millis) -> String {
        let end = now.0;
        let begin = end - (VALUES - 1) * SLOT;
        let query = escaped(&query.replace("$namespace", namespace));
        let [start, end, step] = [begin, end, SLOT].map(|millis| millis / 1000);
        format!("{}/api/v1/query_range?query={query}&start={start}&end={end}&step={step}", self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One series of an answer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Track {
    #[serde(rename = "metric")]
    pub labels: BTreeMap<String, String>,
    /// Seconds since 1970, and a number as a text.
    values: Vec<(f64, String)>,
}

/// Why an answer tells nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It does not do what it is asked, and says why.
    Refused(String),
    /// No Prometheus answers so.
    NoPrometheus,
}

#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum Answer {
    Success { data: Data },
    Error { error: String },
}

#[derive(Deserialize)]
struct Data {
    result: Vec<Track>,
}

/// What the answer to a [question](Address::question) says.
pub fn tracks(answer: &[u8]) -> Result<Vec<Track>, Unusable> {
    match serde_json::from_slice(answer) {
        Ok(Answer::Success { data }) => Ok(data.result),
        Ok(Answer::Error { error }) => Err(Unusable::Refused(error)),
        Err(_) => Err(Unusable::NoPrometheus),
    }
}

type Points = Vec<(Millis, f32)>;

/// What the tracks say of each part or volume, by its name: of several containers of a part the highest, since what a plan allows, it allows each.
pub fn points(of: Quantity, tracks: &[Track], workloads: &[Workload]) -> HashMap<String, Points> {
    let mut all: HashMap<String, BTreeMap<Millis, f32>> = HashMap::new();
    for track in tracks {
        let Some(name) = name(of, &track.labels, workloads) else { continue };
        let points = all.entry(name.to_owned()).or_default();
        for (at, value) in &track.values {
            let Some(value) = value.parse::<f32>().ok().filter(|value| value.is_finite()) else { continue };
            let highest = points.entry(Millis((at * 1000.0).round() as i64)).or_insert(value);
            *highest = highest.max(value);
        }
    }
    let told = all.into_iter().filter(|(_, points)| !points.is_empty());
    told.map(|(name, points)| (name, points.into_iter().collect())).collect()
}

/// Of the part, or of the volume, that a track is about.
fn name<'a>(
    of: Quantity,
    labels: &'a BTreeMap<String, String>,
    workloads: &'a [Workload],
) -> Option<&'a str> {
    if of == Quantity::Disk {
        return labels.get("persistentvolumeclaim").map(String::as_str);
    }
    let (pod, container) = (labels.get("pod")?, labels.get("container")?);
    workloads.iter().find(|workload| workload.runs(pod, container)).map(|workload| workload.part.as_str())
}

/// What is told of it beside the plots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Where it is.
    pub at: String,
    /// What is from there. All else is what the operator remembers.
    pub quantities: Vec<Quantity>,
    /// Why that is not all that it was asked for, as sentences.
    pub troubles: Vec<String>,
    /// The same by codes, one each.
    #[serde(default)]
    pub said: store::Told,
}

impl Told {
    /// Says why something of it is missing.
    pub fn lacks(&mut self, why: Said) {
        self.troubles.push(why.to_string());
        self.said = std::mem::take(&mut self.said).and(why);
    }

    /// Puts what it has told of a quantity into the series of that quantity, or says that it knows nothing of it.
    pub fn take(&mut self, of: Quantity, mut points: HashMap<String, Points>, series: &mut [Series]) {
        let own: Vec<&mut Series> = series.iter_mut().filter(|series| series.of == of).collect();
        if !own.iter().any(|series| points.contains_key(&series.name)) {
            let address = self.at.clone();
            self.lacks(match of {
                Quantity::Disk => Said::VolumesUnmeasured { address },
                Quantity::Memory => Said::MemoryUnmeasured { address },
                _ => Said::CpuUnmeasured { address },
            });
            return;
        }
        for series in own {
            series.points = points.remove(&series.name).unwrap_or_default();
        }
        self.quantities.push(of);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::observe::workloads::tests::workload;

    fn address(text: &str) -> Result<Address, NotAnAddress> {
        Address::try_from(text.to_owned())
    }

    /// A pod, a container, and when which value was theirs.
    type Values<'a> = (&'a str, &'a str, &'a [(f64, &'a str)]);

    fn matrix(of: &[Values<'_>]) -> Vec<Track> {
        let result: Vec<_> = of
            .iter()
            .map(|(pod, container, values)| json!({ "metric": { "pod": pod, "container": container }, "values": values }))
            .collect();
        let answer = json!({ "status": "success", "data": { "resultType": "matrix", "result": result } });
        tracks(answer.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn an_address_has_no_secret_in_it_and_no_end_to_which_nothing_can_be_added() {
        let plain = address("http://prometheus.monitoring:9090/").unwrap();
        assert_eq!(plain.to_string(), "http://prometheus.monitoring:9090");
        assert!(plain.is_open() && !address("https://[2001:db8::1]/prometheus").unwrap().is_open());
        for text in [
            "",
            "prometheus:9090",
            "ftp://a",
            "http://",
            "https://me:pw@a",
            "http://a/?b=c",
            "http://a/#b",
            "http:///a",
        ] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn it_is_asked_for_a_day_of_one_namespace() {
        let asked = address("https://a.example/prom").unwrap().question(
            ASKED[2].1,
            "store-a-00000",
            Millis(1_795_435_259_999),
        );
        let expected = "https://a.example/prom/api/v1/query_range?query=max%20by%20%28persistentvolumeclaim%29%20%28max_over_time%28\
            kubelet_volume_stats_used_bytes%7Bnamespace%3D%22store-a-00000%22%7D%5B3m%5D%29%29%20%2F%201048576\
            &start=1795349039&end=1795435259&step=180";
        assert_eq!(asked, expected);
        assert_eq!((1_795_435_259 - 1_795_349_039) / 180 + 1, VALUES);
    }

    #[test]
    fn of_several_pods_of_a_part_the_highest_is_told_and_of_helpers_nothing() {
        let workloads =
            [workload("wordpress", "web", &["wordpress"]), workload("mariadb", "database", &["mariadb"])];
        let tracks = matrix(&[
            ("wordpress-7d9f8c6b5-abcde", "wordpress", &[(180.0, "10"), (360.0, "20.5")]),
            ("wordpress-7d9f8c6b5-fghij", "wordpress", &[(360.0, "30"), (540.5, "NaN")]),
            ("wordpress-7d9f8c6b5-abcde", "cron", &[(180.0, "900")]),
            ("mariadb-0", "mariadb", &[(180.0, "+Inf"), (360.0, "7")]),
            ("somebody", "else", &[(180.0, "1")]),
        ]);
        let told = points(Quantity::Cpu, &tracks, &workloads);
        assert_eq!(told["web"], [(Millis(180_000), 10.0), (Millis(360_000), 30.0)]);
        assert_eq!(told["database"], [(Millis(360_000), 7.0)]);
        assert_eq!(told.len(), 2);
    }

    #[test]
    fn what_is_no_answer_is_told_as_what_it_is() {
        let refused = br#"{"status":"error","errorType":"bad_data","error":"parse error"}"#;
        assert_eq!(tracks(refused), Err(Unusable::Refused("parse error".to_owned())));
        for other in [
            "",
            "<html>",
            "[]",
            r#"{"status":"success"}"#,
            r#"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}"#,
        ] {
            assert_eq!(tracks(other.as_bytes()), Err(Unusable::NoPrometheus), "{other}");
        }
    }

    #[test]
    fn what_it_tells_replaces_what_is_remembered_and_what_it_knows_nothing_of_is_said() {
        let series = |of, name: &str| Series {
            of,
            name: name.to_owned(),
            title: name.into(),
            limit: None,
            points: vec![(Millis(1), 1.0)],
        };
        let mut all = [
            series(Quantity::Cpu, "web"),
            series(Quantity::Cpu, "database"),
            series(Quantity::Disk, "uploads"),
        ];
        let mut told = Told { at: "http://a".to_owned(), ..Told::default() };
        let web = HashMap::from([("web".to_owned(), vec![(Millis(2), 2.0)])]);
        told.take(Quantity::Cpu, web, &mut all);
        told.take(Quantity::Disk, HashMap::new(), &mut all);
        assert_eq!(all.each_ref().map(|series| series.points.len()), [1, 0, 1]);
        assert_eq!(all[0].points, [(Millis(2), 2.0)]);
        assert_eq!(told.quantities, [Quantity::Cpu]);
        let [trouble] = told.troubles.as_slice() else { panic!("{told:?}") };
        assert!(trouble.contains("http://a knows nothing of the store's volumes"), "{trouble}");
    }

    proptest! {
        #[test]
        fn whatever_answers_is_read(text in r#"[\[\]{}":,a-z0-9]{0,80}"#, value in ".{0,12}", at: f64) {
            let _read = tracks(text.as_bytes());
            let track = Track { labels: [("persistentvolumeclaim".to_owned(), "a".to_owned())].into(), values: vec![(at, value)] };
            let told = points(Quantity::Disk, &[track], &[]);
            prop_assert!(told.values().flatten().all(|(_, value)| value.is_finite()));
        }
    }
}
