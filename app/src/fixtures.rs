//! Stores in each phase, for tests.

use store::{
    Address, AdminEmail, AdminUser, Allowance, Condition, ConditionKind, Conditions, EngineKey, Index,
    ListQuery, Millis, Phase, PlanName, RemovalKind, Scheme, State, StoreId, StoreName, StoreSummary,
    StoreView, Versions,
    time::Elapsed,
    view::{Evidence, Failure, PodState, PodView, Source, TimelineEntry, TimelineKind},
};

use crate::update::{Shown, Update};

/// 2026-11-23T14:02:11Z
pub(crate) const NOW: Millis = Millis(1_795_442_531_000);

pub(crate) fn summary(id: &str, name: &str, phase: Phase) -> StoreSummary {
    let id = StoreId::parse(id).unwrap();
    StoreSummary {
        address: Address { scheme: Scheme::Http, host: id.host("localhost") },
        admin_path: "/admin/".into(),
        id,
        name: StoreName::parse(name).unwrap(),
        engine: EngineKey::parse("page").unwrap(),
        engine_title: "Page".into(),
        plan: PlanName::Small,
        phase,
        since: NOW,
        failed_at: (phase == Phase::Failed).then_some(ConditionKind::WorkloadsReady),
        created: NOW,
        owner: None,
    }
}

pub(crate) fn view(phase: Phase) -> StoreView {
    let states = {
        use State::{Changing, Done, Failed, InProgress, Lost, Pending, Stopped};
        match phase {
            Phase::Queued => [Pending; 6],
            Phase::Provisioning => [Done, Done, Done, Done, InProgress, Pending],
            Phase::Ready | Phase::Deleting => [Done; 6],
            Phase::Updating => [Done, Done, Done, Changing, Done, Done],
            Phase::Suspended => [Done, Done, Done, Done, Stopped, Stopped],
            Phase::Degraded => [Done, Done, Done, Done, Lost, Lost],
            Phase::Failed => [Done, Done, Done, Done, Failed, Pending],
        }
    };
    let mut conditions = Conditions::default();
    for (kind, state) in ConditionKind::ALL.into_iter().zip(states) {
        conditions.set(kind, Condition::default().seen(state, "", NOW));
    }
    let deleting = phase == Phase::Deleting;
    let failure = Failure {
        step: ConditionKind::WorkloadsReady,
        sentence: "The image of the web server could not be pulled. Check the image's name, then retry."
            .into(),
        said: store::Told::default(),
        evidence: vec![Evidence::verbatim(
            Source::from("pod web-0, container setup".to_owned()),
            "ErrImagePull",
        )],
        at: NOW,
    };
    StoreView {
        summary: summary("atelier-nord-x7k2q", "Atelier Nord", phase),
        email: AdminEmail::parse("ada@atelier.example").unwrap(),
        user: AdminUser::parse("ada").ok(),
        attempt: 1,
        conditions,
        removal: if deleting {
            vec![(RemovalKind::ReleaseUninstalled, Condition::default().seen(State::InProgress, "", NOW))]
        } else {
            Vec::new()
        },
        pods: vec![PodView {
            name: "database-0".into(),
            state: PodState::Ready,
            detail: String::new(),
            said: store::Told::default(),
        }],
        failure: (phase == Phase::Failed).then_some(failure),
        timeline: vec![TimelineEntry {
            at: NOW,
            what: TimelineKind::Command {
                line: "kubectl apply --server-side -f - # namespace".into(),
                took: Elapsed(120),
                exit: Some(0),
                complaint: String::new(),
            },
        }],
        timeline_dropped: 0,
        started: Some(NOW),
        deadline: None,
        ready: (phase == Phase::Ready).then_some(Millis(NOW.0 + 12_000)),
        engine_notes: vec![],
        notices: vec![],
        public: vec![],
        options: vec!["Blue".into(), "UTC".into()],
        upkeep: store::view::Upkeep::default(),
        ways_in: store::view::WaysIn::default(),
        allowance: Allowance { cpu: 1000, memory: 512, disk: 0 },
        volumes: Vec::new(),
        versions: Versions::parse("Page 1.2").unwrap(),
    }
}

pub(crate) fn shown(phase: Phase) -> Update {
    update(Shown::Store(Box::new(view(phase))))
}

/// A list with a store in each of `phases`, named “Store 0” and so on.
pub(crate) fn list(phases: &[Phase]) -> Update {
    let stores: Vec<StoreSummary> = phases
        .iter()
        .enumerate()
        .map(|(i, phase)| summary(&format!("store-{i}-abcde"), &format!("Store {i}"), *phase))
        .collect();
    update(Shown::List(stores.into_iter().collect::<Index>().page(&ListQuery::default(), |_| true)))
}

fn update(shown: Shown) -> Update {
    Update { revision: "1".into(), now: NOW, stale: None, usually: None, shown, vitals: None }
}
