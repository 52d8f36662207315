//! From the resource to what a page shows.

use std::collections::BTreeMap;

use engine::{Secret, Verb};
use store::{
    Address, Egress, Millis, Options, Phase, PlanCard, Question, StoreSummary, StoreView, Text,
    view::{Offered, OwnMailOffer, PublicValue, Undone, Upkeep, Volume, WaysIn},
};

use crate::{
    config::Config,
    engines::OfferedEngine,
    relay::{self, Relay},
    resource::{Malformed, Store, Wanted, change, progress::Progress},
    stores::asks::{asks, merged},
};

/// The page's view of a Store.
pub fn view(resource: &Store, config: &Config) -> Result<StoreView, Malformed> {
    let wanted = resource.wanted(config)?;
    let progress = Progress::read(resource.status.as_ref());
    // Retry was pressed, and the operator has not come to it yet: what the status tells is of the try before.
    let progress = if progress.is_of(wanted.retry) { progress } else { progress.restarted(wanted.retry) };
    let phase = Phase::of(&progress.conditions, wanted.deleting.is_some());
    let engine = &wanted.engine;
    // What it has, and not what it is to have.
    let plan = progress.release.as_ref().map_or(wanted.plan, |release| release.plan);
    let sizes = engine.sizes(plan).unwrap_or(&wanted.sizes);
    let used = |name: &String| u32::try_from(*progress.used.as_ref()?.get(name)?).ok();
    let of_volume = |engine::Volume { name, title }: &engine::Volume| {
        let gibibytes = sizes.volumes.get(name)?.0;
        Some(Volume { title: title.clone(), gibibytes, used: used(name) })
    };
    let volumes = engine.definition.volumes.iter().filter_map(of_volume).collect();
    let larger =
        engine.definition.plans.iter().filter(|(other, larger)| **other != plan && larger.holds(sizes));
    let larger = larger.map(|(plan, sizes)| PlanCard::new(*plan, sizes.allowance())).collect();
    let offered = engine.egress(&config.egress);
    let egress = if offered.contains(&wanted.egress) { wanted.egress } else { Egress::None };
    let own_mail = match (&resource.spec.mail, engine.definition.has_mail(), egress) {
        (_, false, _) => OwnMailOffer::Never,
        (Some(_), ..) => OwnMailOffer::There,
        (None, _, Egress::None) => OwnMailOffer::Closed,
        (None, _, Egress::Internet) => OwnMailOffer::Possible,
    };
    let other_egress = offered.into_iter().filter(|other| *other != egress).collect();
    let safe_mode = progress.release.as_ref().is_some_and(|release| release.safe_mode);
    // Where it is, and not where it is to be.
    let deployed = progress.release.as_ref().map(|release| release.address.clone());
    let address = deployed
        .unwrap_or_else(|| Address { scheme: config.scheme, host: wanted.id.host(&config.domain_suffix) });
    let versions = progress.release.as_ref().map(|release| release.versions.clone()).unwrap_or_default();
    let options = told(engine, &resource.spec.options);
    let public = public(engine, &progress.public);
    Ok(StoreView {
        summary: StoreSummary {
            phase,
            since: since(phase, &progress, &wanted),
            failed_at: progress.failure.as_ref().map(|failure| failure.step),
            address,
            admin_path: engine.definition.admin_path.as_str().into(),
            created: wanted.created,
            owner: wanted.owner,
            id: wanted.id,
            name: wanted.name,
            engine: engine.key.clone(),
            engine_title: engine.title().into(),
            plan,
        },
        email: wanted.email,
        user: wanted.user,
        attempt: progress.attempt,
        conditions: progress.conditions,
        removal: progress.removal,
        pods: progress.pods,
        failure: progress.failure,
        timeline: merged(asks(resource), progress.timeline),
        timeline_dropped: progress.timeline_dropped,
        started: progress.started,
        deadline: progress.deadline,
        ready: progress.ready,
        engine_notes: engine.notes(relay::mode(wanted.mail.as_ref()), config),
        notices: progress.notices,
        public,
        options,
        allowance: sizes.allowance(),
        volumes,
        versions,
        upkeep: Upkeep {
            suspended: !wanted.running,
            offered: progress.offered.map(|change::Offered { waits, said, versions, .. }| Offered {
                waits,
                said,
                versions,
            }),
            undone: progress.refused.map(|change::Refused { sentence, said, at, .. }| Undone {
                sentence,
                said,
                at,
            }),
            larger,
            egress,
            other_egress,
            safe_mode: engine.definition.has_safe_mode().then_some(safe_mode),
            mail: wanted.mail.as_ref().map(Relay::server),
            own_mail,
        },
        ways_in: WaysIn {
            sign_in: engine.definition.actions.contains_key(&Verb::SignIn),
            set_password: engine.definition.actions.contains_key(&Verb::SetPassword),
        },
    })
}

