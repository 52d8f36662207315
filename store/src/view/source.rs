use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a piece of evidence is from. Displays in English, and is kept as that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Source {
    /// What a command complained of.
    Command,
    /// What the shop answered.
    Shop,
    Events,
    /// What the cluster says of a pod.
    Pod(Place),
    /// The log of a container.
    Log(Place),
    /// As another version words it.
    Other(String),
}

/// A pod, and which of its containers where it is about one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub pod: String,
    pub container: Option<String>,
}

const COMMAND: &str = "command";
const SHOP: &str = "shop";
const EVENTS: &str = "events";
const POD: &str = "pod ";
const LOG: &str = "log of pod ";
const CONTAINER: &str = ", container ";

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command => f.write_str(COMMAND),
            Self::Shop => f.write_str(SHOP),
            Self::Events => f.write_str(EVENTS),
            Self::Pod(place) => write!(f, "{POD}{place}"),
            Self::Log(place) => write!(f, "{LOG}{place}"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pod)?;
        self.container.as_ref().map_or(Ok(()), |container| write!(f, "{CONTAINER}{container}"))
    }
}

impl From<String> for Source {
    fn from(words: String) -> Self {
        let place = |rest: &str| {
            let (pod, container) =
                rest.split_once(CONTAINER).map_or((rest, None), |(pod, container)| (pod, Some(container)));
            Place { pod: pod.to_owned(), container: container.map(str::to_owned) }
        };
        match words.as_str() {
            COMMAND => Self::Command,
            SHOP => Self::Shop,
            EVENTS => Self::Events,
            other => match (other.strip_prefix(LOG), other.strip_prefix(POD)) {
                (Some(rest), _) => Self::Log(place(rest)),
                (_, Some(rest)) => Self::Pod(place(rest)),
                _ => Self::Other(words),
            },
        }
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept_as_its_english_and_read_as_what_it_was() {
        let place = |container: Option<&str>| Place {
            pod: "web-0".to_owned(),
            container: container.map(str::to_owned),
        };
        for (source, words) in [
            (Source::Command, "command"),
            (Source::Shop, "shop"),
            (Source::Events, "events"),
            (Source::Pod(place(None)), "pod web-0"),
            (Source::Pod(place(Some("setup"))), "pod web-0, container setup"),
            (Source::Log(place(Some("web"))), "log of pod web-0, container web"),
            (Source::Other("helm".to_owned()), "helm"),
        ] {
            assert_eq!(serde_json::to_value(&source).unwrap(), words);
            assert_eq!(serde_json::from_value::<Source>(words.into()).unwrap(), source);
        }
    }
}
