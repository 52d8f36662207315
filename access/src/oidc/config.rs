//! What the people who run the platform decide about signing in at an identity provider.

use std::{collections::BTreeMap, path::PathBuf};

use openidconnect::{ClientId, IssuerUrl, RedirectUrl};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use store::{Role, time::Elapsed};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Oidc {
    /// As people call the provider.
    pub name: String,
    pub issuer: IssuerUrl,
    pub client_id: ClientId,
    /// Nothing where the provider asks for no secret. Read when it is needed, so that another one needs no restart.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// Where the provider sends people back to.
    pub callback: RedirectUrl,
    /// Authorities of the provider's certificate beside the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// What is asked for beside `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Where the provider says which groups somebody is in.
    pub group_claims: Vec<String>,
    /// Whose groups have which role; of several the one that may do most.
    pub roles: BTreeMap<Role, Vec<String>>,
    /// After how long somebody signs in anew, and what the provider says of them then counts.
    pub hours: u32,
    /// Whom to ask, in the words of a sentence.
    pub contact: String,
}

impl Oidc {
    pub(super) fn role_of(&self, groups: &[String]) -> Option<Role> {
        let has = |named: &Vec<String>| named.iter().any(|group| groups.contains(group));
        self.roles.iter().filter(|(_, named)| has(named)).map(|(role, _)| *role).max()
    }

    /// Tells these decisions from others: sessions of before a change of them end.
    pub(super) fn mark(&self) -> String {
        let decided = (&self.issuer, &self.client_id, &self.group_claims, &self.roles);
        let text = serde_json::to_vec(&decided).expect("texts are JSON");
        Sha256::digest(text)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn lasts(&self) -> Elapsed {
        Elapsed(i64::from(self.hours) * 3_600_000)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn oidc() -> Oidc {
        serde_json::from_value(serde_json::json!({
            "name": "Example", "issuer": "https://id.example.com", "clientId": "storeyard",
            "callback": "https://dashboard.example.com/sign-in/oidc/callback", "groupClaims": ["groups"],
            "roles": {"admin": ["platform"], "member": ["shops", "makers"], "viewer": ["everybody"]},
            "hours": 12, "contact": "the platform team"
        }))
        .unwrap()
    }

    fn role_of(groups: &[&str]) -> Option<Role> {
        oidc().role_of(&groups.iter().map(|group| (*group).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn of_several_groups_the_one_counts_that_may_do_most() {
        assert_eq!(role_of(&["everybody", "makers", "others"]), Some(Role::Member));
        assert_eq!(role_of(&["everybody", "platform"]), Some(Role::Admin));
        assert_eq!(role_of(&["everybody"]), Some(Role::Viewer));
    }

    #[test]
    fn who_has_no_group_of_those_has_no_role() {
        assert_eq!(role_of(&[]), None);
        assert_eq!(role_of(&["Platform", "shop", "platform "]), None);
    }

    #[test]
    fn whoever_changes_the_roles_or_the_provider_ends_the_sessions_of_before() {
        let before = oidc();
        let other = |change: fn(&mut Oidc)| {
            let mut changed = oidc();
            change(&mut changed);
            changed.mark()
        };
        assert_ne!(before.mark(), other(|oidc| oidc.roles.get_mut(&Role::Admin).unwrap().clear()));
        assert_ne!(
            before.mark(),
            other(|oidc| oidc.issuer = IssuerUrl::new("https://other.example.com".into()).unwrap())
        );
        assert_eq!(before.mark(), other(|oidc| oidc.contact = "somebody else".into()));
    }
}