/// What was chosen, in the order of the questions. What nobody chose is not told: an earlier version did not ask.
fn told(engine: &OfferedEngine, chosen: &Options) -> Vec<Text> {
    let title = |question: &Question| {
        let key = chosen.get(&question.name)?;
        Some(question.choice(key).map_or_else(|| key.as_str().into(), |choice| choice.title.clone()))
    };
    engine.definition.questions(&engine.options).filter_map(title).collect()
}

/// In the order of the engine, and nothing that the engine does not say is public.
fn public(engine: &OfferedEngine, values: &BTreeMap<String, String>) -> Vec<PublicValue> {
    let value = |secret: &Secret| {
        Some(PublicValue { title: secret.public()?.clone(), value: values.get(&secret.key)?.clone() })
    };
    engine.definition.secrets.iter().filter_map(value).collect()
}

fn since(phase: Phase, progress: &Progress, wanted: &Wanted) -> Millis {
    match (phase, progress.phase) {
        (Phase::Queued, _) => wanted.requested,
        (_, Some((told, since))) if told == phase => since,
        // The API server knows of a deletion before the operator has told it.
        (Phase::Deleting, _) => wanted.deleting.unwrap_or(wanted.requested),
        _ => wanted.requested,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use kube::ResourceExt;
    use store::{Allowance, ConditionKind, PlanName, Scheme, State, Versions, view::Failure};

    use super::*;
    use crate::{
        config::tests::{engine_of, example},
        resource::{RETRY_ANNOTATION, change::Release},
    };

    /// As the page makes it.
    pub(crate) fn resource() -> Store {
        serde_json::from_value(serde_json::json!({
            "apiVersion": "storeyard.dev/v1alpha1", "kind": "Store",
            "metadata": {"name": "atelier-nord-x7k2q", "namespace": "storeyard", "creationTimestamp": "2026-01-02T03:04:05Z", "generation": 1,
                         "labels": {"storeyard.dev/request": "00000000000000000000000000000001"},
                         "annotations": {"storeyard.dev/requested-at": "2026-01-02T03:04:05.250Z"}},
            "spec": {"title": "Atelier Nord", "engine": "woocommerce", "plan": "small", "admin": {"user": "ada", "email": "ada@atelier.example"}}
        }))
        .unwrap()
    }

    #[test]
    fn a_store_that_nobody_has_worked_on_is_queued_since_it_was_asked_for() {
        let view = view(&resource(), &example()).unwrap();
        assert_eq!(view.summary.phase, Phase::Queued);
        assert_eq!(view.summary.since, view.summary.created);
        assert_eq!(view.summary.created.0 % 1000, 250);
        assert_eq!(view.summary.address.shop(), "http://store-atelier-nord-x7k2q.localhost");
    }

    #[test]
    fn a_store_whose_retry_was_asked_for_is_queued_and_keeps_its_history() {
        let mut progress = Progress { attempt: 1, ..Progress::default() };
        progress.see(ConditionKind::ReleaseDeployed, State::Failed, "no", Millis(9));
        progress.failure = Some(Failure {
            step: ConditionKind::ReleaseDeployed,
            sentence: "no".into(),
            said: store::Told::default(),
            evidence: vec![],
            at: Millis(9),
        });
        progress.settle(false, Millis(9));
        let mut failed = resource();
        failed.status = Some(progress.write(None));
        assert_eq!(view(&failed, &example()).unwrap().summary.phase, Phase::Failed);
        failed.annotations_mut().insert(RETRY_ANNOTATION.to_owned(), "2026-01-02T03:14:05.250Z".to_owned());
        let view = view(&failed, &example()).unwrap();
        assert_eq!((view.summary.phase, view.failure, view.timeline.len()), (Phase::Queued, None, 1));
        assert_eq!((view.attempt, view.summary.since.since(view.summary.created).0), (2, 600_000));
    }

    /// Of the plan, the address and the versions that another configuration gave.
    fn release() -> Release {
        Release {
            id: "a-1".into(),
            offer: "a".into(),
            plan: PlanName::Small,
            running: true,
            safe_mode: false,
            address: Address { scheme: Scheme::Http, host: "old.example.com".into() },
            versions: Versions::parse("Shop 1.2").unwrap(),
            updated: false,
            since: None,
        }
    }

    #[test]
    fn a_store_shows_the_plan_the_address_and_the_versions_that_it_has_until_it_has_others() {
        let progress = Progress { ready: Some(Millis(1)), release: Some(release()), ..Progress::default() };
        let mut kept = resource();
        kept.spec.plan = "large".into();
        kept.status = Some(progress.write(None));
        let view = view(&kept, &example()).unwrap();
        assert_eq!(view.versions.line(), "Shop 1.2");
        assert_eq!(
            (view.summary.plan, view.summary.address.host.as_str()),
            (PlanName::Small, "old.example.com")
        );
    }

    #[test]
    fn a_deletion_shows_at_once() {
        let mut deleted = resource();
        let at = serde_json::from_value(serde_json::json!("2026-01-02T03:05:00Z")).unwrap();
        deleted.metadata.deletion_timestamp = Some(at);
        let view = view(&deleted, &example()).unwrap();
        assert_eq!(view.summary.phase, Phase::Deleting);
        assert!(view.summary.since > view.summary.created);
    }

    #[test]
    fn what_is_public_is_shown_under_its_title_and_what_the_engine_does_not_call_so_is_not() {
        let mut config = example();
        let secrets = &mut engine_of(&mut config).definition.secrets;
        let key = secrets.iter_mut().find(|secret| secret.key == "auth-key").unwrap();
        let public = Some("Key".into());
        key.from = engine::secret::Source::Seed { prefix: String::new(), digits: 64, public };
        let values = ["auth-key", "database-password"].map(|key| (key.to_owned(), format!("the {key}")));
        let progress = Progress { attempt: 1, public: values.into(), ..Progress::default() };
        let mut store = resource();
        store.status = Some(progress.write(None));
        let shown = view(&store, &config).unwrap().public;
        assert_eq!(shown, [PublicValue { title: "Key".into(), value: "the auth-key".into() }]);
        assert_eq!(view(&store, &example()).unwrap().public, []);
    }

    #[test]
    fn what_a_store_of_the_engine_cannot_do_is_said() {
        let mut config = example();
        engine_of(&mut config).options.insert("plugin".to_owned(), false.into());
        let note = |config: &Config| {
            let notes = view(&resource(), config).unwrap().engine_notes;
            notes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert!(note(&config).contains("without products"));
        assert!(!note(&example()).contains("without products"));
        assert!(note(&example()).contains("sends no mail"));
        assert!(!note(&example()).contains("not enforced"));
        config.volume_sizes_enforced = false;
        assert!(note(&config).ends_with("taken from all others."));
    }

    #[test]
    fn what_the_platform_did_not_write_is_told_by_field() {
        let mut foreign = resource();
        foreign.spec.engine = "shopware".into();
        assert_eq!(
            view(&foreign, &example()).unwrap_err().to_string(),
            "The Store atelier-nord-x7k2q cannot be understood: its engine is not one that the platform offers."
        );
    }

    #[test]
    fn what_a_shop_was_made_with_is_told_and_what_nobody_chose_is_not() {
        assert_eq!(view(&resource(), &example()).unwrap().options, []);
        let mut german = resource();
        german.spec.options = [("timeZone", "Europe/Berlin"), ("language", "de_DE"), ("taste", "sweet")]
            .map(|(name, key)| (name.to_owned(), key.to_owned()))
            .into();
        let told = view(&german, &example()).unwrap().options;
        assert_eq!(
            told.iter().map(Text::to_string).collect::<Vec<_>>(),
            ["German (Deutsch)", "Europe/Berlin"]
        );
        let wanted = german.wanted(&example()).unwrap();
        assert_eq!(
            (wanted.options["language"].as_str(), wanted.options["currency"].as_str()),
            ("de_DE", "EUR")
        );
    }

    #[test]
    fn an_option_that_the_engine_does_not_offer_makes_no_store_and_unmakes_none() {
        let mut odd = resource();
        odd.spec.options = [("language".to_owned(), "xx".to_owned())].into();
        assert_eq!(
            view(&odd, &example()).unwrap_err().to_string(),
            "The Store atelier-nord-x7k2q cannot be understood: its choice of options is not one that the engine offers."
        );
        let progress = Progress { ready: Some(Millis(1)), release: Some(release()), ..Progress::default() };
        odd.status = Some(progress.write(None));
        let options = odd.wanted(&example()).unwrap().options;
        assert_eq!((options["language"].as_str(), options["country"].as_str()), ("xx", "DE"));
    }

    #[test]
    fn what_is_used_of_each_volume_is_told_once_it_was_looked_at() {
        let mut store = resource();
        let told = |store: &Store| view(store, &example()).unwrap().volumes;
        assert!(told(&store).iter().all(|volume| volume.used.is_none()));
        let used = [("database".to_owned(), 90), ("uploads".to_owned(), 2048)].into();
        store.status = Some(Progress { attempt: 1, used: Some(used), ..Progress::default() }.write(None));
        let used: Vec<_> =
            told(&store).iter().map(|volume| (volume.title.to_string(), volume.used)).collect();
        assert_eq!(used, [("database".to_owned(), Some(90)), ("uploads".to_owned(), Some(2048))]);
    }

    #[test]
    fn what_a_plan_gives_is_what_the_engine_says() {
        let view = view(&resource(), &example()).unwrap();
        assert_eq!(view.allowance, Allowance { cpu: 2000, memory: 1024, disk: 5 });
        let volumes: Vec<(String, u32)> =
            view.volumes.iter().map(|volume| (volume.title.to_string(), volume.gibibytes)).collect();
        assert_eq!(volumes, [("database".to_owned(), 2), ("uploads".to_owned(), 3)]);
        assert_eq!(view.summary.admin(), "http://store-atelier-nord-x7k2q.localhost/wp-admin/");
    }
}
