use proptest::prelude::*;
use store::{Address, PlanName, Scheme};

use super::*;

fn release(id: &str, running: bool) -> Release {
    let offer = id.split('-').next().unwrap_or_default().to_owned();
    let address = Address { scheme: Scheme::Http, host: "store-a.localhost".into() };
    Release {
        id: id.to_owned(),
        offer,
        plan: PlanName::Small,
        running,
        safe_mode: false,
        address,
        versions: Versions::default(),
        updated: false,
        since: None,
    }
}

/// A store in a cluster that does what it is told.
struct Model {
    release: Option<Release>,
    change: Option<Change>,
    refused: Option<Refused>,
    settled: Option<Settled>,
    revisions: Vec<Revision>,
    fences: u64,
    objects: u64,
    settling: Settling,
    before: Option<Settled>,
    now: Millis,
    /// Releases with which the shop answers.
    good: Vec<&'static str>,
    is_outdated: bool,
}

const RIGHT: u64 = 1;

impl Model {
    fn kept(id: &str) -> Self {
        let mut model = Self {
            release: Some(release(id, true)),
            change: None,
            refused: None,
            settled: Some(Settled { fences: RIGHT, objects: RIGHT }),
            revisions: Vec::new(),
            fences: RIGHT,
            objects: RIGHT,
            settling: Settling::No,
            before: None,
            now: Millis(1_000_000),
            good: vec!["a-1", "a-2", "b-1"],
            is_outdated: false,
        };
        model.deploy(id);
        model
    }

    fn known(&self) -> Known<'_> {
        Known {
            release: self.release.as_ref(),
            change: self.change.as_ref(),
            refused: self.refused.as_ref(),
            settled: self.settled,
        }
    }

    fn deployed(&self) -> &str {
        let newest = newest(&self.revisions).and_then(|newest| newest.values_id.as_deref());
        newest.unwrap_or_default()
    }

    fn deploy(&mut self, id: &str) {
        let number = newest(&self.revisions).map_or(1, |newest| newest.number + 1);
        for revision in &mut self.revisions {
            revision.status = Status::Other;
        }
        let (status, values_id) = (Status::Deployed, Some(id.to_owned()));
        self.revisions.push(Revision { number, status, values_id, since: self.now });
        self.objects = RIGHT;
    }

    fn facts<'a>(&'a self, wanted: &'a Release) -> Facts<'a> {
        Facts {
            now: self.now,
            wanted,
            revisions: Seen::There(&self.revisions),
            rollout: Seen::There(Rollout::Over),
            answers: Seen::There(self.good.contains(&self.deployed())),
            fences: Seen::There(self.fences),
            objects: Seen::There(self.objects),
            settling: self.settling,
            is_turn: true,
            asked: false,
            is_outdated: self.is_outdated,
            healed: false,
            hopeless: None,
            seconds: 600,
        }
    }

    fn step(&mut self, wanted: &Release) -> Act {
        let act = keep(self.known(), &self.facts(wanted));
        self.now = self.now.plus_seconds(30);
        match act.clone() {
            Act::Rest => {}
            Act::Wait if self.settling == Settling::Going => self.settling = Settling::Over(self.before),
            Act::Wait => {}
            Act::Adopt(release) => self.release = Some(release),
            Act::Settle(settled) => {
                self.settled = Some(settled);
                self.settling = Settling::No;
            }
            Act::Heal(heal) => {
                self.before = Some(Settled { fences: self.fences, objects: self.objects });
                if heal.fences {
                    self.is_outdated = false;
                    self.fences = RIGHT;
                }
                if heal.revision.is_some() {
                    self.objects = RIGHT;
                }
                self.settling = Settling::Going;
            }
            Act::Begin(change) => {
                self.change = Some(change);
                self.settled = None;
            }
            Act::Fence => {
                self.change.as_mut().unwrap().fenced = true;
                self.fences = RIGHT;
            }
            Act::Deploy(release::Next::Forget(number)) => {
                self.revisions.retain(|revision| revision.number != number);
            }
            Act::Deploy(_) => self.deploy(&self.change.as_ref().unwrap().to.id.clone()),
            Act::Undo(why) => self.change.as_mut().unwrap().undone = Some(why.to_string()),
            Act::RollBack(back) => {
                let id = self.revisions.iter().find(|revision| revision.number == back);
                let id = id.and_then(|revision| revision.values_id.clone()).unwrap();
                self.deploy(&id);
            }
            Act::Finish => {
                self.release = self.change.take().map(|change| change.to);
            }
            Act::Refuse(why) => {
                let Change { kind, to, .. } = self.change.take().unwrap();
                let sentence = why.to_string();
                self.refused = Some(Refused { kind, to, sentence, said: why.coded(), at: self.now });
            }
        }
        act
    }

    /// Until nothing is left to do.
    fn run(&mut self, wanted: &Release) -> Vec<Act> {
        let mut acts = Vec::new();
        for _ in 0..100 {
            let act = self.step(wanted);
            if act == Act::Rest {
                return acts;
            }
            acts.push(act);
        }
        panic!("it comes to no end: {acts:#?}");
    }
}

