//! What comes next for a store that was ever ready: it is kept as it is, healed, or changed to what is wanted, and whatever does not come up is
//! undone. Nothing here removes anything.

use store::{Millis, Said, Told, Versions};

use crate::{
    decide::diagnosis::capitalised,
    observe::{
        release::{self, Revision, Status},
        rollout::Rollout,
        seen::Seen,
    },
    resource::change::{Change, ChangeKind, Refused, Release, Settled},
};

/// What the status tells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    pub release: Option<&'a Release>,
    pub change: Option<&'a Change>,
    pub refused: Option<&'a Refused>,
    pub settled: Option<Settled>,
}

/// What is so.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    pub now: Millis,
    pub wanted: &'a Release,
    /// Helm's revisions.
    pub revisions: Seen<&'a [Revision]>,
    pub rollout: Seen<Rollout>,
    /// Whether the shop answered since the rollout was over.
    pub answers: Seen<bool>,
    pub fences: Seen<u64>,
    pub objects: Seen<u64>,
    pub settling: Settling,
    /// Whether it is the store's turn to be updated.
    pub is_turn: bool,
    /// Somebody asked for an update since the last one was undone.
    pub asked: bool,
    /// What the store's Secret was made from has changed since.
    pub is_outdated: bool,
    /// Something was put back just now, and is not put back again so soon.
    pub healed: bool,
    /// What a command complained of, where more tries would change nothing.
    pub hopeless: Option<&'a str>,
    /// How long a change may take.
    pub seconds: u32,
}

