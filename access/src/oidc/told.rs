//! What a provider says of somebody, and who that is here.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::{Millis, Person, PersonId, Role};

use super::{Refused, config::Oidc};
use crate::Session;

/// Ids that begin so are never a local user's, whatever that one is called.
const PREFIX: &str = "oidc.";
const MAX_NAME_CHARS: usize = 100;

/// Whether that is somebody whom a provider knows, and no local user.
pub fn is_providers(id: &PersonId) -> bool {
    id.as_str().starts_with(PREFIX)
}

/// What a session keeps of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    id: PersonId,
    /// As pages call them; somebody else may come to be called so.
    name: String,
    role: Role,
}

/// The claims, as their signature and the way they came here vouch for them.
#[derive(Debug)]
pub(super) struct Claims(pub(super) Map<String, Value>);

impl Told {
    pub(super) fn session(&self, config: &Oidc, now: Millis) -> Session {
        Session { told: Some(self.clone()), ..Session::new(self.id.clone(), config.mark(), now) }
    }

    pub(super) fn person(&self, session: &Session) -> Person {
        Person { id: session.person.clone(), name: self.name.clone(), role: self.role }
    }
}

impl Claims {
    /// # Errors
    /// They may not come in.
    pub(super) fn told(&self, config: &Oidc) -> Result<Told, Refused> {
        let (provider, contact) = (config.name.clone(), config.contact.clone());
        let Some(subject) = self.text("sub") else { return Err(Refused::Untrusted { provider, contact }) };
        let name = self.name(subject);
        let Some(role) = config.role_of(&self.groups(&config.group_claims)) else {
            return Err(Refused::NoRole { provider, who: name, contact });
        };
        Ok(Told { id: id(config.issuer.as_str(), subject), name, role })
    }

    /// Whether it says anything of these, be it that there are none.
    pub(super) fn has_any(&self, claims: &[String]) -> bool {
        claims.iter().any(|claim| self.find(claim).is_some())
    }

