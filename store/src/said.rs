//! What the operator says of a store, and why it does not do what it is asked, sentence by sentence: each a code with its values, so that a page can put it into its reader's language.
//! In the resource the English sentence stands beside it, for whoever reads that.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{Language, PlanName, Text, time::Elapsed};

/// A code, its values, and the sentence in English.
macro_rules! sentences {
    ($($(#[$doc:meta])* $code:ident $({ $($value:ident: $kind:ty),+ })? => $english:expr;)+) => {
        /// A sentence. Displays in English.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Said {
            $($(#[$doc])* $code $({ $($value: $kind),+ })?),+
        }

        impl Said {
            /// Each code, and what its values are called.
            pub const CODES: &[(&str, &[&str])] = &[$((stringify!($code), &[$($(stringify!($value)),+)?])),+];

            /// As the resource has it.
            fn parts(&self) -> Coded {
                let mut values = BTreeMap::new();
                let code = match self {
                    $(Self::$code { $($($value),+)? } => {
                        $($(Value::write($value, stringify!($value), &mut values);)+)?
                        stringify!($code)
                    })+
                };
                Coded { code: code.to_owned(), values }
            }

            /// Nothing of what another version says.
            pub fn read(code: &str, values: &BTreeMap<String, String>) -> Option<Self> {
                $(if code == stringify!($code) {
                    return Some(Self::$code { $($($value: Value::read(stringify!($value), values)?),+)? });
                })+
                None
            }
        }

        impl fmt::Display for Said {
            #[expect(unused_variables, reason = "what is a value in German alone")]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$code { $($($value),+)? } => fmt::Display::fmt(&$english, f)),+
                }
            }
        }
    };
}

sentences! {
    /// Whatever has no code, such as what the cluster or a program said.
    Words { text: String } => text;

    // Before it begins.

    /// Of many that are before it only about how many.
    Queued { ahead: u32 } => queued(*ahead);
    EarlierTryFirst => "What the earlier try made is removed first.";
    AfterEarlierTry => "The namespace of an earlier try is still being removed; this one begins after it.";
    MayHave { who: String, may: u32, has: u32 } => format!("{who} may have {}, and has {has}.", stores(*may));
    MayHaveOfPlan { who: String, may: u32, plan: PlanName, has: u32 } => format!("{who} may have {} with the plan {plan}, and has {has}.", stores(*may));
    AskForMore => "Ask an admin for more.";
    DeleteOrAsk => "Delete one of them, or ask an admin for more.";
    OtherPlanOrAsk => "Take another plan, delete one of them, or ask an admin for more.";
    ThenRetry => "Then retry.";

    // The ground it stands on.

    MakingNamespace => "Making the namespace.";
    ForeignNamespace { namespace: String } => format!("The namespace {namespace} exists already and was not made for this store, so it is left untouched. Delete this store and make it anew under another name.");
    LimitsNotApplied { why: String } => format!("The plan's limits could not be applied, and the store goes on without them: {why}");
    QuotaCountedAnew => "The plan's quota was charged for volumes that are not there, as after a helm that was killed. It is counted anew.";
    /// By somebody else.
    NamespaceGoing => "The namespace is being deleted, by someone else. All that is in it goes with it.";
    NamespaceDeleted => "The namespace was deleted by someone else. Delete this store, and make it anew if it is wanted.";
    OtherNamespace { namespace: String } => format!("The namespace {namespace} is another one of the same name; this store's was deleted by someone else. Delete this store: the other namespace is left untouched.");
    LabelsGone { command: String } => format!("Somebody took the labels off the namespace, so Storeyard may not touch it. Put them back: {command}");
    LabelsGoneOrDelete { command: String } => format!("Somebody took the labels off the namespace, so Storeyard may not touch it. Put them back: {command}, or delete it by hand.");

    // What it is let in with.

    CredentialsMissing { secret: String } => format!("The Secret {secret} with the store's credentials is missing.");
    CredentialsOfOther { secret: String, other: String } => format!("The Secret {secret} is that of the store {other}. Each store has one of its own.");
    CredentialsLack { secret: String, key: String } => format!("The Secret {secret} has no text at the key {key}.");
    CredentialsDiffer { secret: String, key: String } => format!("The {key} in the Secret {secret} is another one than in the Store. Make both the same, or leave it out of the Secret.");
    PasswordUnusable { secret: String, key: String, why: String } => format!("The {key} in the Secret {secret} cannot be used. {why}");
    SeedGuessable { secret: String, key: String, min: usize } => format!("The {key} in the Secret {secret} could be guessed. Make it at least {min} random characters, or leave it out and have one made.");
    SeedNotMade { why: String } => format!("The cluster does not let a seed be made: {why}");
    CredentialsIncomplete { key: String } => format!("The store's credentials are incomplete: {key} is missing. Delete the store and make it anew.");
    LoginMissing { secret: String } => format!("The Secret {secret} with the mail server's user and password is missing.");
    LoginLacks { secret: String, key: String } => format!("The Secret {secret} has no text at the key {key}, which the mail server asks for.");
    LoginOfOther { secret: String, label: String } => format!("The Secret {secret} with the mail server's user and password is not the store's: label it {label}.");
    PullSecretMissing { secret: String, namespace: String } => format!("The Secret {secret} with which images are pulled is missing in {namespace}.");
    CertificateMissing { secret: String, namespace: String } => format!("The Secret {secret} with the certificate of all shops is missing in {namespace}.");

    // Its release.

    DeployingChart => "Deploying the chart.";
    HelmMayBeAtWork { left: Elapsed } => format!("A helm that was started before may still be at work on the release; it is given another {left}.");
    HelmKilled { revision: u32 } => format!("A helm was killed in the middle of revision {revision}. The revision is forgotten, and what it made is taken over.");
    UninstallRepeated => "An uninstall of the release had broken off and is done again.";
    /// What follows is why.
    TriedAgain => "Not yet, and tried again:";
    UninstallBegun => "somebody began to uninstall the release";

    // Its pods.

    PartReady { part: Text } => format!("{part} ready.");
    /// What follows is so of this part.
    Part { part: Text } => format!("{part}:");
    NotCreated => "not created yet.";
    Stopping => "stopping.";
    WaitsForNode => "waits for a node and its volumes.";
    Loading => "attaching volumes and loading the image.";
    Preparing => "preparing.";
    SettingUp => "setting up the shop.";
    Starting => "starting.";
    HasNoImage { container: String } => format!("{container}: image cannot be pulled.");
    Ended { container: String, exit: i32 } => format!("{container}: ended with {exit}.");
    HasReason { container: String, reason: String } => format!("{container}: {reason}.");
    NoRoom => "no node has room.";
    NoNode => "no node takes it.";
    PutOff => "put off its node.";
    WaitsForVolume => "waits for its volume.";
    /// Of all containers of a pod together.
    Restarts { times: i32 } => begun_anew(*times);

    /// What follows is why it takes longer.
    Trouble => "Trouble:";
    ImageNotPulled { image: String, container: String, pod: String, detail: String } => format!("The image {image} of container {container} in pod {pod} cannot be pulled ({detail}).");
    OutOfMemory { container: String, pod: String, restarts: i32, words: String } => format!("Container {container} in pod {pod} has ended: it ran out of memory, {}{}.", begun_anew(*restarts), with_words(words));
    Crashed { container: String, pod: String, exit: i32, restarts: i32, words: String } => format!("Container {container} in pod {pod} has ended: exit code {exit}, {}{}.", begun_anew(*restarts), with_words(words));
    NotStarted { container: String, pod: String, reason: String, detail: String } => format!("Container {container} in pod {pod} cannot be started: {reason} ({detail}).");
    NoRoomFor { pod: String, detail: String } => format!("No node has room for pod {pod}: {detail}.");
    NoNodeFor { pod: String, detail: String } => format!("No node takes pod {pod}: {detail}.");
    PodPutOff { pod: String, detail: String } => format!("Pod {pod} was put off its node: {detail}.");
    PodWaitsForVolume { pod: String, detail: String } => format!("Pod {pod} waits for its volume: {detail}.");
    PodsNotAdmitted { why: String } => format!("The cluster does not admit the store's pods: {why}.");
    GivenUpAt { clock: String } => format!("Given up at {clock} UTC if it stays so.");
    WaitsForRoom { cpu: u64, disk: u64, memory: u64 } => format!("Waits for room on the nodes: it asks for {}.", room(*cpu, *disk, *memory));
    NoNodeTakesPods => "No node takes pods.";
    MostRoom { cpu: u64, disk: u64, memory: u64 } => format!("The node with most room has {} left.", room(*cpu, *disk, *memory));
    LacksRoom { pod: String, detail: String } => format!("(no node has room for pod {pod}: {detail})");
    GoesOnWithRoom => "It goes on when another store is deleted or a node is added.";
    StoppingPods => "Its pods are being stopped.";

    // Its shop.

    AskingShop => "Asking the shop through the ingress.";
    /// In the engine's own words, which go on from “the shop”, and nothing where it has none in a language; with the line of its log that
    /// tells why, where there is one.
    ShopSays { english: String, german: String, line: String } => format!("The shop {english}{}.", quoting(line));
    Unreachable { address: String, why: String } => format!("The shop cannot be reached through the ingress at {address}: {why}.");
    UnknownAuthority => "The shop shows a certificate that no known authority has signed yet: visitors would be warned until the real one is issued.";
    CertificateOfOther => "The shop shows a certificate that is not for its address yet: visitors would be warned.";
    CertificateOver => "The shop shows a certificate that is past its time or not valid yet: visitors would be warned.";
    CertificateRevoked => "The shop shows a certificate that has been revoked: visitors would be warned.";
    CertificateDistrusted { why: String } => format!("The shop shows a certificate that cannot be trusted ({why}): visitors would be warned.");
    NoCertificate => "The shop has no certificate yet: the ingress refuses TLS for its address.";
    CertificateNotIssued { secret: String, namespace: String } => format!("The shop waits for its certificate: the Secret {secret} in {namespace}, which is still to be issued.");
    HttpsNotBelieved { address: String } => format!("The shop leads from https to itself: the ingress controller at {address} does not believe that a visitor came by https. Have it trust the X-Forwarded-Proto of the operator and of what ends TLS in front of it.");
    NoAnswerWithin { seconds: u64 } => format!("The shop did not answer within {seconds} s.");
    AnswersNotAsShop => "The shop answers, but not as the shop.";
    Redirects { to: String } => format!("The shop redirects to {to}, which is not an answer of a shop.");
    NotLedTo => "The shop answers 404: the ingress does not lead to it yet.";
    NoReadyPod => "The shop answers 503: the ingress finds no pod of it that is ready.";
    HasError { status: u16 } => format!("The shop answers {status}: it has an error, its log tells more.");
    AnswersOtherwise { status: u16 } => format!("The shop answers {status}, which is not an answer of a shop.");

    // Why it is given up, and what to do.

    HelmFailed { line: String } => format!("Helm could not deploy the release: {line}.");
    /// What follows is why.
    CredentialsFailed => "The store's credentials could not be prepared:";
    NamespaceFailed { line: String } => format!("The store's namespace could not be prepared: {line}.");
    PodsWereNotAdmitted { why: String } => format!("The cluster did not admit the store's pods: {why}.");
    VolumeNotProvided { volume: String, class: String, why: String } => format!("The volume {volume} was not provided (storage class {class}){}.", because(why));
    VolumeOfNoClass { volume: String, why: String } => format!("The volume {volume} was not provided (no storage class, and the cluster has no default one){}.", because(why));
    /// What follows is what its shop answers.
    AllReadyBut => "All pods are ready, but";
    NotReadyWithin { seconds: u32 } => format!("The store was not ready within {seconds} s.");
    LastWords { line: String } => format!("Its last words: “{line}”.");
    CheckEngine => "Check the engine's chart, images and values in the platform's configuration, then press Retry.";
    RetryOrMakeAnew => "If this stays so after Retry, delete the store and make it anew.";
    CheckRights => "Check the operator's rights and the cluster's admission policies, then press Retry.";
    CheckIngress => "Check the ingress controller and the shop's log below, then press Retry.";
    ReadLogOrRetry => "Look at the log below; if the cluster is only slow, press Retry.";
    RetryIfSlow => "If the cluster is only slow, press Retry.";
    CheckStorage => "Check the storage class and its provisioner, then press Retry.";
    CheckImage => "Check that the image exists and that the nodes may pull it, then press Retry.";
    CheckReferences => "Check what the container refers to, then press Retry.";
    ReadLog => "Look at the log below, then press Retry.";
    CheckDisk => "Look at what it left on the node's disk, or choose a larger plan, then press Retry.";
    FreeRoom => "Free some room or add a node, or choose a smaller plan, then press Retry.";
    FitNode => "Have a node that fits what the platform's values say under stores.scheduling, or change those, then press Retry.";
    MakeClass => "Make the class that the platform's values name under stores.scheduling, or name another there, then press Retry.";
    GiveQuota => "Give the store's plan or the namespace's quota more room, or change the policy that refuses, then press Retry.";
    BeingRemoved => "What was made is being removed.";
    /// What follows is how far that is.
    BeingRemovedSoFar => "What was made is being removed:";

    // What is changed of it.

    Updating { versions: String } => doing("Updating to what the platform offers now", versions);
    ChangingPlan { versions: String } => doing("Changing the plan", versions);
    StoppingShop { versions: String } => doing("Stopping the shop", versions);
    StartingShop { versions: String } => doing("Starting the shop again", versions);
    EnteringSafeMode { versions: String } => doing("Starting the shop in safe mode", versions);
    LeavingSafeMode { versions: String } => doing("Leaving safe mode", versions);
    ApplyingSettings { versions: String } => doing("Applying changed settings", versions);
    Updated { took: Elapsed } => format!("Updated ({took}).");
    PlanChanged { took: Elapsed } => format!("The plan was changed ({took}).");
    Suspended { took: Elapsed } => format!("Suspended: nothing of the shop runs, its data is kept ({took}).");
    Resumed { took: Elapsed } => format!("The shop runs again ({took}).");
    InSafeMode { took: Elapsed } => format!("The shop runs in safe mode, without what its owner brought ({took}).");
    SafeModeLeft { took: Elapsed } => format!("Safe mode was left ({took}).");
    SettingsApplied { took: Elapsed } => format!("Changed settings were applied ({took}).");
    VolumesWithPlan { plan: PlanName, sizes: String } => format!("Volumes with the plan {plan}: {sizes}.");
    /// What follows is why.
    PlanNotChanged => "The plan is not changed:";
    GoingBack => "Going back to what ran before.";
    LimitsLate => "Its limits and policies could not be applied in time.";
    ReleaseLate => "The release could not be deployed in time.";
    PartsLate => "Its parts did not come up in time.";
    AnswerLate => "The shop did not answer in time.";
    UndoneElsewhere => "It had to be undone at another store, so no store is updated to it by itself.";
    UpdatedWhenAsked => "This platform updates a store when somebody asks for it.";
    UpdatedInTurn => "One store is updated first, the others follow a few at a time once its shop has answered.";
    VolumeOver { volume: String, holds: String, size: u32 } => format!("The volume {volume} holds {holds} GiB, more than the {size} GiB of its plan. Nothing keeps it from taking the room of all other stores: delete what is not needed in the shop's admin, or give the store a larger plan.");

    // What has happened to it.

    StatusLost => "The store was ready before and its status was lost. What is there is kept as it is.";
    TryOfReady => "Another try was asked for. The store was ready, so it is kept as it is.";
    TryAgain { attempt: u32 } => format!("Another try was asked for: try {attempt}.");
    /// What follows is why.
    GivenUp => "Given up:";
    /// What follows is why.
    Undone => "Undone:";
    NothingRemoved => "The store was ready before, so nothing of it is removed.";
    NamespaceOlder => "The namespace was there before this try, so it is left as it is.";
    FencesBack => "Somebody had changed or deleted a limit or policy of the store by hand; it is as it was again.";
    FencesAnew => "Limits, policies and Secrets were applied anew, since something of them had been changed.";
    PartsBack => "Somebody had changed or deleted a part of the shop by hand; it is as it was again.";
    /// What follows is why.
    NotPutBack => "What somebody changed could not be put back, and is tried again:";

    // Why what was asked for once is not done.

    AskedTooLate => "It was asked for more than a minute ago, and nobody waits for it any more. Ask again.";
    EngineCannot => "Shops of this engine cannot do that.";
    PartAway { part: Text } => format!("{part} does not run at this moment, so nothing can be done in it. Try again when the shop answers.");
    NamespaceAwry => "The store's namespace is not as it was, and nothing is done in it until that is mended.";
    NewPasswordLost => "The new password did not come along, so nothing was changed. Set it again.";
    CommandFailed => "The shop could not do it: the command failed, and the store's timeline says how. An update of the store may help.";

    // Why its logs and measures are not told.

    NoSeal => "Nobody is told anything here without a seal.";
    OperatorTurning => "The operator is about to begin, or to end. Try again in a moment.";
    NothingMade { store: String } => format!("There is no store {store}, or nothing of it was made yet.");
    FollowersFull => "So many people follow logs at this moment that no more can. Reload to see what is new.";
    SecretAway => "The store's Secret is not there, so nobody can tell what of its logs is nobody's business. The operator puts it back: try again in a minute.";
    LogsUnreadable => "The cluster does not hand out the logs. Try again in a moment.";
    PrometheusSilent { address: String } => format!("The Prometheus at {address} does not answer.");
    PrometheusClosed { address: String, status: String } => format!("The Prometheus at {address} does not let the operator in ({status}): it wants another token than the Secret has that monitoring.prometheus.credentials names.");
    PrometheusTokenAway { address: String } => format!("The Prometheus at {address} is not asked, since the token for it cannot be read: the Secret that monitoring.prometheus.credentials names has to have it under the key token.");
    PrometheusTokenUnusable { address: String } => format!("The Prometheus at {address} is not asked, since the token for it is none that can be sent.");
    PrometheusRefuses { address: String, why: String } => format!("The Prometheus at {address} does not do what it is asked: {why}.");
    NoPrometheus { address: String } => format!("The Prometheus at {address} does not answer as a Prometheus does.");
    VolumesUnmeasured { address: String } => format!("The Prometheus at {address} knows nothing of the store's volumes (kubelet_volume_stats_used_bytes): it has to read the kubelets' metrics, and of some classes of volumes those tell nothing.");
    MemoryUnmeasured { address: String } => format!("The Prometheus at {address} knows nothing of the memory of the store's containers (container_memory_working_set_bytes): it has to read the kubelets' /metrics/cadvisor.");
    CpuUnmeasured { address: String } => format!("The Prometheus at {address} knows nothing of the CPU of the store's containers (container_cpu_usage_seconds_total): it has to read the kubelets' /metrics/cadvisor.");
    PartsUnknown => "The cluster does not say which of the metrics are of which part of the store.";

    // Why a user is not changed.

    OnlyAdmins => "Only an admin may do that. Ask one.";
    NotOneself => "You cannot take your own role or yourself away. Have another admin do it.";
    NoUserYet => "There is no local user yet. Make the first one on /set-up with the token.";
    UserTaken { user: String } => format!("There is a user {user} already. Choose another name, or give {user} a new password.");
    UserReserved { user: String } => format!("{user} is what somebody is called whom the identity provider knows. Choose a name that does not begin with oidc and a dot.");
    UserUnknown { user: String } => format!("There is no user {user}. The list of users shows who there is.");
    LastAdmin { user: String } => format!("{user} is the last admin. Add another one first, or nobody could manage the platform any more.");

    // Its removal.

    UninstallTriedAgain { why: String } => format!("helm could not uninstall the release and is tried again: {why}");
    UninstallLeft => "helm could not uninstall the release; the namespace takes all of it along.";
    OthersFirst => "Other stores are removed first.";
    RemovingNamespace => "The cluster removes the namespace with all that is in it.";
    StillRemovingNamespace => "The cluster still removes the namespace.";
    NamespaceHeld { why: String } => format!("The namespace is held: {why}");
    NamespaceNotDeleted { why: String } => format!("The namespace could not be deleted and is tried again: {why}");
    RemovingVolumes { volumes: String } => format!("The storage provisioner removes {volumes}.");
    VolumesKept { volumes: String } => format!("Kept by their storage class (Retain), to be deleted by hand: {volumes}.");
    CredentialsNotDeleted { why: String } => format!("The credentials could not be deleted and are tried again: {why}");
    ForeignLeftOwnGone { namespace: String } => format!("The namespace {namespace} was not made for this store and is left untouched; its own is gone.");
    ForeignLeftNoOwn { namespace: String } => format!("The namespace {namespace} was not made for this store and is left untouched; it has none of its own.");
}

impl Said {
    /// Of a queue as long as that: coarser the farther back, so that one that moves does not have the status of everyone in it written at
    /// each step.
    pub fn queued(ahead: usize) -> Self {
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let step = if ahead < 10 { 1 } else { 10_u32.pow(ahead.ilog10()) };
        Self::Queued { ahead: ahead / step * step }
    }

    /// Whether what follows goes on in the same sentence.
    fn goes_on(&self) -> bool {
        matches!(self, Self::Part { .. } | Self::Trouble | Self::AllReadyBut)
    }
}

fn queued(ahead: u32) -> String {
    match ahead {
        0 => "Waits for its turn. It is the next one.".to_owned(),
        1 => "Waits for its turn. One store is before it.".to_owned(),
        2..=9 => format!("Waits for its turn. {ahead} stores are before it."),
        _ => format!("Waits for its turn. More than {} stores are before it.", ahead - 1),
    }
}

pub(crate) fn stores(number: u32) -> String {
    format!("{number} {}", if number == 1 { "store" } else { "stores" })
}

fn begun_anew(restarts: i32) -> String {
    format!("{restarts} restart{}", if restarts == 1 { "" } else { "s" })
}

fn with_words(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(", with the words “{words}”") }
}

