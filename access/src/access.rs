//! Signing in and out, over what the cluster holds.

use std::{
    net::IpAddr,
    sync::{Arc, Once, OnceLock, PoisonError, RwLock},
    time::{Duration, Instant},
};

use cookie::Key;
use hmac::{Hmac, KeyInit, Mac};
use k8s_openapi::{
    ByteString,
    api::core::v1::{ConfigMap, Secret},
};
use kube::{
    Api, Client,
    api::{ObjectMeta, Patch, PatchParams, PostParams},
};
use serde_json::Value;
use sha2::Sha256;
use store::{Millis, Person, PersonId, Role, Told, time::Elapsed};
use subtle::ConstantTimeEq;
use tokio::{sync::watch, time::timeout};

use crate::{
    SignIn,
    audit::Journal,
    command::Change,
    device::Device,
    errand::{self, Answer, Errand, Refusal},
    follow::{ANEW, follow},
    hashing::{Busy, Hashing, Queue},
    oidc::{Provider, is_providers},
    password::{Password, verify},
    session::Session,
    sign_outs::SignOuts,
    throttle::{Full, Throttle, Trier},
    users::{User, Users},
};

/// Keys of the Secret that this makes once.
const SESSION_KEY: &str = "session-key";
const TOKEN: &str = "set-up-token";
const SESSION_KEY_BYTES: usize = 64;
const PAUSE: Duration = Duration::from_secs(2);
/// How long somebody waits for a change of a user; it is done within a second or two where an operator acts.
const CHANGE_LIMIT: Duration = Duration::from_secs(20);

/// Cheap to clone.
#[derive(Clone)]
pub struct Access(Arc<Inner>);

struct Inner {
    client: Client,
    namespace: String,
    config: SignIn,
    keys: OnceLock<Keys>,
    /// Nothing until they were read for the first time.
    users: RwLock<Option<Users>>,
    /// How the last changes of them ended that were asked for.
    answers: watch::Sender<Vec<Answer>>,
    sign_outs: RwLock<Option<SignOuts>>,
    provider: Option<Provider>,
    throttle: Throttle,
    hashing: Hashing,
    journal: Journal,
    /// Said once that visitors may share an address.
    shared_address: Once,
}