/// Whether something has just been made that the watches may not have told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Settling {
    #[default]
    No,
    Going,
    /// They have told of it. What stood there when it was decided, if it was to put something back.
    Over(Option<Settled>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing until something changes or the shop is asked again.
    Rest,
    /// Nothing until a change that is under way has come further.
    Wait,
    /// What is deployed is known again.
    Adopt(Release),
    /// What stands in the namespace is as it should be.
    Settle(Settled),
    /// What was changed or deleted by somebody else is made as it was.
    Heal(Heal),
    Begin(Change),
    /// Limits, policies and Secrets as the change wants them, before anything runs that needs them.
    Fence,
    /// Helm brings the release further to what the change wants.
    Deploy(release::Next),
    /// The change is given up, and undone.
    Undo(Told),
    RollBack(u32),
    /// The change has come to its end.
    Finish,
    /// It was undone, or there is nothing to go back to.
    Refuse(Told),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heal {
    /// Limits, policies and Secrets are applied anew.
    pub fences: bool,
    /// The objects of that revision are made as they were.
    pub revision: Option<u32>,
}

/// A shop without its safe mode may be a broken one, which visitors see until it is back: it is not given as long as an update may take.
const LEAVES_SAFE_MODE: u32 = 120;
/// What ran before has run, and does so again within this time, in seconds, or is no longer waited for.
const COMES_BACK: u32 = 120;

pub fn keep(known: Known<'_>, facts: &Facts<'_>) -> Act {
    // Nothing follows from what was not read.
    let Seen::There(revisions) = facts.revisions else { return Act::Rest };
    match known.change {
        // Something else was asked for meanwhile: that is made of whatever there is.
        Some(change) if change.undone.is_none() && change.to.id != facts.wanted.id => {
            Act::Begin(begin(known, facts, revisions))
        }
        Some(change) => go_on(change, facts, revisions),
        None => look(known, facts, revisions),
    }
}

fn go_on(change: &Change, facts: &Facts<'_>, revisions: &[Revision]) -> Act {
    let newest = newest(revisions);
    if let Some(why) = change.why_undone() {
        let behind = newest.filter(|newest| {
            newest.status == Status::Deployed && newest.values_id.as_deref() != Some(&change.to.id)
        });
        let back = change.back.filter(|back| is_another(revisions, *back, &change.to.id));
        return match (behind, back) {
            (Some(deployed), _) if !is_back(deployed, facts) && change.to.id == facts.wanted.id => Act::Wait,
            (Some(_), _) | (None, None) => Act::Refuse(why),
            (None, Some(back)) => match release::next(revisions, &change.to.id, facts.now) {
                release::Next::Wait(_) => Act::Wait,
                release::Next::Forget(revision) => Act::Deploy(release::Next::Forget(revision)),
                _ => Act::RollBack(back),
            },
        };
    }
    if let Some(complaint) = facts.hopeless {
        return Act::Undo(format!("{}.", capitalised(complaint)).into());
    }
    let next = release::next(revisions, &change.to.id, facts.now);
    let is_late = facts.now >= change.deadline;
    if !change.fenced {
        return if is_late { Act::Undo(Said::LimitsLate.into()) } else { Act::Fence };
    }
    match next {
        release::Next::Nothing => {}
        _ if is_late => return Act::Undo(Said::ReleaseLate.into()),
        release::Next::Wait(_) => return Act::Wait,
        next => return Act::Deploy(next),
    }
    match (facts.rollout, facts.answers) {
        (Seen::There(Rollout::Over), _) if !change.to.running => Act::Finish,
        (Seen::There(Rollout::Over), Seen::There(true)) => Act::Finish,
        (Seen::There(Rollout::Going), _) if is_late => Act::Undo(Said::PartsLate.into()),
        (Seen::There(Rollout::Over), Seen::There(false)) if is_late => Act::Undo(Said::AnswerLate.into()),
        _ => Act::Wait,
    }
}

/// Whether what ran before runs again. Until then visitors may be answered by either, so nothing is said of the shop.
fn is_back(deployed: &Revision, facts: &Facts<'_>) -> bool {
    facts.rollout == Seen::There(Rollout::Over)
        || facts.now >= deployed.since.plus_seconds(i64::from(COMES_BACK.min(facts.seconds)))
}

fn look(known: Known<'_>, facts: &Facts<'_>, revisions: &[Revision]) -> Act {
    let newest = newest(revisions);
    let Some(release) = known.release else { return adopt(facts, newest) };
    let refused = known.refused.is_some_and(|refused| refused.to.id == facts.wanted.id) && !facts.asked;
    if release.id != facts.wanted.id && !refused {
        let kind = ChangeKind::between(Some(release), facts.wanted);
        if kind.is_asked_for() || facts.is_turn {
            return Act::Begin(begin(known, facts, revisions));
        }
    }
    let (Seen::There(fences), Seen::There(objects)) = (facts.fences, facts.objects) else { return Act::Rest };
    let now = Settled { fences, objects };
    let is_as_known = known.settled == Some(now);
    let is_outdated = facts.is_outdated && !facts.healed;
    match facts.settling {
        Settling::Going => return Act::Wait,
        // Only what is as it should be is known as that.
        _ if is_outdated => {}
        Settling::Over(None) => return Act::Settle(now),
        // Putting back what was changed has changed nothing more, or all is as it was: nobody was at it meanwhile.
        Settling::Over(Some(before)) if is_as_known || before == now => return Act::Settle(now),
        Settling::No if is_as_known => return Act::Rest,
        Settling::Over(_) | Settling::No if facts.healed => return Act::Rest,
        Settling::Over(_) | Settling::No => {}
    }
    let Some(deployed) = newest.filter(|newest| newest.status == Status::Deployed) else {
        // Helm knows nothing of it any more, or was killed in the midst of it: it is made again of what is wanted.
        return Act::Begin(begin(known, facts, revisions));
    };
    Act::Heal(Heal {
        fences: is_outdated || known.settled.is_none_or(|settled| settled.fences != fences),
        revision: known.settled.is_none_or(|settled| settled.objects != objects).then_some(deployed.number),
    })
}

/// The status was lost, or never told of a release.
fn adopt(facts: &Facts<'_>, newest: Option<&Revision>) -> Act {
    let Some(newest) = newest.filter(|newest| newest.status == Status::Deployed) else {
        return Act::Begin(begin(Known::default(), facts, &[]));
    };
    let id = newest.values_id.clone().unwrap_or_default();
    if id == facts.wanted.id {
        return Act::Adopt(facts.wanted.clone());
    }
    let offer = id.split('-').next().unwrap_or_default().to_owned();
    // What another offer has in it, nothing tells any more.
    let versions =
        if offer == facts.wanted.offer { facts.wanted.versions.clone() } else { Versions::default() };
    Act::Adopt(Release { id, offer, versions, updated: false, ..facts.wanted.clone() })
}

fn begin(known: Known<'_>, facts: &Facts<'_>, revisions: &[Revision]) -> Change {
    let good = |revision: &&Revision| {
        revision.status == Status::Deployed
            && known.release.is_some_and(|release| revision.values_id.as_deref() == Some(&release.id))
    };
    let kind = ChangeKind::between(known.release, facts.wanted);
    let seconds = match kind {
        ChangeKind::LeaveSafeMode => facts.seconds.min(LEAVES_SAFE_MODE),
        _ => facts.seconds,
    };
    let back = known.change.and_then(|change| change.back);
    let back = back.or_else(|| revisions.iter().find(good).map(|revision| revision.number));
    Change {
        kind,
        to: facts.wanted.clone(),
        back: back.filter(|back| is_another(revisions, *back, &facts.wanted.id)),
        began: facts.now,
        deadline: facts.now.plus_seconds(i64::from(seconds)),
        fenced: false,
        undone: None,
        said: Told::default(),
    }
}

/// Whether the revision is there and of another release: to itself there is no way back.
fn is_another(revisions: &[Revision], number: u32, id: &str) -> bool {
    let revision = revisions.iter().find(|revision| revision.number == number);
    revision.is_some_and(|revision| revision.values_id.as_deref() != Some(id))
}

fn newest(revisions: &[Revision]) -> Option<&Revision> {
    revisions.iter().max_by_key(|revision| revision.number)
}

#[cfg(test)]
mod tests;