fn quoting(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!(": “{line}”") }
}

fn because(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!(": {why}") }
}

fn doing(what: &str, versions: &str) -> String {
    if versions.is_empty() { format!("{what}.") } else { format!("{what}: {versions}.") }
}

/// In thousandths of a core, and in MiB.
fn room(cpu: u64, disk: u64, memory: u64) -> String {
    format!("{cpu}m CPU, {disk} MiB of ephemeral storage and {memory} MiB of memory")
}

/// Of a sentence, as it is written under its name.
trait Value: Sized {
    fn write(&self, name: &str, values: &mut BTreeMap<String, String>);
    fn read(name: &str, values: &BTreeMap<String, String>) -> Option<Self>;
}

macro_rules! values {
    ($($kind:ty),+) => {
        $(impl Value for $kind {
            fn write(&self, name: &str, values: &mut BTreeMap<String, String>) {
                values.insert(name.to_owned(), self.to_string());
            }

            fn read(name: &str, values: &BTreeMap<String, String>) -> Option<Self> {
                values.get(name)?.parse().ok()
            }
        })+
    };
}

values!(String, u16, u32, u64, usize, i32);

impl Value for PlanName {
    fn write(&self, name: &str, values: &mut BTreeMap<String, String>) {
        values.insert(name.to_owned(), self.key().to_owned());
    }

