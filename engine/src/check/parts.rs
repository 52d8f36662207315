use serde_saphyr::Spanned;

use super::{is_name, text, when};
use crate::{
    EngineError, Part, file,
    option::Declared,
    part::{COMPONENT_LABEL, Helper},
};

/// Names of network policies that a store has whatever its engine.
const TAKEN: [&str; 2] = ["deny-all", "certificate-solver"];
/// So many that no sum of what they ask for overflows.
const MOST: usize = 16;
const MAX_TITLE: usize = 40;

pub(super) fn parts(parts: Spanned<Vec<file::Part>>, known: &Declared) -> Result<Vec<Part>, EngineError> {
    let count = parts.value.len();
    if !(1..=MOST).contains(&count) {
        return Err(EngineError::at(&parts, "parts", format!("are {count}: there can be 1 to {MOST}")));
    }
    if !parts.value.iter().any(|part| part.public && part.when.is_none()) {
        return Err(EngineError::at(
            &parts,
            "parts",
            "are all closed to visitors: say `public: true` of one that they reach and that is always there",
        ));
    }
    for (n, part) in parts.value.iter().enumerate() {
        links(part, &parts.value[..n], &parts.value, &format!("parts[{n}]"))?;
    }
    parts.value.into_iter().enumerate().map(|(n, one)| part(one, known, &format!("parts[{n}]"))).collect()
}

