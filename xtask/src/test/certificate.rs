//! Certificates for tests, which nobody has signed but their own keys.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::command;

/// Makes a key and a certificate of `name`, such as `DNS:*.example.com` or `IP:192.0.2.1`.
///
/// # Errors
/// openssl fails.
pub(super) fn make(key: &Path, certificate: &Path, name: &str) -> Result<()> {
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    // Not as an authority, which is what openssl makes by itself and nobody takes for a server's.
    openssl.args(["-nodes", "-days", "2", "-config", "/dev/null", "-subj", "/CN=storeyard"]);
    openssl.arg("-addext").arg(format!("subjectAltName={name}"));
    openssl.arg("-keyout").arg(key).arg("-out").arg(certificate);
    command::output(&mut openssl).map(drop)
}
