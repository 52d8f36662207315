//! A shop's owner in the shop's own admin: what they would do in a browser, page by page.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use store::StoreId;

use crate::platform::Platform;

pub(crate) struct Owner {
    host: String,
    folder: PathBuf,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// A plugin or theme: the names and contents of its files, which are packed in a folder of its name.
pub(crate) type Files<'a> = &'a [(&'a str, &'a str)];

/// What a visitor is answered.
pub(crate) fn visit(id: &StoreId, path: &str) -> Answer {
    let host = format!("store-{id}.localhost");
    let told = Command::new("curl")
        .args(["--silent", "--max-time", "30", "--write-out", "\n%{http_code}"])
        .args(["--resolve", &format!("{host}:80:127.0.0.1"), &format!("http://{host}{path}")])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    let (body, status) = text.rsplit_once('\n').unwrap();
    Answer { status: status.parse().unwrap(), body: body.to_owned() }
}

impl Owner {
    /// Signs in as the platform's stores are made for.
    pub(crate) fn sign_in(platform: &Platform, id: &StoreId) -> Self {
        let folder = platform.folder().join(format!("owner-of-{id}"));
        std::fs::create_dir_all(&folder).unwrap();
        let owner = Self { host: format!("store-{id}.localhost"), folder };
        owner.get("/wp-login.php");
        let signed_in = owner.send(
            "/wp-login.php",
            &["log=ada", "pwd=correct horse battery", "testcookie=1", "wp-submit=Log In"],
        );
        assert_eq!(signed_in.status, 302, "{}", signed_in.body);
        owner
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.curl(path, &[])
    }

    pub(crate) fn send(&self, path: &str, fields: &[&str]) -> Answer {
        let given: Vec<&str> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
        self.curl(path, &given)
    }

    /// Uploads a zip on the page that WordPress has for it. `kind`: `plugin` or `theme`.
    pub(crate) fn upload(&self, kind: &str, name: &str, files: Files<'_>) -> Answer {
        let zip = self.zip(name, files);
        let page = self.get(&format!("/wp-admin/{kind}-install.php?tab=upload"));
        let nonce = between(&page.body, "name=\"_wpnonce\" value=\"", "\"");
        let zip = format!("{kind}zip=@{}", zip.display());
        let nonce = format!("_wpnonce={nonce}");
        self.curl(
            &format!("/wp-admin/update.php?action=upload-{kind}"),
            &["--form", &zip, "--form", &nonce, "--form", "install=Install Now"],
        )
    }

    /// Follows the link of the plugin's row that does `what`: `activate` or `deactivate`.
    pub(crate) fn switch(&self, what: &str, plugin: &str) -> Answer {
        let page = self.get("/wp-admin/plugins.php");
        let link = format!("plugins.php?action={what}&amp;plugin={}", plugin.replace('/', "%2F"));
        let rest = between(&page.body, &link, "\"");
        self.get(&format!("/wp-admin/{link}{rest}").replace("&amp;", "&"))
    }

    /// Deletes plugins as the list's bulk action does, once it has been confirmed.
    pub(crate) fn delete(&self, plugin: &str) -> Answer {
        let page = self.get("/wp-admin/plugins.php");
        let nonce = between(&page.body, "name=\"_wpnonce\" value=\"", "\"");
        self.send(
            "/wp-admin/plugins.php",
            &[
                "action=delete-selected",
                "verify-delete=1",
                &format!("checked[]={plugin}"),
                &format!("_wpnonce={nonce}"),
            ],
        )
    }

    fn curl(&self, path: &str, more: &[&str]) -> Answer {
        let jar = self.folder.join("cookies");
        let jar = jar.to_str().unwrap();
        let told = Command::new("curl")
            .args(["--silent", "--show-error", "--max-time", "60", "--cookie", jar, "--cookie-jar", jar])
            .args(["--write-out", "\n%{http_code}", "--resolve", &format!("{}:80:127.0.0.1", self.host)])
            .args(more)
            .arg(format!("http://{}{path}", self.host))
            .output()
            .unwrap();
        assert!(told.status.success(), "{path}: {}", String::from_utf8_lossy(&told.stderr));
        let text = String::from_utf8_lossy(&told.stdout);
        let (body, status) = text.rsplit_once('\n').unwrap();
        Answer { status: status.parse().unwrap(), body: body.to_owned() }
    }

    fn zip(&self, name: &str, files: Files<'_>) -> PathBuf {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for (file, content) in files {
            std::fs::write(folder.join(file), content).unwrap();
        }
        let zip = self.folder.join(format!("{name}.zip"));
        std::fs::remove_file(&zip).ok();
        pack(&self.folder, &zip, name);
        zip
    }
}

fn pack(folder: &Path, zip: &Path, name: &str) {
    let packed = Command::new("python3")
        .args(["-m", "zipfile", "-c"])
        .arg(zip)
        .arg(name)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
}

#[track_caller]
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).map_or(rest, |(found, _)| found)
}