struct Keys {
    session: Key,
    token: String,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("ready", &self.is_ready()).finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub struct SignedIn {
    pub person: Person,
    pub session: Session,
    /// For the browser to keep when the session has long ended.
    pub device: Device,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Storeyard has not read yet who may sign in. Try again in a moment.")]
pub struct NotReady;

/// Why somebody was not let in. Says nothing of whether there is a user of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("The user name or the password is wrong.")]
    Wrong,
    #[error("Nobody signs in with a password here.")]
    NotHere,
    #[error("Too many tries. Wait {} s, then try again.", .0.as_secs() + 1)]
    TooMany(Duration),
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    NotReady(#[from] NotReady),
}

/// Why a user was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("{0}")]
    Refused(Told),
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    NotReady(#[from] NotReady),
    #[error(
        "The operator did not do it in time: it may be away. If it is back within a minute it does it still: look at the list, then try again."
    )]
    TooSlow,
    #[error("The cluster does not answer, so nothing was changed. Try again in a moment.")]
    Unavailable(#[source] Box<kube::Error>),
}

impl From<Refusal> for ChangeError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.said().into())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnPasswordError {
    #[error("The password that you have now is another one.")]
    Wrong,
    #[error("Too many tries. Wait {} s, then try again.", .0.as_secs() + 1)]
    TooMany(Duration),
    #[error(transparent)]
    Busy(#[from] Busy),
}

#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    #[error("The token is wrong. It is in the Secret that the installation's notes name.")]
    WrongToken,
    #[error("The first user was made already. Sign in, or add users from the command line.")]
    Done,
    #[error(
        "Somebody whom the identity provider knows is called like that. Choose a name that does not begin with oidc and a dot."
    )]
    Reserved,
    #[error("Too many tries. Wait {} s, then try again.", .0.as_secs() + 1)]
    TooMany(Duration),
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    NotReady(#[from] NotReady),
    #[error("The cluster does not answer, so the user could not be made. Try again in a moment.")]
    Unavailable(#[source] Box<kube::Error>),
}

impl Access {
    /// Starts to follow who may sign in. Lasts as long as the process.
    pub fn start(client: Client, namespace: &str, config: SignIn) -> Self {
        let provider = config.oidc.clone().map(Provider::new);
        let journal = Journal::start(client.clone(), namespace, &config.audit);
        let access = Self(Arc::new(Inner {
            client,
            journal,
            namespace: namespace.to_owned(),
            config,
            provider,
            keys: OnceLock::new(),
            users: RwLock::default(),
            answers: watch::Sender::default(),
            sign_outs: RwLock::default(),
            throttle: Throttle::new(),
            hashing: Hashing::new(),
            shared_address: Once::new(),
        }));
        tokio::spawn(access.clone().prepare_keys());
        tokio::spawn(access.clone().follow_users());
        tokio::spawn(access.clone().follow_sign_outs());
        access
    }

    pub fn is_ready(&self) -> bool {
        self.0.keys.get().is_some() && read(&self.0.users).is_some() && read(&self.0.sign_outs).is_some()
    }

    /// A key that every replica has and nobody else, for `purpose` alone; nothing until the keys were read.
    pub fn key_for(&self, purpose: &str) -> Option<[u8; 32]> {
        derived(self.0.keys.get()?, purpose)
    }

    pub(crate) fn key(&self) -> Option<&Key> {
        Some(&self.0.keys.get()?.session)
    }

    pub(crate) fn provider(&self) -> Option<&Provider> {
        self.0.provider.as_ref()
    }

    /// Whether there are users with passwords.
    pub fn is_local(&self) -> bool {
        self.0.config.local
    }

    /// Whether the first user is still to be made.
    pub fn awaits_set_up(&self) -> bool {
        self.is_local() && read(&self.0.users).as_ref().is_some_and(Users::is_empty)
    }

    /// What a browser kept, if it was sealed here.
    pub fn open(&self, sealed: &str) -> Option<Session> {
        Session::open(sealed, &self.0.keys.get()?.session)
    }

    /// What a browser kept of an earlier sign-in, if it was sealed here.
    pub fn open_device(&self, sealed: &str) -> Option<Device> {
        Device::open(sealed, &self.0.keys.get()?.session)
    }

    /// Everybody, with their role.
    pub fn users(&self) -> Vec<(PersonId, Role)> {
        let users = read(&self.0.users);
        users.iter().flat_map(Users::iter).map(|(id, user)| (id.clone(), user.role)).collect()
    }

    /// Has a user changed, for `by`: the account cannot do it, the operator does. Returns once it was done, and is known here.
    ///
    /// # Errors
    /// It may not be, or nobody did it in time.
    pub async fn change_user(
        &self,
        by: &PersonId,
        user: &PersonId,
        change: Change,
        now: Millis,
    ) -> Result<(), ChangeError> {
        if !self.is_ready() {
            return Err(NotReady.into());
        }
        let what = self.0.hashing.run(Queue::Known, move || change.hashed()).await?;
        let errand = Errand::new(by.clone(), user.clone(), what, now);
        // What would be refused is not asked for.
        read(&self.0.users).as_ref().map_or(Ok(()), |users| errand.check(users).map(drop))?;
        let mut answers = self.0.answers.subscribe();
        let secret = errand.secret(&self.0.config.users);
        let unavailable = |error| ChangeError::Unavailable(Box::new(error));
        self.secrets().create(&PostParams::default(), &secret).await.map_err(unavailable)?;
        let is_its = |answer: &&Answer| answer.id == errand.id;
        let answered = answers.wait_for(|answers| answers.iter().any(|answer| is_its(&answer)));
        let answer = match timeout(CHANGE_LIMIT, answered).await {
            Ok(Ok(answers)) => answers.iter().find(is_its).cloned(),
            Ok(Err(_)) | Err(_) => return Err(ChangeError::TooSlow),
        };
        match answer {
            Some(Answer { refused: Some(sentence), said, .. }) => {
                Err(ChangeError::Refused(said.or_sentence(&sentence)))
            }
            _ => Ok(()),
        }
    }

    /// Whether somebody who is signed in knows their password.
    ///
    /// # Errors
    /// They do not, or have tried too often.
    pub async fn is_own_password(&self, person: &PersonId, typed: &str) -> Result<(), OwnPasswordError> {
        let key = format!("own-password.{person}");
        let trier = Trier::Device(&key);
        self.0
            .throttle
            .admit(trier, Instant::now())
            .map_err(|full| OwnPasswordError::TooMany(full.wait()))?;
        let hash = read(&self.0.users).as_ref().and_then(|users| Some(users.get(person)?.hash.clone()));
        let typed: String = typed.chars().take(Password::MAX_CHARS + 1).collect();
        let matches = self.0.hashing.run(Queue::Known, move || verify(hash.as_ref(), &typed)).await;
        if matches != Ok(false) {
            self.0.throttle.forgive(trier);
        }
        if matches? { Ok(()) } else { Err(OwnPasswordError::Wrong) }
    }

    /// A session in the place of one that a new password has ended.
    pub fn renewed(&self, person: &PersonId, now: Millis) -> Option<Session> {
        let mark = read(&self.0.users).as_ref()?.get(person)?.hash.mark();
        Some(Session::new(person.clone(), mark, now))
    }

    pub fn journal(&self) -> &Journal {
        &self.0.journal
    }

    /// Whose name was typed, if anybody here has it.
    pub fn known(&self, name: &str) -> Option<PersonId> {
        PersonId::parse(name).ok().filter(|id| self.role_of(id).is_some())
    }

    /// Nothing of somebody whom this platform does not know by itself.
    pub fn role_of(&self, person: &PersonId) -> Option<Role> {
        Some(read(&self.0.users).as_ref()?.get(person)?.role)
    }

    /// Who holds the session, if it has not ended in the meantime.
    pub fn holder(&self, session: &Session, now: Millis) -> Option<Person> {
        let config = &self.0.config;
        if !session.lasts(config.idle(), config.absolute(), now) {
            return None;
        }
        // Where it is not known what has ended, nothing counts as going on.
        if read(&self.0.sign_outs).as_ref()?.has_ended(session) {
            return None;
        }
        if session.told.is_some() {
            return self.provider()?.holder(session, now);
        }
        let users = read(&self.0.users);
        let user = users.as_ref().filter(|_| self.is_local())?.get(&session.person)?;
        (user.hash.mark() == session.mark).then(|| user.person(&session.person))
    }

    /// For the browser to keep.
    pub fn seal(&self, session: &Session) -> Option<String> {
        Some(session.seal(&self.0.keys.get()?.session))
    }

    /// For the browser to keep.
    pub fn seal_device(&self, device: &Device) -> Option<String> {
        Some(device.seal(&self.0.keys.get()?.session))
    }

    /// `device` is what the browser kept of an earlier sign-in, whoever's that was.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &str,
        device: Option<Device>,
        from: IpAddr,
        now: Millis,
    ) -> Result<SignedIn, Refused> {
        if !self.is_ready() {
            return Err(NotReady.into());
        }
        if !self.is_local() {
            return Err(Refused::NotHere);
        }
        let id = PersonId::parse(name).ok();
        let device = device.filter(|device| id.as_ref() == Some(&device.person));
        let (trier, queue) = match &device {
            Some(device) => (Trier::Device(&device.id), Queue::Known),
            None => (Trier::Stranger { account: name, address: from }, Queue::Strangers),
        };
        self.admit(trier, from).map_err(Refused::TooMany)?;
        let user = id.as_ref().and_then(|id| read(&self.0.users).as_ref()?.get(id).cloned());
        let hash = user.as_ref().map(|user| user.hash.clone());
        let typed: String = password.chars().take(Password::MAX_CHARS + 1).collect();
        let matches = self.0.hashing.run(queue, move || verify(hash.as_ref(), &typed)).await;
        if matches != Ok(false) {
            self.0.throttle.forgive(trier);
        }
        match (matches?, id, user) {
            (true, Some(id), Some(user)) => Ok(signed_in(&id, &user, device, now)),
            _ => Err(Refused::Wrong),
        }
    }

    /// Makes the first user, an admin. The account can create the Secret and cannot change it, so this can be done once.
    pub async fn set_up(
        &self,
        token: &str,
        id: &PersonId,
        password: Password,
        from: IpAddr,
        now: Millis,
    ) -> Result<SignedIn, SetUpError> {
        if !self.is_ready() {
            return Err(NotReady.into());
        }
        if is_providers(id) {
            return Err(SetUpError::Reserved);
        }
        let trier = Trier::First { address: from };
        self.admit(trier, from).map_err(SetUpError::TooMany)?;
        let expected = self.0.keys.get().map(|keys| keys.token.as_bytes()).unwrap_or_default();
        if expected.is_empty() || !bool::from(expected.ct_eq(token.trim().as_bytes())) {
            return Err(SetUpError::WrongToken);
        }
        self.0.throttle.forgive(trier);
        if !self.awaits_set_up() {
            return Err(SetUpError::Done);
        }
        let hash = self.0.hashing.run(Queue::Known, move || password.hash()).await?;
        let user = User { role: Role::Admin, hash };
        let data = [(id.to_string(), user.written())].into();
        let secret = Secret { metadata: named(&self.0.config.users), data: Some(data), ..Secret::default() };
        match self.secrets().create(&PostParams::default(), &secret).await {
            Ok(made) => {
                *write(&self.0.users) = Some(Users::read(&made));
                Ok(signed_in(id, &user, None, now))
            }
            Err(kube::Error::Api(status)) if status.code == 409 => Err(SetUpError::Done),
            Err(error) => Err(SetUpError::Unavailable(Box::new(error))),
        }
    }

    /// Ends this session here at once, and everywhere as soon as the cluster has told.
    pub async fn sign_out(&self, session: &Session, now: Millis) -> Result<(), Box<kube::Error>> {
        if self.holder(session, now).is_none() {
            return Ok(());
        }
        self.end(|sign_outs, absolute| sign_outs.end(session, now, absolute)).await
    }

    /// Ends all of the person's sessions.
    pub async fn sign_out_everywhere(&self, person: &PersonId, now: Millis) -> Result<(), Box<kube::Error>> {
        self.end(|sign_outs, absolute| sign_outs.end_everything(person, now, absolute)).await
    }

    /// `change` ends something and gives the patch that says so.
    async fn end(
        &self,
        change: impl FnOnce(&mut SignOuts, Elapsed) -> Value,
    ) -> Result<(), Box<kube::Error>> {
        let patch = change(write(&self.0.sign_outs).get_or_insert_default(), self.0.config.absolute());
        let maps: Api<ConfigMap> = Api::namespaced(self.0.client.clone(), &self.0.namespace);
        let params = PatchParams::default();
        maps.patch(&self.0.config.sign_outs, &params, &Patch::Merge(patch)).await.map_err(Box::new)?;
        Ok(())
    }

    pub(crate) fn admit(&self, trier: Trier<'_>, from: IpAddr) -> Result<(), Duration> {
        let full = match self.0.throttle.admit(trier, Instant::now()) {
            Ok(()) => return Ok(()),
            Err(full) => full,
        };
        if matches!(full, Full::Address(_)) && is_private(from) {
            self.0.shared_address.call_once(|| {
                tracing::warn!(
                    %from,
                    "tries to sign in were put off by an address that is private. If all visitors have it, what stands in front of the \
                     ingress controller hides their own: set externalTrafficPolicy to Local on the controller's Service, or name the \
                     proxy in web.trustedProxies"
                );
            });
        }
        Err(full.wait())
    }

    pub(crate) fn forgive(&self, trier: Trier<'_>) {
        self.0.throttle.forgive(trier);
    }

    async fn prepare_keys(self) {
        loop {
            match self.read_or_make_keys().await {
                Ok(Some(keys)) => {
                    // Only this task sets them.
                    let _known = self.0.keys.set(keys);
                    return;
                }
                Ok(None) => tracing::error!(
                    secret = self.0.config.keys,
                    "the Secret with the session key is incomplete: delete it and restart, and everybody signs in anew"
                ),
                Err(error) => tracing::warn!(%error, "the session key cannot be read yet"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn read_or_make_keys(&self) -> Result<Option<Keys>, kube::Error> {
        let name = &self.0.config.keys;
        let secrets = self.secrets();
        if let Some(secret) = secrets.get_opt(name).await? {
            return Ok(keys(&secret));
        }
        let data = [
            (SESSION_KEY.to_owned(), ByteString(rand::random::<[u8; SESSION_KEY_BYTES]>().to_vec())),
            (TOKEN.to_owned(), ByteString(format!("{:032x}", rand::random::<u128>()).into_bytes())),
        ];
        let secret = Secret {
            metadata: named(name),
            data: Some(data.into()),
            immutable: Some(true),
            ..Secret::default()
        };
        match secrets.create(&PostParams::default(), &secret).await {
            Ok(made) => Ok(keys(&made)),
            // Another replica was quicker.
            Err(kube::Error::Api(status)) if status.code == 409 => Ok(keys(&secrets.get(name).await?)),
            Err(error) => Err(error),
        }
    }

    async fn follow_users(self) {
        let tell = |secret: Option<&Secret>| {
            *write(&self.0.users) = Some(secret.map(Users::read).unwrap_or_default());
            // After that: whoever waits for an answer finds the users as they are with it.
            self.0.answers.send_replace(secret.map(errand::answers).unwrap_or_default());
        };
        follow(self.secrets(), &self.0.config.users, ANEW, tell).await;
    }

    async fn follow_sign_outs(self) {
        let maps: Api<ConfigMap> = Api::namespaced(self.0.client.clone(), &self.0.namespace);
        let tell = |map: Option<&ConfigMap>| {
            let told = map.map(SignOuts::read).unwrap_or_default();
            write(&self.0.sign_outs).get_or_insert_default().join(told);
        };
        follow(maps, &self.0.config.sign_outs, ANEW, tell).await;
    }

    fn secrets(&self) -> Api<Secret> {
        Api::namespaced(self.0.client.clone(), &self.0.namespace)
    }
}

fn signed_in(id: &PersonId, user: &User, device: Option<Device>, now: Millis) -> SignedIn {
    SignedIn {
        person: user.person(id),
        session: Session::new(id.clone(), user.hash.mark(), now),
        device: device.unwrap_or_else(|| Device::new(id.clone())),
    }
}

/// Whether many may stand behind it: no address of the internet's.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let is_carriers = first == 100 && (64..128).contains(&second);
            address.is_private() || address.is_loopback() || address.is_link_local() || is_carriers
        }
        IpAddr::V6(address) => {
            address.is_unique_local() || address.is_loopback() || address.is_unicast_link_local()
        }
    }
}

fn keys(secret: &Secret) -> Option<Keys> {
    let data = secret.data.as_ref()?;
    let session = &data.get(SESSION_KEY)?.0;
    let token = String::from_utf8(data.get(TOKEN)?.0.clone()).ok()?;
    (session.len() == SESSION_KEY_BYTES).then(|| Keys { session: Key::from(session), token })
}

fn derived(keys: &Keys, purpose: &str) -> Option<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(keys.session.master()).ok()?;
    mac.update(purpose.as_bytes());
    Some(mac.finalize().into_bytes().into())
}

/// As [`Access::key_for`], for whoever may read the Secret and lets nobody in.
pub fn key_in(secret: &Secret, purpose: &str) -> Option<[u8; 32]> {
    derived(&keys(secret)?, purpose)
}

fn named(name: &str) -> ObjectMeta {
    let label = ("app.kubernetes.io/managed-by".to_owned(), "storeyard".to_owned());
    ObjectMeta { name: Some(name.to_owned()), labels: Some([label].into()), ..ObjectMeta::default() }
}

/// What is behind these locks is replaced as a whole, so a panic elsewhere leaves nothing half done.
fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
