//! The node's programs, by Go module. Versions stand in the go.mod of each family.

/// Programs that are built from one go.mod.
#[derive(Debug)]
pub struct Family {
    pub name: &'static str,
    /// Where its go.mod is, below the checkout.
    pub folder: &'static str,
    /// The module whose version is the family's.
    pub module: &'static str,
    pub programs: &'static [Program],
    /// What the programs call themselves; some refuse to work together under a made-up version.
    pub ldflags: fn(version: &str) -> String,
    /// Folders of the module that are needed at run time, and what they are called beside the programs.
    pub folders: &'static [(&'static str, &'static str)],
}

#[derive(Debug)]
pub struct Program {
    pub package: &'static str,
    pub name: &'static str,
}

impl Program {
    /// What `go build` calls it: the last element of its path that is no version.
    pub fn go_name(&self) -> &'static str {
        let is_version = |element: &&str| {
            element.strip_prefix('v').is_some_and(|number| number.chars().all(|digit| digit.is_ascii_digit()))
        };
        self.package.rsplit('/').find(|element| !is_version(element)).unwrap_or(self.package)
    }
}

pub(super) const fn program(package: &'static str, name: &'static str) -> Program {
    Program { package, name }
}

pub const FAMILIES: &[Family] = &[
    Family {
        name: "kubernetes",
        folder: "cluster/kubernetes",
        module: "k8s.io/kubernetes",
        programs: &[
            program("k8s.io/kubernetes/cmd/kube-apiserver", "kube-apiserver"),
            program("k8s.io/kubernetes/cmd/kube-controller-manager", "kube-controller-manager"),
            program("k8s.io/kubernetes/cmd/kube-scheduler", "kube-scheduler"),
            program("k8s.io/kubernetes/cmd/kubelet", "kubelet"),
            program("k8s.io/kubernetes/cmd/kubeadm", "kubeadm"),
        ],
        ldflags: kubernetes_version,
        folders: &[],
    },
    Family {
        name: "kubectl",
        folder: "cluster/kubernetes",
        module: "k8s.io/kubernetes",
        programs: &[program("k8s.io/kubernetes/cmd/kubectl", "kubectl")],
        ldflags: kubernetes_version,
        folders: &[],
    },
    Family {
        name: "containerd",
        folder: "cluster/containerd",
        module: "github.com/containerd/containerd/v2",
        programs: &[
            program("github.com/containerd/containerd/v2/cmd/containerd", "containerd"),
            program(
                "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
                "containerd-shim-runc-v2",
            ),
            program("github.com/containerd/containerd/v2/cmd/ctr", "ctr"),
        ],
        ldflags: no_version,
        folders: &[],
    },
    Family {
        name: "etcd",
        folder: "cluster/etcd",
        module: "go.etcd.io/etcd/server/v3",
        programs: &[program("go.etcd.io/etcd/server/v3", "etcd")],
        ldflags: no_version,
        folders: &[],
    },
    Family {
        name: "helm",
        folder: "cluster/helm",
        module: "helm.sh/helm/v4",
        programs: &[program("helm.sh/helm/v4/cmd/helm", "helm")],
        ldflags: |version| format!("-X helm.sh/helm/v4/internal/version.version={version}"),
        folders: &[],
    },
    Family {
        name: "coredns",
        folder: "cluster/coredns",
        module: "github.com/coredns/coredns",
        programs: &[program("github.com/coredns/coredns", "coredns")],
        ldflags: no_version,
        folders: &[],
    },
    Family {
        name: "local-path",
        folder: "cluster/local-path",
        module: "github.com/rancher/local-path-provisioner",
        programs: &[program("github.com/rancher/local-path-provisioner", "local-path-provisioner")],
        ldflags: no_version,
        folders: &[],
    },
    Family {
        name: "traefik",
        folder: "cluster/traefik",
        module: "github.com/traefik/traefik/v3",
        programs: &[program("github.com/traefik/traefik/v3/cmd/traefik", "traefik")],
        ldflags: no_version,
        folders: &[],
    },
    Family {
        name: "cilium",
        folder: "cluster/cilium",
        module: "github.com/cilium/cilium",
        programs: &[
            program("github.com/cilium/cilium/daemon", "cilium-agent"),
            program("github.com/cilium/cilium/plugins/cilium-cni", "cilium-cni"),
        ],
        ldflags: |version| {
            let number = version.trim_start_matches('v');
            format!("-X github.com/cilium/cilium/pkg/version.ciliumVersion={number}")
        },
        folders: &[("bpf", "bpf"), ("pkg/k8s/apis/cilium.io/client/crds", "crds")],
    },
];

pub(super) fn no_version(_: &str) -> String {
    String::new()
}

/// kubeadm refuses programs that call themselves `v0.0.0-master`.
fn kubernetes_version(version: &str) -> String {
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    let component = "k8s.io/component-base/version";
    format!(
        "-X {component}.gitVersion={version} -X {component}.gitMajor={major} -X {component}.gitMinor={minor} -X k8s.io/client-go/pkg/version.gitVersion={version}"
    )
}

/// The version of `module` that a go.mod requires.
pub fn version_in(go_mod: &str, module: &str) -> Option<String> {
    go_mod.lines().find_map(|line| {
        let line = line.trim().trim_start_matches("require ");
        let version = line.strip_prefix(module)?.strip_prefix(' ')?;
        version.split_whitespace().next().filter(|version| version.starts_with('v')).map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_a_block_and_from_a_line() {
        let go_mod = "module m\n\nreplace a.example/x => a.example/y v0.9.0\n\nrequire (\n\ta.example/x/v2 v2.0.0 // indirect\n\ta.example/x v1.2.3 // indirect\n)\n\nrequire b.example/z v0.1.0\n";
        assert_eq!(version_in(go_mod, "a.example/x").as_deref(), Some("v1.2.3"));
        assert_eq!(version_in(go_mod, "b.example/z").as_deref(), Some("v0.1.0"));
        assert_eq!(version_in(go_mod, "c.example/none"), None);
    }

    #[test]
    fn kubernetes_programs_are_told_their_version() {
        let flags = kubernetes_version("v1.37.2");
        assert!(
            flags.contains("gitVersion=v1.37.2")
                && flags.contains("gitMajor=1 ")
                && flags.contains("gitMinor=37 ")
        );
    }

    #[test]
    fn a_program_is_found_under_the_name_that_go_gives_it() {
        assert_eq!(program("go.etcd.io/etcd/server/v3", "etcd").go_name(), "server");
        assert_eq!(program("helm.sh/helm/v4/cmd/helm", "helm").go_name(), "helm");
    }

    #[test]
    fn every_family_has_a_module_with_a_version_and_a_tool_line_for_each_program() {
        for family in FAMILIES.iter().chain([&super::super::gitleaks::FAMILY, &super::super::mailpit::FAMILY])
        {
            let go_mod = format!("{}/../{}/go.mod", env!("CARGO_MANIFEST_DIR"), family.folder);
            let go_mod = std::fs::read_to_string(go_mod).unwrap();
            assert!(version_in(&go_mod, family.module).is_some(), "{}", family.name);
            for program in family.programs {
                let listed =
                    go_mod.lines().any(|line| line.trim().trim_start_matches("tool ") == program.package);
                assert!(listed, "{} is no tool of {}", program.package, family.name);
            }
        }
    }
}