/// What a part has to do with the others; `before` are those that stand before it.
fn links(
    part: &file::Part,
    before: &[file::Part],
    all: &[file::Part],
    field: &str,
) -> Result<(), EngineError> {
    let name = &part.name;
    is_label(name, &format!("{field}.name"))?;
    if before.iter().any(|other| other.name.value == name.value) || TAKEN.contains(&name.value.as_str()) {
        return Err(EngineError::at(name, format!("{field}.name"), "is taken: name the part otherwise"));
    }
    if part.public && part.port.is_none() {
        return Err(EngineError::at(name, format!("{field}.port"), "is missing: visitors reach this part"));
    }
    for (n, reached) in part.reaches.iter().enumerate() {
        let field = format!("{field}.reaches[{n}]");
        let refused = |sentence: String| Err(EngineError::at(reached, &field, sentence));
        match all.iter().find(|other| other.name.value == reached.value) {
            _ if reached.value == name.value => return refused("is the part itself".to_owned()),
            None => return refused(format!("is {}, which is no part", reached.value)),
            Some(other) if other.port.is_none() => {
                return refused(format!("is {}, which has no port to be reached at", reached.value));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn part(part: file::Part, known: &Declared, field: &str) -> Result<Part, EngineError> {
    let port = match part.port {
        Some(port) if port.value == 0 => {
            return Err(EngineError::at(&port, format!("{field}.port"), "is 0: give one of 1 to 65535"));
        }
        port => port.map(|port| port.value),
    };
    let labels = if part.labels.is_empty() {
        [(COMPONENT_LABEL.to_owned(), part.name.value.clone())].into()
    } else {
        part.labels
    };
    if part.helpers.len() > MOST {
        let field = format!("{field}.helpers");
        return Err(EngineError::at(&part.name, field, format!("are more than {MOST}")));
    }
    let mut helpers = Vec::<Helper>::new();
    for (n, helper) in part.helpers.into_iter().enumerate() {
        let field = format!("{field}.helpers[{n}]");
        if helpers.iter().any(|other| other.name == helper.value.name) {
            return Err(EngineError::at(&helper, field, "has the name of another one"));
        }
        let resources = Spanned::new(helper.value.resources, helper.referenced, helper.defined);
        super::is_sensible(&resources, &field)?;
        helpers.push(Helper { name: helper.value.name, resources: helper.value.resources });
    }
    Ok(Part {
        title: text(part.title, &format!("{field}.title"), MAX_TITLE)?,
        name: part.name.value,
        labels,
        when: when(part.when, known, field)?,
        port,
        public: part.public,
        scales_to_zero: part.scales_to_zero,
        egress: part.egress,
        mail: part.mail,
        reaches: part.reaches.into_iter().map(|name| name.value).collect(),
        helpers,
    })
}

/// As a network policy can be called.
fn is_label(name: &Spanned<String>, field: &str) -> Result<(), EngineError> {
    is_name(name, field)?;
    if name.value.bytes().any(|byte| byte.is_ascii_uppercase()) || name.value.ends_with('-') {
        return Err(EngineError::at(
            name,
            field,
            format!("is “{}”: a part's name has lower-case letters, digits, and dashes within", name.value),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use store::PlanName;

    use super::super::tests::{PAGE, assert_refused};
    use crate::Engine;

    #[test]
    fn a_part_has_a_name_of_its_own_that_a_policy_can_have() {
        assert_refused("{name: data,", "{name: Data,", "parts[0].name", "lower-case");
        assert_refused("{name: data,", "{name: web,", "parts[1].name", "taken");
        assert_refused("{name: data,", "{name: deny-all,", "parts[0].name", "taken");
        assert_refused("title: Data", "title: \"\"", "parts[0].title", "one line");
    }

    #[test]
    fn a_part_reaches_others_that_can_be_reached() {
        assert_refused("reaches: [data]", "reaches: [date]", "parts[1].reaches[0]", "no part");
        assert_refused("reaches: [data]", "reaches: [web]", "parts[1].reaches[0]", "itself");
        assert_refused("Data, port: 5432", "Data", "parts[1].reaches[0]", "no port");
    }

    #[test]
    fn visitors_reach_a_part_at_its_port() {
        assert_refused("    public: true\n", "", "parts", "public: true");
        assert_refused("    port: 8080\n", "", "parts[1].port", "missing");
        assert_refused("port: 8080", "port: 0", "parts[1].port", "1 to 65535");
    }

    #[test]
    fn a_part_is_there_under_the_options_that_it_names() {
        let search =
            "  - {when: {fancy: true}, name: search, title: Search, port: 9200, reaches: [data]}\nasks:";
        let sized =
            PAGE.replacen("asks:", search, 1).replacen("web: *tiny", "web: *tiny\n      search: *tiny", 1);
        let engine = Engine::parse(&sized).unwrap();
        let names = |fancy: bool| {
            let engine = engine.clone().under(&[("fancy".to_owned(), fancy.into())].into());
            let sized: Vec<String> = engine.plans[&PlanName::Small].parts.keys().cloned().collect();
            (engine.parts.into_iter().map(|part| part.name).collect::<Vec<_>>(), sized)
        };
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(names(true), (owned(&["data", "web", "search"]), owned(&["data", "search", "web"])));
        assert_eq!(names(false), (owned(&["data", "web"]), owned(&["data", "web"])));
        assert_refused("{name: data,", "{when: {fency: true}, name: data,", "parts[0].when", "it has fancy");
    }

    #[test]
    fn what_visitors_reach_and_where_something_is_done_is_always_there() {
        assert_refused("name: web\n", "name: web\n    when: {fancy: true}\n", "parts", "always there");
        assert_refused(
            "{name: data,",
            "{when: {fancy: true}, name: data,",
            "actions.dump",
            "not always there",
        );
    }

    #[test]
    fn helpers_are_told_apart_and_ask_for_no_more_than_they_may_use() {
        let cron = "      - {name: cron, resources: {requests: {cpu: 1m, memory: 16Mi}, limits: {cpu: 100m, memory: 32Mi}}}\n";
        assert_refused(cron, &cron.repeat(2), "parts[1].helpers[1]", "another");
        assert_refused("{cpu: 1m,", "{cpu: 200m,", "parts[1].helpers[0]", "raise the limits");
        let with_disk = |requests: &str, limits: &str| {
            cron.replace("16Mi", &format!("16Mi{requests}")).replace("32Mi", &format!("32Mi{limits}"))
        };
        let [less, more] = [", ephemeral-storage: 16Mi", ", ephemeral-storage: 1Gi"];
        assert_refused(cron, &with_disk(more, less), "parts[1].helpers[0]", "raise the limits");
        assert_refused(cron, &with_disk(less, ""), "parts[1].helpers[0]", "say both, or neither");
    }
}