#[test]
fn a_store_that_is_as_it_should_be_is_left_alone() {
    assert_eq!(Model::kept("a-1").run(&release("a-1", true)), []);
}

#[test]
fn what_a_change_needs_around_it_is_there_before_it_is_deployed_or_it_is_undone() {
    let mut model = Model::kept("a-1");
    let acts = model.run(&release("b-1", true));
    let at = |wanted: fn(&Act) -> bool| acts.iter().position(wanted).unwrap();
    assert!(at(|act| *act == Act::Fence) < at(|act| matches!(act, Act::Deploy(_))));
    let (wanted, revisions) = (release("a-1", true), model.revisions.clone());
    let change = begin(model.known(), &model.facts(&wanted), &revisions);
    let late = Facts { now: change.deadline, ..model.facts(&wanted) };
    assert!(matches!(go_on(&change, &late, &revisions), Act::Undo(_)));
}

#[test]
fn what_the_platform_offers_anew_is_deployed_and_the_shop_has_to_answer() {
    let mut model = Model::kept("a-1");
    model.run(&release("b-1", true));
    assert_eq!((model.deployed(), model.refused.is_some()), ("b-1", false));
    assert_eq!(model.release.unwrap().offer, "b");
}

#[test]
fn an_update_after_which_the_shop_does_not_answer_is_undone_and_not_tried_again() {
    let mut model = Model::kept("a-1");
    let acts = model.run(&release("c-1", true));
    assert!(acts.contains(&Act::RollBack(1)), "{acts:#?}");
    assert_eq!(model.deployed(), "a-1");
    assert_eq!(model.release.as_ref().unwrap().id, "a-1");
    assert!(model.refused.as_ref().unwrap().sentence.contains("did not answer"));
    assert_eq!(model.run(&release("c-1", true)), []);
    // Something better is offered.
    model.run(&release("b-1", true));
    assert_eq!(model.deployed(), "b-1");
}

#[test]
fn a_change_is_undone_when_only_what_ran_before_answers_or_does_not_come_back_in_time() {
    let mut model = Model::kept("a-1");
    let wanted = release("c-1", true);
    while model.change.as_ref().is_none_or(|change| change.undone.is_none()) || model.deployed() != "a-1" {
        model.step(&wanted);
    }
    model.now = model.revisions[2].since;
    let known = model.known();
    let going = Facts { rollout: Seen::There(Rollout::Going), ..model.facts(&wanted) };
    assert_eq!(keep(known, &going), Act::Wait);
    assert_eq!(keep(known, &Facts { rollout: Seen::Unknown, ..going.clone() }), Act::Wait);
    assert!(matches!(keep(known, &model.facts(&wanted)), Act::Refuse(_)));
    let late = going.now.plus_seconds(i64::from(COMES_BACK));
    assert!(matches!(keep(known, &Facts { now: late, ..going.clone() }), Act::Refuse(_)));
    let other = release("b-1", true);
    assert!(matches!(keep(known, &Facts { wanted: &other, ..going }), Act::Refuse(_)));
}

#[test]
fn an_update_waits_for_its_turn_and_what_somebody_asks_for_does_not() {
    let model = Model::kept("a-1");
    let (update, stop) = (release("b-1", true), release("b-2", false));
    let facts = |wanted| Facts {
        now: model.now,
        wanted,
        revisions: Seen::There(&model.revisions),
        rollout: Seen::Unknown,
        answers: Seen::Unknown,
        fences: Seen::There(RIGHT),
        objects: Seen::There(RIGHT),
        settling: Settling::No,
        is_turn: false,
        asked: false,
        is_outdated: false,
        healed: false,
        hopeless: None,
        seconds: 600,
    };
    assert_eq!(keep(model.known(), &facts(&update)), Act::Rest);
    assert!(
        matches!(keep(model.known(), &facts(&stop)), Act::Begin(change) if change.kind == ChangeKind::Suspend)
    );
}

#[test]
fn a_store_that_is_stopped_is_done_when_nothing_runs_and_need_not_answer() {
    let mut model = Model::kept("a-1");
    model.run(&release("a-9", false));
    assert_eq!(model.deployed(), "a-9");
    assert!(!model.release.unwrap().running);
}

#[test]
fn a_shop_that_does_not_answer_without_its_safe_mode_is_back_in_it_and_soon() {
    let mut model = Model::kept("a-1");
    model.release.as_mut().unwrap().safe_mode = true;
    let broken = release("c-1", true);
    let revisions = model.revisions.clone();
    let change = begin(model.known(), &model.facts(&broken), &revisions);
    assert_eq!((change.kind, change.deadline.since(change.began).0), (ChangeKind::LeaveSafeMode, 120_000));
    model.run(&broken);
    assert_eq!(model.deployed(), "a-1");
    assert!(model.release.unwrap().safe_mode && model.refused.is_some());
}

