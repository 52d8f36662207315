//! What the shops' containers use, looked at one after the other. Nothing depends on it but what is told.

use std::{collections::HashMap, future::pending, sync::Arc, time::Duration};

use engine::Part;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use store::{Phase, StoreId};
use tokio::time::{Instant, sleep, sleep_until};

use super::context::Context;
use crate::{
    act::commands,
    observe::{pods::running, usage::Usage},
    resource::Store,
    window::Quantity,
};

/// A store is looked at so often at most; where there are many, less often.
const EVERY: Duration = Duration::from_secs(60);
/// After each look so many times as long as it took nothing is looked at: with however many stores, it costs a fifth of one program's time.
const REST: u32 = 4;
/// A container that tells nothing is asked less and less often, down to this: its node may tell it in another way.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Pod and container.
type Place = (String, String);

/// What was seen of the containers before, and which of them told nothing.
#[derive(Default)]
struct Looks {
    seen: HashMap<Place, (Usage, Instant)>,
    silent: HashMap<Place, Silence>,
}

/// When a container told nothing, and for how long it is not asked after that.
struct Silence {
    since: Instant,
    pause: Duration,
}

/// Looks until the operator ends.
pub(super) async fn watch(context: Arc<Context>) {
    let mut looks = Looks::default();
    loop {
        let began = Instant::now();
        if context.is_loaded() && context.claim.is_valid() {
            let stores = context.stores.state();
            for store in &stores {
                looks.look_at(&context, store).await;
            }
            // Of what a turn has not come by, nothing is remembered.
            looks.seen.retain(|_, (_, at)| *at >= began);
            looks.silent.retain(|_, silence| silence.since.elapsed() < 2 * PATIENCE);
            let is_there =
                |id: &StoreId| stores.iter().any(|store| store.metadata.name.as_deref() == Some(id.as_str()));
            context.rings().retain(is_there);
        }
        sleep_until(began + EVERY).await;
    }
}

impl Looks {
    async fn look_at(&mut self, context: &Context, store: &Store) {
        let Ok(id) = StoreId::parse(&store.name_any()) else { return };
        let Ok(wanted) = store.wanted(&context.config) else { return };
        if !is_up(store) {
            return;
        }
        let pods = context.pods_of(&id);
        for part in &wanted.engine.definition.parts {
            for place in main_containers(part, &pods) {
                self.look(context, &id, part, place).await;
            }
        }
    }

    async fn look(&mut self, context: &Context, id: &StoreId, part: &Part, place: Place) {
        if self.silent.get(&place).is_some_and(|silence| silence.since.elapsed() < silence.pause) {
            return;
        }
        let began = Instant::now();
        let look = commands::look_at_usage(&id.namespace(), &place.0, &place.1);
        // It changes nothing, and would fill the timeline.
        let ran = context.runner.run(look, pending()).await;
        let usage = ran.outcome.as_deref().ok().and_then(Usage::parse);
        match usage {
            Some(usage) => {
                self.silent.remove(&place);
                self.note(context, id, part, place, usage);
            }
            None => {
                tracing::debug!(store = %id, pod = place.0, error = ?ran.outcome.err(), "what a container uses is not known");
                let pause = pause(self.silent.get(&place).map(|silence| silence.pause));
                self.silent.insert(place, Silence { since: began, pause });
            }
        }
        sleep(began.elapsed() * REST).await;
    }

    fn note(&mut self, context: &Context, id: &StoreId, part: &Part, place: Place, usage: Usage) {
        let at = Instant::now();
        context.note(id, Quantity::Memory, &part.name, usage.mebibytes());
        let before = self.seen.insert(place, (usage, at));
        let since = |(before, then): (Usage, Instant)| {
            usage.cpu_since(before, i64::try_from((at - then).as_millis()).unwrap_or(i64::MAX))
        };
        if let Some(cpu) = before.and_then(since) {
            context.note(id, Quantity::Cpu, &part.name, cpu);
        }
    }
}

/// One that begins anew just now is asked at the next turn.
fn pause(before: Option<Duration>) -> Duration {
    before.map_or(Duration::ZERO, |before| (2 * before).clamp(EVERY, PATIENCE))
}

/// Whether containers of the shop are to run.
fn is_up(store: &Store) -> bool {
    let phase = store.status.as_ref().and_then(|status| status.phase.as_deref());
    store.metadata.deletion_timestamp.is_none()
        && [Phase::Ready, Phase::Degraded, Phase::Updating].iter().any(|up| phase == Some(&up.to_string()))
}

/// Of those that run, the ones that the plan is about.
fn main_containers(part: &Part, pods: &[Pod]) -> Vec<Place> {
    let is_main = |(_, container): &Place| part.helpers.iter().all(|helper| helper.name != *container);
    running(part, pods).into_iter().filter(is_main).collect()
}

#[cfg(test)]
mod tests {
    use std::iter;

    use super::*;

    #[test]
    fn a_container_that_told_nothing_once_is_asked_at_the_next_turn_and_one_that_never_does_seldom() {
        let pauses = iter::successors(Some(pause(None)), |before| Some(pause(Some(*before))));
        let minutes: Vec<u64> = pauses.take(7).map(|pause| pause.as_secs() / 60).collect();
        assert_eq!(minutes, [0, 1, 2, 4, 8, 15, 15]);
    }
}
