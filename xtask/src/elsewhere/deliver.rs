//! How images get to a cluster's nodes.

use std::process::Command;

use anyhow::Result;

use super::Registry;
use crate::command;
use crate::env::Env;
use crate::images::Buildah;
use crate::images::platform::PlatformImages;
use crate::platform::References;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    Registry(Registry),
    /// A kind cluster, by name.
    Kind(String),
    /// k3s on this machine.
    K3s,
}

/// Brings them there, and says what they are called there.
pub(super) fn images(env: &Env, way: &Way, images: &PlatformImages) -> Result<References> {
    let references = match way {
        Way::Registry(registry) => References::known_as(images, |image| registry.image(image))?,
        Way::Kind(_) | Way::K3s => References::local(images)?,
    };
    env.reporter.step("bringing the images to the cluster", "deliver", |step| {
        for image in images.all() {
            step.detail(&image.name);
            match way {
                Way::Registry(registry) => {
                    let buildah = Buildah::new(&env.paths);
                    buildah.send(step, image, &registry.image(image), registry.is_here())?;
                }
                Way::Kind(name) => command::logged(
                    step,
                    Command::new("kind")
                        .args(["load", "image-archive"])
                        .arg(&image.archive)
                        .args(["--name", name]),
                )?,
                Way::K3s => {
                    command::logged(
                        step,
                        Command::new("k3s").args(["ctr", "images", "import"]).arg(&image.archive),
                    )?;
                }
            }
        }
        Ok(())
    })?;
    Ok(references)
}

pub(super) fn is_installed(program: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(program).exists())
}
