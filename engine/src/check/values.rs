use std::collections::BTreeMap;

use serde_json::Value;
use serde_saphyr::Spanned;
use store::Question;

use crate::{
    EngineError, Options, Part, Template, Volume, When,
    file::Tree,
    placeholder::{Piece, pieces},
    values::{Node, Placeholder},
};

/// What placeholders may name.
pub(super) struct Known<'a> {
    pub(super) images: &'a [String],
    pub(super) options: &'a Options,
    pub(super) asks: &'a [(When, Question)],
    pub(super) parts: &'a [Part],
    pub(super) volumes: &'a [Volume],
    /// As one of the plans has them; the others have the same.
    pub(super) settings: &'a Options,
}

/// What stands for something of the store whatever its engine.
const ALWAYS: [(&str, Placeholder); 25] = [
    ("id", Placeholder::Id),
    ("title", Placeholder::Title),
    ("url", Placeholder::Url),
    ("host", Placeholder::Host),
    ("secret", Placeholder::Secret),
    ("pullSecrets", Placeholder::PullSecrets),
    ("storageClass", Placeholder::StorageClass),
    ("running", Placeholder::Running),
    ("egress", Placeholder::Egress),
    ("safeMode", Placeholder::SafeMode),
    ("mail.mode", Placeholder::MailMode),
    ("mail.host", Placeholder::MailHost),
    ("mail.port", Placeholder::MailPort),
    ("mail.tls", Placeholder::MailTls),
    ("mail.from", Placeholder::MailFrom),
    ("ingress.class", Placeholder::IngressClass),
    ("ingress.annotations", Placeholder::IngressAnnotations),
    ("ingress.tls", Placeholder::Tls),
    ("ingress.tlsSecret", Placeholder::TlsSecret),
    ("ingress.tlsEntries", Placeholder::TlsEntries),
    ("scheduling.nodeSelector", Placeholder::NodeSelector),
    ("scheduling.tolerations", Placeholder::Tolerations),
    ("scheduling.priorityClassName", Placeholder::PriorityClassName),
    ("scheduling.runtimeClassName", Placeholder::RuntimeClassName),
    ("images", Placeholder::Images),
];

pub(super) fn template(
    values: BTreeMap<String, Spanned<Tree>>,
    known: &Known<'_>,
) -> Result<Template, EngineError> {
    map(values, "values", known).map(Template)
}

fn map(
    entries: impl IntoIterator<Item = (String, Spanned<Tree>)>,
    field: &str,
    known: &Known<'_>,
) -> Result<Vec<(String, Node)>, EngineError> {
    let node = |(key, tree)| {
        let node = node(tree, &format!("{field}.{key}"), known)?;
        Ok((key, node))
    };
    entries.into_iter().map(node).collect()
}

fn node(tree: Spanned<Tree>, field: &str, known: &Known<'_>) -> Result<Node, EngineError> {
    let place = Spanned::new((), tree.referenced, tree.defined);
    match tree.value {
        Tree::Plain(value) => Ok(Node::Given(value)),
        Tree::Text(text) => {
            let pieces = pieces(&text, |name| known.placeholder(name))
                .map_err(|complaint| EngineError::at(&place, field, complaint))?;
            self::text(pieces, known).map_err(|complaint| EngineError::at(&place, field, complaint))
        }
        Tree::List(items) => {
            let items = items.into_iter().enumerate();
            let nodes = items.map(|(n, item)| node(item, &format!("{field}[{n}]"), known));
            nodes.collect::<Result<_, _>>().map(Node::List)
        }
        Tree::Map(entries) => map(entries, field, known).map(Node::Map),
    }
}