    fn read(name: &str, values: &BTreeMap<String, String>) -> Option<Self> {
        Self::parse(values.get(name)?).ok()
    }
}

/// In milliseconds.
impl Value for Elapsed {
    fn write(&self, name: &str, values: &mut BTreeMap<String, String>) {
        values.insert(name.to_owned(), self.0.to_string());
    }

    fn read(name: &str, values: &BTreeMap<String, String>) -> Option<Self> {
        values.get(name)?.parse().ok().map(Self)
    }
}

/// The English under the name, and what there is in another language beside it.
impl Value for Text {
    fn write(&self, name: &str, values: &mut BTreeMap<String, String>) {
        values.insert(name.to_owned(), self.to_string());
        if let (german, Language::German) = self.told(Language::German) {
            values.insert(in_german(name), german.to_owned());
        }
    }

    fn read(name: &str, values: &BTreeMap<String, String>) -> Option<Self> {
        Some(Self::new(values.get(name)?.as_str(), values.get(&in_german(name)).cloned()))
    }
}

fn in_german(name: &str) -> String {
    format!("{name}.{}", Language::German.key())
}

/// Sentences, one after the other. Displays in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Coded>", into = "Vec<Coded>")]
pub struct Told(Vec<Said>);

/// A sentence without its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Coded {
    code: String,
    #[serde(default)]
    values: BTreeMap<String, String>,
}

