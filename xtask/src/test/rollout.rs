//! A new version of the dashboard under visitors who keep asking: nobody is turned away, and nobody waits for a pod that has gone.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::tally::Tally;
use crate::command;
use crate::env::Env;
use crate::interrupt;
use crate::progress::Step;
use crate::trial::Trial;
use crate::up;

/// Until the old pod has gone, and the ingress controller has surely heard of it.
const AFTERWARDS: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(20);

/// # Errors
/// The run was interrupted.
pub(super) fn run(env: &Env, trial: &Trial) -> Result<Tally> {
    let title = "nobody is turned away while the dashboard is rolled out";
    Tally::of(title, env.reporter.step(title, "test-rollout", |step| roll_out(trial, step)))
}

fn roll_out(trial: &Trial, step: &Step) -> Result<()> {
    let deployment = format!("deployment/{}-web", trial.namespace());
    let kubectl = |arguments: &[&str]| {
        let mut kubectl = trial.cluster().kubectl();
        kubectl.args(["-n", trial.namespace(), "rollout"]).args(arguments).arg(&deployment);
        kubectl
    };
    command::output(&mut kubectl(&["restart"]))?;
    let mut rollout =
        command::start(kubectl(&["status", "--timeout", "120s"]).stdout(step.log()?).stderr(step.log()?))?;
    let mut asked = 0_u32;
    let mut ended = None;
    while ended.is_none_or(|at: Instant| at.elapsed() < AFTERWARDS) {
        let answer = up::status(up::INGRESS, &trial.host(), up::DOOR)?;
        ensure!(up::is_answer(answer), "request {asked} was answered with status {answer}");
        asked += 1;
        step.detail(format!("{asked} requests"));
        if ended.is_none()
            && let Some(status) = rollout.finished()?
        {
            ensure!(status.success(), "the rollout did not come to its end");
            ended = Some(Instant::now());
        }
        interrupt::sleep(PAUSE)?;
    }
    Ok(())
}
