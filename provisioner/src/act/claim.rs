//! Whether this process may act. Of several operators one holds the Lease, and whoever does not is refused every change: by the runner, and by
//! the client that is made here, so that no act has to remember to ask.

use std::future::pending;

use http::{Method, Request};
use kube::{Client, client::Body};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// Cheap to clone; the same claim for all clones.
#[derive(Clone, Debug)]
pub struct Claim(Option<watch::Receiver<Option<Instant>>>);

/// How the error of a refused change reads.
#[derive(Debug, thiserror::Error)]
#[error("another operator may hold the lease, so nothing is changed")]
pub struct Unclaimed;

impl Claim {
    /// Of one that is alone.
    pub fn always() -> Self {
        Self(None)
    }

    /// Valid until the time that is told, by this process' own clock.
    pub fn until(end: watch::Receiver<Option<Instant>>) -> Self {
        Self(Some(end))
    }

    pub fn is_valid(&self) -> bool {
        self.0.as_ref().is_none_or(|end| end.borrow().is_some_and(|end| Instant::now() < end))
    }

    /// Resolves as soon as the claim is not valid.
    pub async fn lost(&self) {
        let Some(mut end) = self.0.clone() else { return pending().await };
        loop {
            let Some(at) = *end.borrow_and_update() else { return };
            tokio::select! {
                () = sleep_until(at) => if !self.is_valid() { return },
                // Without anybody who could renew it, it ends when it was to end.
                changed = end.changed() => if changed.is_err() { return sleep_until(at).await },
            }
        }
    }

    /// A client that changes nothing without the claim. A change that is under way when the claim is lost is no longer waited for.
    pub fn fence(&self, client: Client) -> Client {
        let namespace = client.default_namespace().to_owned();
        let claim = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let (client, claim) = (client.clone(), claim.clone());
            async move {
                if *request.method() == Method::GET {
                    return client.send(request).await;
                }
                tokio::select! {
                    biased;
                    () = claim.lost() => Err(kube::Error::Service(Box::new(Unclaimed))),
                    answer = client.send(request) => answer,
                }
            }
        });
        Client::new(service, namespace)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use fake_cluster::Cluster;
    use k8s_openapi::api::core::v1::Namespace;
    use kube::{
        Api,
        api::{DeleteParams, ObjectMeta, Patch, PatchParams, PostParams},
    };
    use serde_json::json;
    use tokio::time::{sleep, timeout};

    use super::*;

    const MOMENT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(10);

    fn claim(end: Option<Instant>) -> (watch::Sender<Option<Instant>>, Claim) {
        let (sender, receiver) = watch::channel(end);
        (sender, Claim::until(receiver))
    }

    #[tokio::test]
    async fn a_claim_ends_at_its_time_unless_it_is_renewed_before() {
        let began = Instant::now();
        let (sender, claim) = claim(Some(began + MOMENT));
        assert!(claim.is_valid());
        sender.send_replace(Some(began + 4 * MOMENT));
        timeout(LONG, claim.lost()).await.unwrap();
        assert!(began.elapsed() >= 4 * MOMENT && !claim.is_valid());
        sender.send_replace(Some(Instant::now() + LONG));
        assert!(claim.is_valid());
        sender.send_replace(None);
        timeout(LONG, claim.lost()).await.unwrap();
    }

    #[tokio::test]
    async fn a_claim_that_nobody_renews_any_more_ends_at_its_time() {
        let began = Instant::now();
        let (sender, claim) = claim(Some(began + 2 * MOMENT));
        drop(sender);
        assert!(claim.is_valid());
        timeout(LONG, claim.lost()).await.unwrap();
        assert!(began.elapsed() >= 2 * MOMENT);
    }

    #[tokio::test]
    async fn one_that_is_alone_may_always_act() {
        let claim = Claim::always();
        assert!(claim.is_valid() && timeout(MOMENT, claim.lost()).await.is_err());
    }

    #[tokio::test]
    async fn without_the_claim_a_client_reads_and_changes_nothing() {
        let (cluster, (sender, claim)) = (Cluster::new(), claim(Some(Instant::now() + LONG)));
        let namespaces: Api<Namespace> = Api::all(claim.fence(cluster.client()));
        let one = Namespace {
            metadata: ObjectMeta { name: Some("store-a-00000".into()), ..ObjectMeta::default() },
            ..Namespace::default()
        };
        namespaces.create(&PostParams::default(), &one).await.unwrap();
        sender.send_replace(None);
        let label = Patch::Merge(json!({ "metadata": { "labels": { "a": "b" } } }));
        let refused = [
            namespaces.patch("store-a-00000", &PatchParams::default(), &label).await.err(),
            namespaces.delete("store-a-00000", &DeleteParams::default()).await.err(),
        ];
        for error in refused {
            assert!(error.unwrap().to_string().contains("another operator"));
        }
        let unchanged = namespaces.get("store-a-00000").await.unwrap();
        assert_eq!(unchanged.metadata.labels, None);
    }

    #[tokio::test]
    async fn a_change_that_gets_no_answer_ends_with_the_claim() {
        let line = Cluster::new().line();
        line.lose("namespaces");
        let (sender, claim) = claim(Some(Instant::now() + LONG));
        let namespaces: Api<Namespace> = Api::all(claim.fence(line.client()));
        let deletion = tokio::spawn(async move {
            namespaces.delete("store-a-00000", &DeleteParams::default()).await.map(|_| ())
        });
        sleep(MOMENT).await;
        sender.send_replace(None);
        assert!(timeout(LONG, deletion).await.unwrap().unwrap().is_err());
    }
}
