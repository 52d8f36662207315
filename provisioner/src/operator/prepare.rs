//! The ground a store stands on: its namespace, its fences, its limits, its credentials.

use std::time::Duration;

use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::{Api, ResourceExt};
use serde_json::Value;
use store::{ConditionKind, Millis, Said, State, Told};
use tokio::time::{Instant, sleep};

use super::{
    ReconcileError,
    events::Reason,
    reconcile::{Flow, Reconcile},
};
use crate::{
    act::{
        certificate, commands,
        manifests::{self, Keys},
        runner::{CommandError, Invocation, Ran},
    },
    resource::{PLATFORM_LABEL, READY_ANNOTATION, STORE_LABEL, Wanted, millis, now},
};

/// Rights in a new namespace take a moment to be known to every API server.
const RIGHTS: Duration = Duration::from_secs(5);

/// Whose namespace it is that bears the store's name.
pub(super) enum Found {
    Nothing,
    /// It says so, or it is the very one that was made for the store.
    Ours(Ours),
    Foreign,
}

pub(super) struct Ours {
    pub(super) uid: String,
    pub(super) terminating: bool,
    /// Whether it still says whose it is; if not, it may not be touched.
    pub(super) labelled: bool,
    /// When the shop in it first answered.
    pub(super) ready: Option<Millis>,
    pub(super) made: Millis,
    pub(super) namespace: Box<Namespace>,
}