/// A placeholder that is the whole of it may be of any kind.
fn text(pieces: Vec<Piece<Placeholder>>, known: &Known<'_>) -> Result<Node, String> {
    let pieces = match <[Piece<Placeholder>; 1]>::try_from(pieces) {
        Ok([Piece::Of(placeholder)]) => return Ok(Node::Whole(placeholder)),
        Ok([Piece::Text(text)]) => return Ok(Node::Given(Value::String(text))),
        Err(pieces) => pieces,
    };
    let is_list_or_map = |piece: &Piece<Placeholder>| match piece {
        Piece::Of(placeholder) => !placeholder.is_text(known.options),
        Piece::Text(_) => false,
    };
    if pieces.iter().any(is_list_or_map) {
        return Err("has a list or a map within a text: let it be the whole of the value".to_owned());
    }
    Ok(Node::Text(pieces))
}

impl Known<'_> {
    fn placeholder(&self, name: &str) -> Result<Placeholder, String> {
        if let Some((_, placeholder)) = ALWAYS.iter().find(|(known, _)| *known == name) {
            return Ok(placeholder.clone());
        }
        let of = name.split_once('.').and_then(|(kind, of)| self.named(kind, of));
        of.ok_or_else(|| {
            let always: Vec<&str> = ALWAYS.iter().map(|(known, _)| *known).collect();
            format!(
                "has $({name}), which stands for nothing: there is {}; and of what the engine names images.NAME \
                 (.repository, .tag), options.NAME, asks.NAME, resources.PART, replicas.PART, volumes.NAME and settings.NAME",
                always.join(", ")
            )
        })
    }

    fn named(&self, kind: &str, of: &str) -> Option<Placeholder> {
        let is_part = || self.parts.iter().any(|part| part.name == of);
        let name = || of.to_owned();
        match kind {
            "options" if self.options.contains_key(of) => Some(Placeholder::Option(name())),
            "asks" if self.asks.iter().any(|(_, question)| question.name == of) => {
                Some(Placeholder::Ask(name()))
            }
            "volumes" if self.volumes.iter().any(|volume| volume.name == of) => {
                Some(Placeholder::Volume(name()))
            }
            "settings" if self.settings.contains_key(of) => Some(Placeholder::Setting(name())),
            "resources" if is_part() => Some(Placeholder::Resources(name())),
            "replicas" if self.parts.iter().any(|part| part.name == of && part.scales_to_zero) => {
                Some(Placeholder::Replicas(name()))
            }
            "images" => {
                let (image, half) = of.split_once('.').unwrap_or((of, ""));
                let image = self.images.iter().find(|known| *known == image)?.clone();
                match half {
                    "" if of == image => Some(Placeholder::Image(image)),
                    "repository" => Some(Placeholder::ImageRepository(image)),
                    "tag" => Some(Placeholder::ImageTag(image)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::super::tests::{PAGE, assert_refused};
    use crate::{
        Engine, Facts,
        values::{Ingress, Scheduling},
    };

    fn filled(values: &str) -> Value {
        filled_under(values, (false, ""), None)
    }

    fn filled_under(
        values: &str,
        (tls, tls_secret): (bool, &str),
        mail: Option<&store::MailServer>,
    ) -> Value {
        let text = PAGE.replacen("  host: $(host)\n", values, 1);
        let engine = Engine::parse(&text).unwrap();
        let sizes = engine.plans.values().next().unwrap();
        let images = [("page".to_owned(), "localhost/page:1".to_owned())].into();
        let annotations = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
        let facts = Facts {
            id: "atelier-x7k2q",
            title: "Ben's “Café” $(id)",
            url: "http://store-atelier-x7k2q.localhost",
            host: "store-atelier-x7k2q.localhost",
            secret: "credentials",
            pull_secrets: &["pull-registry".to_owned()],
            storage_class: "",
            ingress: Ingress { class: "traefik", annotations: &annotations, tls, tls_secret },
            scheduling: &own_nodes(),
            images: &images,
            options: &engine.options.defaults,
            chosen: &[("colour".to_owned(), "red".to_owned())].into(),
            sizes,
            egress: store::Egress::None,
            safe_mode: false,
            mail,
            running: true,
        };
        engine.values.fill(&facts).into()
    }

    #[test]
    fn values_are_filled_with_what_is_known_of_the_store() {
        let values = filled(
            "  a: {b: [$(ingress.annotations), $(pullSecrets), 7, true, null]}\n  c: https://$(host)/$(volumes.files)\n  d: $(options.fancy)\n  e: $(replicas.web)\n  f: $(images)\n  g: $(images.page.tag)\n  h: $$(id)\n  i: [$(settings.workers), $(settings.cache)M]\n",
        );
        assert_eq!(values["a"]["b"], json!([{ "a": "b" }, ["pull-registry"], 7, true, null]));
        assert_eq!(values["c"], "https://store-atelier-x7k2q.localhost/1Gi");
        assert_eq!((&values["d"], &values["e"]), (&json!(false), &json!(1)));
        assert_eq!(values["f"], json!({ "page": "localhost/page:1" }));
        assert_eq!((&values["g"], &values["h"]), (&json!("1"), &json!("$(id)")));
        assert_eq!(values["i"], json!([2, "16M"]));
        assert_eq!(values["resources"]["limits"], json!({ "cpu": "100m", "memory": "32Mi" }));
    }

    #[test]
    fn an_engine_has_a_safe_mode_where_its_chart_is_told_of_it() {
        let has = |values: &str| {
            Engine::parse(&PAGE.replacen("  host: $(host)\n", values, 1)).unwrap().has_safe_mode()
        };
        assert!(!has("  a: {b: [$(running)]}\n"));
        assert!(has("  a: {b: [$(safeMode)]}\n") && has("  a: is $(safeMode)\n"));
        assert_eq!(filled("  a: $(safeMode)\n")["a"], false);
    }

    #[test]
    fn an_ingress_is_told_of_tls_as_its_specification_has_it() {
        let entries =
            |tls, secret| filled_under("  tls: $(ingress.tlsEntries)\n", (tls, secret), None)["tls"].clone();
        let host = "store-atelier-x7k2q.localhost";
        assert_eq!(entries(false, ""), json!([]));
        assert_eq!(entries(true, ""), json!([{ "hosts": [host] }]));
        assert_eq!(entries(true, "wildcard"), json!([{ "hosts": [host], "secretName": "wildcard" }]));
    }

    #[test]
    fn a_shop_is_told_by_which_server_its_mail_leaves_and_of_none_where_there_is_none() {
        let values = "  mail: {mode: $(mail.mode), at: \"$(mail.host):$(mail.port)\", tls: $(mail.tls), from: $(mail.from)}\n";
        let none = json!({ "mode": "none", "at": ":0", "tls": "none", "from": "" });
        assert_eq!(filled(values)["mail"], none);
        let server =
            json!({ "host": "mail.example.com", "port": 587, "tls": "starttls", "from": "shop@example.com" });
        let server = serde_json::from_value(server).unwrap();
        let filled = filled_under(values, (false, ""), Some(&server));
        let told = json!({ "mode": "smtp", "at": "mail.example.com:587", "tls": "starttls", "from": "shop@example.com" });
        assert_eq!(filled["mail"], told);
    }

    #[test]
    fn what_a_person_typed_is_never_read_as_a_placeholder() {
        assert_eq!(filled("")["greeting"], "hello, Ben's “Café” $(id)");
    }

    fn own_nodes() -> Scheduling {
        serde_json::from_value(json!({
            "nodeSelector": { "pool": "shops" }, "tolerations": [{ "key": "shops", "operator": "Exists" }],
            "priorityClassName": "shops", "runtimeClassName": "gvisor",
        }))
        .unwrap()
    }

    #[test]
    fn where_pods_run_is_told_as_a_pods_specification_has_it() {
        let values = filled(
            "  a: {nodeSelector: $(scheduling.nodeSelector), tolerations: $(scheduling.tolerations)}\n  b: $(scheduling.runtimeClassName)-$(scheduling.priorityClassName)\n",
        );
        let as_given = json!({ "nodeSelector": { "pool": "shops" }, "tolerations": [{ "key": "shops", "operator": "Exists" }] });
        assert_eq!((&values["a"], &values["b"]), (&as_given, &json!("gvisor-shops")));
        let foreign = foreign("Atelier", true);
        for chart in [&foreign, &foreign["mariadb"]["primary"]] {
            assert_eq!(chart["nodeSelector"], as_given["nodeSelector"]);
            assert_eq!(chart["tolerations"], as_given["tolerations"]);
            assert_eq!(chart["priorityClassName"], "shops");
        }
    }

    #[test]
    fn what_was_chosen_for_a_store_is_in_its_values() {
        assert_eq!(filled("")["colour"], "red");
    }

    /// The example of a chart that somebody else wrote, which is run as a template in many places.
    fn foreign(title: &str, running: bool) -> Value {
        let text = include_str!("../../../docs/engines/bitnami-wordpress/engine.yaml");
        let engine = Engine::parse(text).unwrap();
        let name = |image: &&str| ((*image).to_owned(), format!("localhost/{image}:1"));
        let images = ["wordpress", "mariadb"].iter().map(name).collect();
        let facts = Facts {
            id: "atelier-x7k2q",
            title,
            url: "http://store-atelier-x7k2q.localhost",
            host: "store-atelier-x7k2q.localhost",
            secret: "credentials",
            pull_secrets: &[],
            storage_class: "",
            ingress: Ingress { class: "traefik", annotations: &BTreeMap::new(), tls: false, tls_secret: "" },
            scheduling: &own_nodes(),
            images: &images,
            options: &engine.options.defaults,
            chosen: &engine.settled(&BTreeMap::new()).unwrap(),
            sizes: engine.plans.values().next().unwrap(),
            egress: store::Egress::None,
            safe_mode: false,
            mail: None,
            running,
        };
        engine.values.fill(&facts).into()
    }

    #[test]
    fn what_a_person_typed_is_in_no_value_that_a_foreign_chart_runs_as_a_template() {
        let mut values = foreign("{{ typed }}", true);
        assert_eq!(values["wordpressBlogName"], "{{ typed }}");
        values["wordpressBlogName"] = Value::Null;
        assert!(!values.to_string().contains("typed"), "{values}");
    }

    #[test]
    fn a_foreign_chart_is_given_the_platforms_images_and_sizes_and_stops_when_it_is_told_to() {
        let values = foreign("Atelier", true);
        let image = json!({ "registry": "", "repository": "localhost/mariadb", "tag": "1" });
        assert_eq!(values["mariadb"]["image"], image);
        assert_eq!(values["mariadb"]["primary"]["resources"]["limits"]["memory"], "384Mi");
        assert_eq!(values["persistence"]["size"], "3Gi");
        assert!(values["extraDeploy"][0].as_str().unwrap().contains("storage: 2Gi"));
        assert_eq!(values["extraVolumes"][0]["secret"]["defaultMode"], 0o440);
        let is_running = |values: &Value| {
            (
                values["replicaCount"] == 1,
                values["mariadb"]["enabled"] == true,
                values["ingress"]["enabled"] == true,
            )
        };
        assert_eq!(is_running(&values), (true, true, true));
        assert_eq!(is_running(&foreign("Atelier", false)), (false, false, false));
    }

    #[test]
    fn a_placeholder_names_what_there_is() {
        for (to, word) in [
            ("$(hots)", "stands for nothing"),
            ("$(images.pages)", "images.NAME"),
            ("$(images.page.size)", "images.NAME"),
            ("$(options.color)", "options.NAME"),
            ("$(asks.color)", "asks.NAME"),
            ("$(resources.db)", "resources.PART"),
            ("$(volumes.data)", "volumes.NAME"),
            ("$(settings.caches)", "settings.NAME"),
            ("$(host", "not closed"),
            ("a$(images)", "the whole of the value"),
        ] {
            assert_refused("$(host)", to, "values.host", word);
        }
        assert_refused("  host: $(host)", "  a: {b: [1, $(hots)]}", "values.a.b[1]", "stands for nothing");
    }
}
