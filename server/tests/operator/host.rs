//! A host on the other side of the node, behind a cable of its own. It goes with the test.

use std::{
    fs::File,
    net::{Ipv4Addr, TcpListener, UdpSocket},
    os::fd::AsFd,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use store::StoreId;

use crate::platform::Platform;

pub(crate) struct Host {
    name: String,
    /// The node's end of the cable has the number before it.
    pub(crate) address: Ipv4Addr,
}

impl Host {
    /// `address`: the third of four that are nobody else's. `others`: what it has beside it.
    pub(crate) fn new(address: &str, others: &[&str]) -> Self {
        let address: Ipv4Addr = address.parse().unwrap();
        let name = format!("sy{:08x}", u32::from(address));
        // Of two cables to one address either may be taken.
        take_away(&name);
        let node = Ipv4Addr::from(u32::from(address) - 1);
        let host = Self { name: name.clone(), address };
        for line in [
            format!("netns add {name}"),
            format!("link add {name} type veth peer name out netns {name}"),
            format!("addr add {node}/30 dev {name}"),
            format!("link set {name} up"),
            format!("-n {name} addr add {address}/30 dev out"),
            format!("-n {name} link set lo up"),
            format!("-n {name} link set out up"),
            format!("-n {name} route add default via {node}"),
        ] {
            ip(&line);
        }
        for other in others {
            ip(&format!("-n {name} addr add {other}/32 dev out"));
            ip(&format!("route add {other} via {address}"));
        }
        // The node lets pods go nowhere beyond itself: this cable is the one exception.
        for way in ["-i", "-o"] {
            succeed("iptables", &format!("-I FORWARD 1 {way} {name} -j ACCEPT"));
        }
        host
    }

    /// Takes connections at these ports, at all of its addresses.
    pub(crate) fn listen<const N: usize>(&self, ports: [u16; N]) -> [TcpListener; N] {
        self.within(move || ports.map(|port| TcpListener::bind(("0.0.0.0", port)).unwrap()))
    }

    /// Sends back what comes to this port.
    pub(crate) fn echo(&self, port: u16) {
        let socket = self.within(move || UdpSocket::bind(("0.0.0.0", port)).unwrap());
        thread::spawn(move || {
            let mut room = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut room) {
                socket.send_to(&room[..length], from).ok();
            }
        });
    }

    /// What is opened there stays there, whichever thread it is used from.
    fn within<T: Send + 'static>(&self, open: impl FnOnce() -> T + Send + 'static) -> T {
        let namespace = File::open(format!("/run/netns/{}", self.name)).unwrap();
        let opening = thread::spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            open()
        });
        opening.join().unwrap()
    }

    /// Starts a program on it, which tells `log` what it does.
    pub(crate) fn start(&self, program: &str, args: &[&str], log: File) -> Child {
        let told = log.try_clone().unwrap();
        Command::new("ip")
            .args(["netns", "exec", &self.name, program])
            .args(args)
            .stdin(Stdio::null())
            .stdout(told)
            .stderr(log)
            .spawn()
            .unwrap()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        take_away(&self.name);
    }
}

/// As much of a host as there is: a run that was cut off may have left it.
fn take_away(name: &str) {
    for way in ["-i", "-o"] {
        let rule = format!("FORWARD {way} {name} -j ACCEPT");
        let is_there = Command::new("iptables").arg("-C").args(rule.split(' ')).output().unwrap().status;
        if is_there.success() {
            succeed("iptables", &format!("-D {rule}"));
        }
    }
    // The cable goes with its end in the namespace, and the routes with the cable.
    if Path::new("/sys/class/net").join(name).exists() {
        ip(&format!("link del {name}"));
    }
    if Path::new("/run/netns").join(name).exists() {
        ip(&format!("netns del {name}"));
    }
}

/// Whether the store's web server can open a connection.
pub(crate) fn reaches(platform: &Platform, id: &StoreId, address: &str, port: u16) -> bool {
    let probe = "echo @fsockopen($argv[1], (int) $argv[2], $code, $message, 2) ? 'open' : 'closed';";
    let namespace = id.namespace();
    let pod =
        ["exec", "-n", &namespace, "deploy/wordpress", "-c", "wordpress", "--", "php", "-r", probe, address];
    let told = platform.kubectl(&[&pod[..], &[&port.to_string()]].concat());
    match told.as_str() {
        "open" => true,
        "closed" => false,
        other => panic!("the probe did not run: {other}"),
    }
}

fn ip(line: &str) {
    succeed("ip", line);
}

pub(crate) fn succeed(program: &str, line: &str) {
    let told = Command::new(program).args(line.split(' ')).output().unwrap();
    assert!(told.status.success(), "{program} {line}: {}", String::from_utf8_lossy(&told.stderr));
}