impl Reconcile<'_> {
    pub(super) async fn find_namespace(&self) -> Result<Found, ReconcileError> {
        let namespaces: Api<Namespace> = Api::all(self.context.client.clone());
        let Some(namespace) = namespaces.get_opt(&self.id.namespace()).await? else {
            return Ok(Found::Nothing);
        };
        let labels = namespace.labels();
        let labelled = labels.get(STORE_LABEL).is_some_and(|id| id == self.id.as_str())
            && labels.get(PLATFORM_LABEL).is_some_and(|platform| *platform == self.context.config.namespace);
        let uid = namespace.uid().unwrap_or_default();
        if !labelled && self.progress.namespace_uid.as_deref() != Some(&uid) {
            return Ok(Found::Foreign);
        }
        let made = namespace.metadata.creation_timestamp.as_ref().map_or(0, |time| time.0.as_millisecond());
        Ok(Found::Ours(Ours {
            uid,
            terminating: namespace.metadata.deletion_timestamp.is_some(),
            labelled,
            ready: namespace.annotations().get(READY_ANNOTATION).and_then(|text| millis(text)),
            made: Millis(made),
            namespace: Box::new(namespace),
        }))
    }

    pub(super) async fn prepare(&mut self, wanted: &Wanted) -> Result<Flow, ReconcileError> {
        match self.find_namespace().await? {
            Found::Foreign => return Ok(self.foreign_namespace()),
            Found::Ours(Ours { terminating: true, .. }) => {
                self.see(ConditionKind::NamespaceReady, State::InProgress, Said::AfterEarlierTry);
                self.save().await?;
                return Ok(self.pause(Duration::from_millis(500)));
            }
            Found::Ours(_) | Found::Nothing => {}
        }
        self.see(ConditionKind::NamespaceReady, State::InProgress, Said::MakingNamespace);
        let kinds = "Namespace, RoleBinding";
        let namespace =
            manifests::namespace(&self.id, &self.context.config, self.context.account.as_ref(), None);
        let kinds = if namespace.len() > 1 { kinds } else { "Namespace" };
        let news = self.news();
        let (ran, told, given) = {
            let this = &*self;
            tokio::join!(
                this.context.runner.run(commands::apply(kinds, &namespace), this.unwanted()),
                this.tell_if(news.as_ref()),
                this.given(wanted),
            )
        };
        let ran = self.record(ran);
        self.told_if(news.as_ref(), told?);
        if let Err(error) = ran {
            return Ok(self.complained(ConditionKind::NamespaceReady, &error));
        }
        // It is there, and lacks its fences: what those wait for is what has to be told from here.
        self.see(ConditionKind::NamespaceReady, State::InProgress, "");
        self.see(ConditionKind::QuotaApplied, State::InProgress, "");
        self.see(ConditionKind::CredentialsReady, State::InProgress, "");
        let secrets = match given? {
            Ok(given) => self.own_secrets(wanted, given).await?,
            Err(unusable) => Err(unusable.said()),
        };
        let secrets = match secrets {
            Ok(secrets) => secrets,
            Err(why) => return Ok(self.complained_of(ConditionKind::CredentialsReady, why)),
        };
        self.furnish(wanted, &secrets).await
    }

    async fn furnish(&mut self, wanted: &Wanted, secrets: &Keys) -> Result<Flow, ReconcileError> {
        let id = self.id.clone();
        let engine = &wanted.engine.definition;
        let limits = commands::apply(
            "ResourceQuota, LimitRange",
            &manifests::limits(&id, engine, &wanted.sizes, &self.context.config.ingress.tls),
        );
        let mut fences = manifests::policies(&id, engine, wanted.outward(), &self.context.config);
        fences.push(manifests::credentials(&id, secrets));
        match self.copies().await? {
            Ok(copies) => fences.extend(copies),
            Err(why) => return Ok(self.complained_of(ConditionKind::CredentialsReady, why)),
        }
        fences.extend(self.certificate_of_before().await?);
        let fences = commands::apply("NetworkPolicies, Secret", &fences);
        let namespaces: Api<Namespace> = Api::all(self.context.client.clone());
        let name = id.namespace();
        let (limited, fenced, namespace) =
            tokio::join!(self.patiently(limits), self.patiently(fences), namespaces.get(&name));
        let (limited, fenced) = (self.record(limited), self.record(fenced));
        self.progress.namespace_uid = namespace?.uid();
        match limited {
            Ok(_) => self.see(ConditionKind::QuotaApplied, State::Done, ""),
            Err(CommandError::Cancelled { .. }) => return Ok(Flow::Continue),
            Err(error) => {
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default().trim_start_matches("Error from server ");
                let message = Said::LimitsNotApplied { why: why.to_owned() };
                self.progress.note(message.clone(), now());
                self.see(ConditionKind::QuotaApplied, State::NotApplied, message);
            }
        }
        if let Err(error) = fenced {
            return Ok(self.complained(ConditionKind::NamespaceReady, &error));
        }
        self.see(ConditionKind::NamespaceReady, State::Done, "");
        self.see(ConditionKind::CredentialsReady, State::Done, "");
        self.tell_event(
            Reason::Created,
            format!(
                "The namespace {} was made, with its limits, its network policies and its Secrets.",
                id.namespace()
            ),
        );
        self.memory.complaint = None;
        self.memory.why = Told::default();
        self.memory.complaints = 0;
        Ok(Flow::Continue)
    }

    /// Runs a command that needs rights which were given a moment ago.
    async fn patiently(&self, invocation: Invocation) -> Ran {
        let until = Instant::now() + RIGHTS;
        let needs_rights = self.context.account.is_some();
        loop {
            let ran = self.context.runner.run(invocation.clone(), self.unwanted()).await;
            let is_forbidden = ran.outcome.as_ref().is_err_and(CommandError::is_forbidden);
            if !needs_rights || !is_forbidden || Instant::now() > until {
                return ran;
            }
            sleep(Duration::from_millis(150)).await;
        }
    }

    /// Copies of the platform's Secrets with which the store's images are pulled and its shop is shown to be itself, or what is wrong
    /// with one.
    pub(super) async fn copies(&self) -> Result<Result<Vec<Value>, Told>, ReconcileError> {
        let config = &self.context.config;
        let secrets: Api<Secret> = Api::namespaced(self.context.client.clone(), &config.namespace);
        let mut copies = Vec::new();
        for name in &config.image_pull_secrets {
            let Some(secret) = secrets.get_opt(name).await? else {
                let (secret, namespace) = (name.clone(), config.namespace.clone());
                return Ok(Err(Said::PullSecretMissing { secret, namespace }.into()));
            };
            match manifests::pull_secret(&self.id, name, &secret) {
                Ok(copy) => copies.push(copy),
                Err(error) => return Ok(Err(error.to_string().into())),
            }
        }
        if let Some(name) = config.ingress.tls.of_all_shops() {
            let Some(secret) = secrets.get_opt(name).await? else {
                let (secret, namespace) = (name.to_owned(), config.namespace.clone());
                return Ok(Err(Said::CertificateMissing { secret, namespace }.into()));
            };
            match certificate::copy(&self.id, &secret) {
                Ok(copy) => copies.push(copy),
                Err(error) => return Ok(Err(error.to_string().into())),
            }
        }
        Ok(Ok(copies))
    }

    fn foreign_namespace(&mut self) -> Flow {
        let why = Said::ForeignNamespace { namespace: self.id.namespace() };
        self.fail(ConditionKind::NamespaceReady, why.into(), Vec::new());
        Flow::Continue
    }
}