#[test]
fn what_somebody_changed_by_hand_is_put_back_and_nothing_else_is_touched() {
    for (fences, objects) in [(7, RIGHT), (RIGHT, 7), (7, 7)] {
        let mut model = Model::kept("a-1");
        (model.fences, model.objects) = (fences, objects);
        let acts = model.run(&release("a-1", true));
        let heal = Heal { fences: fences != RIGHT, revision: (objects != RIGHT).then_some(1) };
        assert_eq!(acts[0], Act::Heal(heal));
        assert_eq!((model.fences, model.objects, model.revisions.len()), (RIGHT, RIGHT, 1));
    }
}

#[test]
fn what_somebody_changes_while_something_is_put_back_is_put_back_as_well() {
    let mut model = Model::kept("a-1");
    model.fences = 7;
    let wanted = release("a-1", true);
    assert!(matches!(model.step(&wanted), Act::Heal(Heal { fences: true, revision: None })));
    model.objects = 7;
    model.run(&wanted);
    assert_eq!((model.fences, model.objects), (RIGHT, RIGHT));
}

#[test]
fn a_secret_that_was_made_from_what_is_another_by_now_is_made_anew_and_nothing_else_is_touched() {
    let mut model = Model::kept("a-1");
    model.is_outdated = true;
    let acts = model.run(&release("a-1", true));
    assert_eq!(acts[0], Act::Heal(Heal { fences: true, revision: None }));
    assert!(!model.is_outdated && model.revisions.len() == 1);
}

#[test]
fn a_release_that_helm_has_lost_is_deployed_again() {
    let mut model = Model::kept("a-1");
    model.revisions.clear();
    model.objects = 7;
    model.run(&release("a-1", true));
    assert_eq!(model.deployed(), "a-1");
}

#[test]
fn a_status_that_was_lost_is_known_again_from_what_is_deployed() {
    let mut model = Model::kept("a-1");
    (model.release, model.settled) = (None, None);
    model.run(&release("a-1", true));
    assert_eq!((model.release.unwrap().id.as_str(), model.revisions.len()), ("a-1", 1));
}

fn status() -> impl Strategy<Value = Status> {
    prop::sample::select(vec![Status::Deployed, Status::Pending, Status::Uninstalling, Status::Other])
}

fn id() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a-1", "a-2", "b-1", "c-1"])
}

proptest! {
    #[test]
    fn from_every_state_what_is_wanted_is_reached_or_undone(
        deployed in id(), wanted in id(), newest in status(), known: bool, running: bool, settled: bool,
        undone: bool, fenced: bool, changing in prop::option::of(id()), fences in 1..3u64, objects in 1..3u64,
    ) {
        let mut model = Model::kept(deployed);
        if newest != Status::Deployed {
            let number = model.revisions[0].number + 1;
            model.revisions[0].status = if newest == Status::Pending { Status::Deployed } else { Status::Other };
            model.revisions.push(Revision { number, status: newest, values_id: Some(wanted.to_owned()), since: model.now });
        }
        if !known {
            model.release = None;
        }
        if !settled {
            model.settled = None;
        }
        (model.fences, model.objects) = (fences, objects);
        model.change = changing.map(|id| Change {
            kind: ChangeKind::Update, to: release(id, true), back: Some(1), began: model.now,
            deadline: model.now.plus_seconds(60), fenced, undone: undone.then(|| "no".to_owned()), said: Told::default(),
        });
        let wanted = release(wanted, running);
        model.run(&wanted);
        let is_reached = model.deployed() == wanted.id;
        let is_undone = model.refused.as_ref().is_some_and(|refused| refused.to.id == wanted.id);
        prop_assert!(is_reached || is_undone, "{} {:?}", model.deployed(), model.refused);
        prop_assert_eq!((model.fences, model.objects, model.change), (RIGHT, RIGHT, None));
    }

    #[test]
    fn nothing_follows_from_what_is_unknown(
        wanted in id(), known: bool, changing: bool, turn: bool, fences: bool, objects: bool, rest: bool,
    ) {
        let mut model = Model::kept("a-1");
        if !known {
            model.release = None;
        }
        let to = release("b-1", true);
        let deadline = Millis(i64::MAX);
        model.change = changing.then_some(Change { kind: ChangeKind::Update, to, back: Some(1), began: model.now, deadline, fenced: true, undone: None, said: Told::default() });
        let wanted = release(wanted, true);
        let facts = Facts {
            now: model.now, wanted: &wanted,
            revisions: if rest { Seen::There(&model.revisions) } else { Seen::Unknown },
            rollout: Seen::Unknown, answers: Seen::Unknown,
            fences: if fences { Seen::There(9) } else { Seen::Unknown },
            objects: if objects { Seen::There(9) } else { Seen::Unknown },
            settling: Settling::No, is_turn: turn, asked: false, is_outdated: false, healed: false,
                hopeless: None, seconds: 600,
        };
        let act = keep(model.known(), &facts);
        if !rest {
            prop_assert_eq!(act, Act::Rest);
        } else if !(fences && objects) {
            prop_assert!(!matches!(act, Act::Heal(_) | Act::Settle(_) | Act::Finish | Act::Undo(_)), "{:?}", act);
        } else {
            prop_assert!(!matches!(act, Act::Finish | Act::Undo(_) | Act::RollBack(_)), "{:?}", act);
        }
    }
}
