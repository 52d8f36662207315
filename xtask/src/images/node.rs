//! Images of the node itself: its control plane, DNS, network, volumes and ingress.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::buildah::Layers;
use super::{Buildah, Image};
use crate::env::Env;
use crate::key::Key;
use crate::progress::Step;

/// Goes into every key: raise it when the way of building changes.
const RECIPE: &str = "1";
/// Programs that local-path-provisioner's helper pods and their scripts call.
const APPLETS: [&str; 6] = ["sh", "mkdir", "rm", "ls", "cat", "chmod"];
const BUSYBOX: &str = "/bin/busybox";

/// One of the node's images and how it is made.
#[derive(Debug, Clone)]
pub struct NodeImage {
    pub image: Image,
    contents: Contents,
}

#[derive(Debug, Clone)]
enum Contents {
    /// One static program and nothing else.
    Program(PathBuf),
    /// Sleeps for ever: what holds a pod's network.
    Pause,
    Busybox,
    Cilium {
        containerfile: PathBuf,
        context: PathBuf,
    },
}

/// Programs with an image of their own: image, family, program.
const PROGRAMS: [(&str, &str, &str); 7] = [
    ("kube-apiserver", "kubernetes", "kube-apiserver"),
    ("kube-controller-manager", "kubernetes", "kube-controller-manager"),
    ("kube-scheduler", "kubernetes", "kube-scheduler"),
    ("etcd", "etcd", "etcd"),
    ("coredns", "coredns", "coredns"),
    ("local-path", "local-path", "local-path-provisioner"),
    ("traefik", "traefik", "traefik"),
];

/// The images that the node of this checkout runs.
///
/// # Errors
/// busybox or cilium's Containerfile cannot be read.
pub fn plan(env: &Env) -> Result<Vec<NodeImage>> {
    let mut images: Vec<NodeImage> = PROGRAMS
        .iter()
        .map(|&(name, family, program)| {
            let made = env.tools.made(family, program);
            let key = Key::new().part(RECIPE).part(name).part(&made.key).short();
            let image = Image::new(env, name, &made.version, &key);
            NodeImage { image, contents: Contents::Program(made.path) }
        })
        .collect();

    let busybox = fs::read(BUSYBOX)
        .with_context(|| format!("{BUSYBOX} cannot be read: `apt-get install busybox-static` brings it"))?;
    for (name, contents) in [("pause", Contents::Pause), ("busybox", Contents::Busybox)] {
        let key = Key::new().part(RECIPE).part(name).part(&busybox).short();
        images.push(NodeImage { image: Image::new(env, name, &key, &key), contents });
    }

    let cilium = env.tools.family("cilium");
    let containerfile = env.paths.checkout.join("cluster/cilium/Containerfile");
    let recipe =
        fs::read(&containerfile).with_context(|| format!("{} cannot be read", containerfile.display()))?;
    let key = Key::new().part(RECIPE).part(&cilium.key).part(recipe).short();
    images.push(NodeImage {
        image: Image::new(env, "cilium", &cilium.version, &key),
        contents: Contents::Cilium { containerfile, context: cilium.folder.clone() },
    });
    Ok(images)
}

/// Makes the images whose archives are missing.
///
/// # Errors
/// A build fails.
pub fn ensure(env: &Env, images: &[NodeImage]) -> Result<()> {
    for node_image in images {
        node_image.image.ensure(env, |buildah, step| node_image.make(env, buildah, step))?;
    }
    Ok(())
}

impl NodeImage {
    fn make(&self, env: &Env, buildah: &Buildah, step: &Step) -> Result<()> {
        let reference = &self.image.reference;
        match &self.contents {
            Contents::Program(program) => {
                let Some(name) = program.file_name().and_then(|name| name.to_str()) else {
                    bail!("{} is no program", program.display())
                };
                let inside = format!("/usr/local/bin/{name}");
                buildah.from_files(step, reference, &[(program, &inside)], &[&inside])
            }
            Contents::Pause => {
                let sleep = ["/bin/busybox", "sleep", "2147483647"];
                buildah.from_files(step, reference, &[(Path::new(BUSYBOX), "/bin/busybox")], &sleep)
            }
            Contents::Busybox => {
                let root = env.paths.stage().join("busybox");
                stage_busybox(&root)?;
                buildah.from_files(step, reference, &[(&root, "/")], &["/bin/sh"])
            }
            Contents::Cilium { containerfile, context } => {
                buildah.from_containerfile(step, reference, containerfile, context, Layers::Kept)
            }
        }
    }
}

fn stage_busybox(root: &Path) -> Result<()> {
    if root.exists() {
        fs::remove_dir_all(root)?;
    }
    let bin = root.join("bin");
    fs::create_dir_all(&bin)?;
    fs::copy(BUSYBOX, bin.join("busybox"))?;
    for applet in APPLETS {
        std::os::unix::fs::symlink("busybox", bin.join(applet))?;
    }
    Ok(())
}