    /// The groups that those claims name, each a text or a list of texts.
    fn groups(&self, claims: &[String]) -> Vec<String> {
        let mut groups = Vec::new();
        for claim in claims {
            // Anybody may give an address that is not theirs.
            if claim == "email" && self.find("email_verified") != Some(&Value::Bool(true)) {
                continue;
            }
            match self.find(claim) {
                Some(Value::String(group)) => groups.push(group.clone()),
                Some(Value::Array(named)) => {
                    groups.extend(named.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                _ => {}
            }
        }
        groups
    }

    /// What people know them by: their address, unless the provider says that it may be another's.
    fn name(&self, subject: &str) -> String {
        let email = self.text("email").filter(|_| self.find("email_verified") != Some(&Value::Bool(false)));
        let name = email.or(self.text("preferred_username")).or(self.text("name")).unwrap_or(subject);
        name.chars().filter(|char| !char.is_control()).take(MAX_NAME_CHARS).collect()
    }

    fn text(&self, claim: &str) -> Option<&str> {
        self.find(claim)?.as_str().filter(|text| !text.trim().is_empty())
    }

    /// A claim by its name, or by its way: `realm_access.roles`.
    fn find(&self, claim: &str) -> Option<&Value> {
        let by_way = || {
            let mut steps = claim.split('.');
            let first = self.0.get(steps.next()?)?;
            steps.try_fold(first, |value, step| value.get(step))
        };
        self.0.get(claim).or_else(by_way)
    }
}

/// By what the provider says is never another's, and by which provider; not by a name, which may change hands.
fn id(issuer: &str, subject: &str) -> PersonId {
    let mut digest = Sha256::new();
    // What it is made of cannot be read as two others: the length says where the first ends.
    digest.update((issuer.len() as u64).to_be_bytes());
    digest.update(issuer);
    digest.update(subject);
    let hex: String = digest.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    PersonId::parse(&format!("{PREFIX}{hex}")).expect("a prefix and digits are an id")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oidc::config::tests::oidc;

    fn claims(claims: Value) -> Claims {
        let Value::Object(claims) = claims else { panic!("no object") };
        Claims(claims)
    }

    fn groups(told: Value, wanted: &[&str]) -> Vec<String> {
        claims(told).groups(&wanted.iter().map(|claim| (*claim).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn groups_are_read_from_a_text_a_list_and_a_way() {
        assert_eq!(groups(json!({"groups": ["a", 1, "b"]}), &["groups"]), ["a", "b"]);
        assert_eq!(groups(json!({"hd": "example.com"}), &["groups", "hd"]), ["example.com"]);
        assert_eq!(groups(json!({"realm_access": {"roles": ["a"]}}), &["realm_access.roles"]), ["a"]);
        assert_eq!(groups(json!({"https://a.example/groups": ["a"]}), &["https://a.example/groups"]), ["a"]);
        assert_eq!(groups(json!({"groups": {"a": true}, "other": null}), &["groups", "other"]), [""; 0]);
    }

    #[test]
    fn an_address_counts_as_a_group_only_where_it_is_verified() {
        let told = |verified: Value| json!({"email": "ada@example.com", "email_verified": verified});
        assert_eq!(groups(told(json!(true)), &["email"]), ["ada@example.com"]);
        for unverified in [json!(false), json!("true"), Value::Null] {
            assert_eq!(groups(told(unverified), &["email"]), [""; 0]);
        }
        assert_eq!(groups(json!({"email": "ada@example.com"}), &["email"]), [""; 0]);
    }

    #[test]
    fn somebody_is_who_they_are_by_subject_and_issuer_and_not_by_their_name() {
        let told = |claims: Claims| claims.told(&oidc()).unwrap();
        let ada = told(claims(json!({"sub": "1", "email": "ada@example.com", "groups": ["shops"]})));
        let renamed = told(claims(json!({"sub": "1", "email": "eve@example.com", "groups": ["platform"]})));
        let namesake = told(claims(json!({"sub": "2", "email": "ada@example.com", "groups": ["shops"]})));
        assert_eq!(ada.id, renamed.id);
        assert_ne!(ada.id, namesake.id);
        assert_eq!((renamed.name.as_str(), renamed.role), ("eve@example.com", Role::Admin));
        assert_ne!(id("https://a.example", "1"), id("https://b.example", "1"));
        assert_ne!(id("https://a.example/1", "2"), id("https://a.example/", "12"));
    }

    #[test]
    fn no_local_user_has_the_id_of_somebody_whom_a_provider_knows() {
        let told = claims(json!({"sub": "ada", "groups": ["shops"]})).told(&oidc()).unwrap();
        assert!(is_providers(&told.id), "{}", told.id);
        assert!(!is_providers(&PersonId::parse("ada").unwrap()));
    }

    #[test]
    fn a_name_is_an_address_that_is_theirs_or_else_what_there_is() {
        let name = |told: Value| claims(told).name("7");
        assert_eq!(name(json!({"email": "ada@example.com", "name": "Ada"})), "ada@example.com");
        let unverified =
            json!({"email": "boss@example.com", "email_verified": false, "preferred_username": "ada"});
        assert_eq!(name(unverified), "ada");
        assert_eq!(name(json!({"name": "Ada\u{7}\nL"})), "AdaL");
        assert_eq!(name(json!({"name": " "})), "7");
        assert_eq!(name(json!({"name": "a".repeat(1_000)})).len(), MAX_NAME_CHARS);
    }

    #[test]
    fn who_has_no_role_is_told_as_whom_and_whom_to_ask() {
        let refused = claims(json!({"sub": "1", "email": "ada@example.com"})).told(&oidc()).unwrap_err();
        let sentence = refused.to_string();
        for part in ["Example", "ada@example.com", "Ask the platform team"] {
            assert!(sentence.contains(part), "{sentence}");
        }
    }

    #[test]
    fn who_has_no_subject_is_nobody() {
        for told in [json!({"groups": ["platform"]}), json!({"sub": "", "groups": ["platform"]})] {
            assert!(matches!(claims(told).told(&oidc()), Err(Refused::Untrusted { .. })));
        }
    }
}