impl Told {
    pub fn sentences(&self) -> &[Said] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Without full stops and in one line, for where there is room for a few words.
    pub fn brief(&self) -> String {
        let brief = |said: &Said| said.to_string().trim_end_matches('.').to_owned();
        self.0.iter().map(brief).collect::<Vec<_>>().join(", ")
    }

    /// What is said after it.
    #[must_use]
    pub fn and(mut self, more: impl Into<Self>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    /// What is kept beside the English sentence: nothing where that has no code at all.
    #[must_use]
    pub fn coded(self) -> Self {
        if self.0.iter().all(|said| matches!(said, Said::Words { .. })) { Self::default() } else { self }
    }

    /// What was kept beside `sentence`, or else that one as it stands: another version may have other words for a code.
    #[must_use]
    pub fn or_sentence(&self, sentence: &str) -> Self {
        if self.to_string() == sentence { self.clone() } else { sentence.into() }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut goes_on = false;
        for (n, said) in self.0.iter().enumerate() {
            let text = said.to_string();
            let text = if goes_on { uncapitalised(&text) } else { text };
            write!(f, "{}{text}", if n > 0 { " " } else { "" })?;
            goes_on = said.goes_on();
        }
        Ok(())
    }
}

fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

impl From<Said> for Told {
    fn from(said: Said) -> Self {
        Self(vec![said])
    }
}

impl From<Vec<Said>> for Told {
    fn from(all: Vec<Said>) -> Self {
        Self(all)
    }
}

impl From<String> for Told {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::default() } else { Said::Words { text }.into() }
    }
}

