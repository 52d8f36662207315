//! The node's bridge, routes and packet filter: pods reach each other and the node, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::layout::{BRIDGE, NODE_ADDRESS, NODE_NETWORK, PODS, RUN, SERVICES};
use crate::command;

const INPUT: &str = "STOREYARD-INPUT";
const FORWARD: &str = "STOREYARD-FORWARD";
/// What pods send to the machine itself.
const FROM_PODS: &str = "STOREYARD-FROM-PODS";
/// What pods send anywhere else.
const BEYOND: &str = "STOREYARD-BEYOND";
const HOOKS: [(&str, &str); 2] = [("INPUT", INPUT), ("FORWARD", FORWARD)];
/// Those that refer to others first, as they have to be removed in that order.
const CHAINS: [&str; 4] = [INPUT, FORWARD, FROM_PODS, BEYOND];

/// A setting of the machine's kernel that is another one while there is a node.
struct Setting {
    file: &'static str,
    wanted: &'static str,
    /// In which file of [`RUN`] is what it was.
    before: &'static str,
}

const FORWARDING: Setting =
    Setting { file: "/proc/sys/net/ipv4/ip_forward", wanted: "1", before: "forwarding-was-off" };
/// How interfaces that are made from now on come to an IPv6 address of their own: not at all. Pods need none on the machine's end of their cable,
/// and a browser on the machine takes each new one for another network: what it was about to load it breaks off.
const ADDRESSING: Setting =
    Setting { file: "/proc/sys/net/ipv6/conf/default/addr_gen_mode", wanted: "1", before: "addressing-was" };

/// Makes what is missing.
///
/// # Errors
/// `ip` or `iptables` fails.
pub fn ensure() -> Result<()> {
    // Not on a machine without IPv6.
    if Path::new(ADDRESSING.file).exists() {
        ADDRESSING.change()?;
    }
    if !interface_exists(BRIDGE) {
        ip(&["link", "add", BRIDGE, "type", "bridge"])?;
    }
    ip(&["address", "replace", &format!("{NODE_ADDRESS}/24"), "dev", BRIDGE])?;
    ip(&["link", "set", BRIDGE, "up"])?;
    // Services that are not programmed yet then end on the bridge instead of leaving the machine.
    ip(&["route", "replace", SERVICES, "dev", BRIDGE])?;
    filter()?;
    forward()
}

/// Removes what [`ensure`] and the network agent made.
///
/// # Errors
/// `ip` or `iptables` fails.
pub fn remove() -> Result<()> {
    for (hook, chain) in HOOKS {
        if command::succeeds(iptables().args(["-C", hook, "-j", chain]))? {
            command::output(iptables().args(["-D", hook, "-j", chain]))?;
        }
    }
    for chain in CHAINS {
        if command::succeeds(iptables().args(["-n", "-L", chain]))? {
            command::output(iptables().args(["-F", chain]))?;
            command::output(iptables().args(["-X", chain]))?;
        }
    }
    for interface in interfaces()?.iter().filter(|name| is_agents(name)) {
        // The other end of a pair goes with the first.
        if interface_exists(interface) {
            ip(&["link", "delete", interface])?;
        }
    }
    if interface_exists(BRIDGE) {
        ip(&["link", "delete", BRIDGE])?;
    }
    remove_others_rules()?;
    FORWARDING.restore()?;
    ADDRESSING.restore()
}

fn filter() -> Result<()> {
    command::output_with_input(Command::new("iptables-restore").args(["-w", "--noflush"]), Some(&rules()))?;
    for (hook, chain) in HOOKS {
        if !command::succeeds(iptables().args(["-C", hook, "-j", chain]))? {
            command::output(iptables().args(["-I", hook, "1", "-j", chain]))?;
        }
    }
    Ok(())
}

fn rules() -> String {
    let mut rules = String::from("*filter\n");
    for chain in CHAINS {
        rules += &format!(":{chain} - [0:0]\n");
    }
    // Of the machine itself pods reach the API server; what else listens on all addresses is none of theirs.
    rules += &format!("-A {FROM_PODS} -d {NODE_ADDRESS} -p tcp --dport 6443 -j ACCEPT\n");
    rules += &format!("-A {FROM_PODS} -p tcp --syn -j REJECT --reject-with tcp-reset\n");
    rules += &format!("-A {FROM_PODS} -p udp -m conntrack --ctstate NEW -j REJECT\n");
    for own in [NODE_NETWORK, PODS] {
        rules += &format!("-A {FROM_PODS} -d {own} -j ACCEPT\n");
    }
    rules += &format!("-A {FROM_PODS} -j REJECT\n");
    rules += &format!("-A {BEYOND} -d {PODS} -j ACCEPT\n-A {BEYOND} -j REJECT\n");

    for own in ["lo", BRIDGE] {
        rules += &format!("-A {INPUT} -i {own} -j RETURN\n");
    }
    for pods in ["lxc+", "cilium_+"] {
        rules += &format!("-A {INPUT} -i {pods} -j {FROM_PODS}\n-A {FORWARD} -i {pods} -j {BEYOND}\n");
    }
    // What comes in from outside is for none of the node's addresses, and from none of them.
    for own in [NODE_NETWORK, PODS, SERVICES] {
        for chain in [INPUT, FORWARD] {
            rules += &format!("-A {chain} -d {own} -j DROP\n-A {chain} -s {own} -j DROP\n");
        }
    }
    rules + "COMMIT\n"
}