impl From<&str> for Told {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// Nothing is kept of what has a code of another version in it: its sentence says it.
impl From<Vec<Coded>> for Told {
    fn from(coded: Vec<Coded>) -> Self {
        coded
            .iter()
            .map(|Coded { code, values }| Said::read(code, values))
            .collect::<Option<_>>()
            .map(Self)
            .unwrap_or_default()
    }
}

impl From<Told> for Vec<Coded> {
    fn from(told: Told) -> Self {
        told.0.iter().map(Said::parts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each() -> impl Iterator<Item = Said> {
        Said::CODES.iter().map(|(code, names)| {
            let value =
                |name: &&str| ((*name).to_owned(), if *name == "plan" { "small" } else { "7" }.to_owned());
            Said::read(code, &names.iter().map(value).collect()).expect(code)
        })
    }

    #[test]
    fn whatever_is_said_is_read_as_it_was_written() {
        let told = Told(each().collect());
        let written = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<Told>(&written).unwrap(), told);
        assert_eq!(
            serde_json::to_value(Told::from(Said::queued(2))).unwrap(),
            serde_json::json!([{ "code": "Queued", "values": { "ahead": "2" } }])
        );
    }

    #[test]
    fn what_an_engine_calls_something_is_kept_in_each_language_that_it_has_it_in() {
        let [both, english] =
            [Some("Datenbank".to_owned()), None].map(|german| Text::new("Database", german));
        for (part, values) in [
            (both, serde_json::json!({ "part": "Database", "part.de": "Datenbank" })),
            (english, serde_json::json!({ "part": "Database" })),
        ] {
            let told = Told::from(Said::PartReady { part });
            let written = serde_json::to_value(&told).unwrap();
            assert_eq!(written, serde_json::json!([{ "code": "PartReady", "values": values }]));
            assert_eq!(serde_json::from_value::<Told>(written).unwrap(), told);
            assert_eq!(told.to_string(), "Database ready.");
        }
    }

    #[test]
    fn every_value_of_a_sentence_is_in_it() {
        for said in each() {
            let (english, Coded { code, values }) = (said.to_string(), said.parts());
            let names = values
                .keys()
                .filter(|name| !["plan", "ahead", "took", "left", "german"].contains(&name.as_str()))
                .count();
            assert!(english.matches('7').count() >= names, "{code}: {english}");
        }
    }

    #[test]
    fn of_what_another_version_says_nothing_is_kept_but_its_sentence() {
        for other in [
            r#"[{"code": "OfAnotherVersion"}, {"code": "NoRoom"}]"#,
            r#"[{"code": "Queued"}]"#,
            r#"[{"code": "Queued", "values": {"ahead": "some"}}]"#,
        ] {
            assert_eq!(serde_json::from_str::<Told>(other).unwrap(), Told::default(), "{other}");
        }
        let told = Told::from(Said::NoNodeTakesPods);
        assert_eq!(told.or_sentence("No node takes pods."), told);
        assert_eq!(told.or_sentence("No node takes any pods."), "No node takes any pods.".into());
    }

    #[test]
    fn what_has_no_code_in_it_is_kept_as_its_sentence_alone() {
        assert_eq!(Told::from("Somebody's own words.").coded(), Told::default());
        let mixed = Told::from(Said::GoingBack).and("Somebody's own words.");
        assert_eq!(mixed.clone().coded(), mixed);
        assert_eq!(mixed.to_string(), "Going back to what ran before. Somebody's own words.");
    }

    #[test]
    fn a_few_words_are_told_without_full_stops() {
        let told = Told::from(Said::SettingUp).and(Said::Restarts { times: 2 });
        assert_eq!(told.brief(), "setting up the shop, 2 restarts");
        assert_eq!(Told::from(Said::Restarts { times: 1 }).brief(), "1 restart");
        assert_eq!(Told::default().brief(), "");
    }

    #[test]
    fn a_sentence_goes_on_after_what_it_begins_with() {
        let told = Told(vec![
            Said::PartReady { part: "Database".into() },
            Said::Part { part: "Web".into() },
            Said::NotCreated,
            Said::Trouble,
            Said::PodsNotAdmitted { why: "exceeded quota".into() },
            Said::Undone,
            Said::AnswerLate,
        ]);
        assert_eq!(
            told.to_string(),
            "Database ready. Web: not created yet. Trouble: the cluster does not admit the store's pods: exceeded quota. \
             Undone: The shop did not answer in time."
        );
    }

    #[test]
    fn a_place_in_the_queue_is_told_the_coarser_the_farther_back_it_is() {
        let told = [0, 1, 2, 9, 10, 19, 20, 345].map(|ahead| Said::queued(ahead).to_string());
        let places = told.map(|told| told.strip_prefix("Waits for its turn. ").unwrap().to_owned());
        assert_eq!(
            places,
            [
                "It is the next one.",
                "One store is before it.",
                "2 stores are before it.",
                "9 stores are before it.",
                "More than 9 stores are before it.",
                "More than 9 stores are before it.",
                "More than 19 stores are before it.",
                "More than 299 stores are before it.",
            ]
        );
    }
}