/// Turns forwarding on for the node's interfaces; a machine that did not forward for others still does not.
fn forward() -> Result<()> {
    if !FORWARDING.change()? {
        return Ok(());
    }
    for interface in interfaces()? {
        let own = interface == "lo" || interface == BRIDGE || is_agents(&interface);
        if !own {
            let path = format!("/proc/sys/net/ipv4/conf/{interface}/forwarding");
            fs::write(&path, "0").with_context(|| format!("{path} cannot be written"))?;
        }
    }
    Ok(())
}

impl Setting {
    /// Whether it had to be changed: it need not be where it was before, or is so anyway.
    fn change(&self) -> Result<bool> {
        let (file, before) = (self.file, self.before());
        if before.exists() || read(file)? == self.wanted {
            return Ok(false);
        }
        fs::create_dir_all(RUN)?;
        fs::write(&before, read(file)?).with_context(|| format!("{} cannot be written", before.display()))?;
        fs::write(file, self.wanted).with_context(|| format!("{file} cannot be written"))?;
        Ok(true)
    }

    fn restore(&self) -> Result<()> {
        let (file, before) = (self.file, self.before());
        if !before.exists() {
            return Ok(());
        }
        let was =
            fs::read_to_string(&before).with_context(|| format!("{} cannot be read", before.display()))?;
        fs::write(file, was).with_context(|| format!("{file} cannot be written"))?;
        fs::remove_file(&before).with_context(|| format!("{} cannot be removed", before.display()))
    }

    fn before(&self) -> PathBuf {
        Path::new(RUN).join(self.before)
    }
}

/// The network agent and the kubelet leave their chains behind.
fn remove_others_rules() -> Result<()> {
    const OTHERS: [&str; 2] = ["CILIUM_", "KUBE-"];
    let is_others = |line: &str| OTHERS.iter().any(|prefix| line.contains(prefix));
    for table in ["filter", "nat", "mangle", "raw"] {
        let saved = command::output(Command::new("iptables-save").args(["-t", table]))?;
        if !is_others(&saved) {
            continue;
        }
        let kept: String =
            saved.lines().filter(|line| !is_others(line)).map(|line| format!("{line}\n")).collect();
        command::output_with_input(Command::new("iptables-restore").args(["-w", "-T", table]), Some(&kept))?;
    }
    Ok(())
}

fn is_agents(interface: &str) -> bool {
    interface.starts_with("cilium_") || interface.starts_with("lxc")
}

fn interfaces() -> Result<Vec<String>> {
    let entries = fs::read_dir("/sys/class/net").context("the machine's interfaces cannot be listed")?;
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

fn interface_exists(name: &str) -> bool {
    Path::new("/sys/class/net").join(name).exists()
}

fn read(path: &str) -> Result<String> {
    Ok(fs::read_to_string(path).with_context(|| format!("{path} cannot be read"))?.trim().to_owned())
}

fn iptables() -> Command {
    let mut iptables = Command::new("iptables");
    iptables.arg("-w");
    iptables
}

fn ip(arguments: &[&str]) -> Result<()> {
    command::output(Command::new("ip").args(arguments)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(rules: &str, rule: &str) -> usize {
        rules.lines().position(|line| line == rule).unwrap_or_else(|| panic!("no rule {rule}"))
    }

    #[test]
    fn of_the_machine_pods_may_open_only_the_api_server() {
        let rules = rules();
        let api = position(&rules, "-A STOREYARD-FROM-PODS -d 10.243.0.1 -p tcp --dport 6443 -j ACCEPT");
        let others =
            position(&rules, "-A STOREYARD-FROM-PODS -p tcp --syn -j REJECT --reject-with tcp-reset");
        let replies = position(&rules, "-A STOREYARD-FROM-PODS -d 10.243.0.0/24 -j ACCEPT");
        assert!(api < others && others < replies);
    }

    #[test]
    fn beyond_the_machine_pods_reach_only_pods() {
        let rules = rules();
        let pods = position(&rules, "-A STOREYARD-BEYOND -d 10.244.0.0/16 -j ACCEPT");
        assert_eq!(pods + 1, position(&rules, "-A STOREYARD-BEYOND -j REJECT"));
    }

    #[test]
    fn what_comes_from_outside_for_the_node_is_dropped_after_what_is_its_own() {
        let rules = rules();
        let own = position(&rules, "-A STOREYARD-INPUT -i lo -j RETURN");
        let outside = position(&rules, "-A STOREYARD-INPUT -d 10.243.0.0/24 -j DROP");
        assert!(own < outside);
    }
}
