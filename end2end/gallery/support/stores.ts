/** Store resources as the operator leaves them, in every state that a page can be in. */

export interface Store {
  metadata: { name: string; creationTimestamp: string; deletionTimestamp?: string };
  spec: object;
  status?: object;
}

type State = "Pending" | "InProgress" | "Done" | "NotApplied" | "Lost" | "Failed" | "Changing" | "Stopped";

const STEPS = [
  "NamespaceReady",
  "QuotaApplied",
  "CredentialsReady",
  "ReleaseDeployed",
  "WorkloadsReady",
  "StorefrontReachable",
];
const REMOVAL = ["ReleaseUninstalled", "NamespaceDeleted", "VolumesDeleted"];

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const EVIDENCE =
  "mysqld: Can't create/write to file '/var/lib/mysql/aria_log_control' (Errcode: 28 \"No space left on device\")";

const UNREACHED = "The shop answers “no available server”: no pod of it is ready.";

/** How old a store is, in milliseconds, and what it is called. */
interface Made {
  id: string;
  name: string;
  age: number;
  owner?: string;
  plan?: string;
  engine?: string;
}

/** What the platform's images have in them, here and in its next version. */
export const VERSIONS = {
  "localhost/wordpress:1": "WordPress 6.9.4, WooCommerce 10.5.0",
  "localhost/mariadb:1": "MariaDB 11.8.3",
};
const RUNNING = Object.values(VERSIONS).join(", ");
const NEXT = RUNNING.replace("6.9.4", "6.9.5");

const OFFERED = {
  offer: "b2c3d4e5f6a7",
  waits: "One store is updated first, the others follow a few at a time once its shop has answered.",
  versions: NEXT,
};

export function ready(made: Made): Store {
  return store(made, "Ready", states("Done"), kept(made));
}

/** One that is ready and has more on a volume than its plan gives. */
export function full(made: Made): Store {
  const sentence =
    "The volume uploads holds 25.1 GiB, more than the 24 GiB of its plan. Nothing keeps it from taking the room of all other stores: delete what is not needed in the shop's admin, or give the store a larger plan.";
  const notices = [{ sentence, since: now() - HOUR }];
  const used = { database: 1_310, uploads: 25_700 };
  return store(made, "Ready", states("Done"), { ...kept(made), used, notices });
}

/** What the status of a store says that was ready. */
function kept(made: Made): object {
  return { readyAt: at(made.age - 15 * SECOND), release: release(made, "a1b2c3d4e5f6", RUNNING) };
}

function release({ id, plan = "small" }: Made, offer: string, versions: string): object {
  const address = { scheme: "http", host: `store-${id}.shops.example` };
  return { id: `${offer}-000000000000`, offer, plan, running: true, address, versions };
}

export function queued(made: Made): Store {
  return store(made, "Queued", states("Pending"), { startedAt: null, timeline: [], pods: [] });
}

export function provisioning(made: Made): Store {
  const steps: State[] = ["Done", "NotApplied", "Done", "Done", "InProgress", "Pending"];
  const messages = {
    QuotaApplied: "The cluster has no room for a quota of its own.",
    WorkloadsReady: "1 of 2 pods is ready.",
  };
  return store(made, "Provisioning", steps, {
    deadline: at(made.age - 10 * MINUTE),
    conditions: conditions(STEPS, steps, made.age, messages),
    pods: [
      { name: "mariadb-0", state: "ready", detail: "" },
      { name: "wordpress-5d8f7c6b9-x2x4q", state: "starting", detail: "init container setup runs" },
    ],
  });
}

export function degraded(made: Made): Store {
  const steps: State[] = ["Done", "Done", "Done", "Done", "Lost", "Lost"];
  const messages = {
    WorkloadsReady: `Database: starting. WordPress: waits for the database. Trouble: container mariadb in pod mariadb-0 has ended: exit code 1, 7 restarts, with the words “${EVIDENCE}”.`,
    StorefrontReachable: UNREACHED,
  };
  return store(made, "Degraded", steps, {
    ...kept(made),
    conditions: conditions(STEPS, steps, 12 * MINUTE, messages),
    phaseSince: at(12 * MINUTE),
    pods: [
      { name: "mariadb-0", state: "failing", detail: "CrashLoopBackOff, 7 restarts" },
      { name: "wordpress-5d8f7c6b9-x2x4q", state: "waiting", detail: "waits for mariadb-0" },
    ],
  });
}

export function updating(made: Made): Store {
  const steps: State[] = ["Done", "Done", "Done", "Done", "Changing", "Changing"];
  return store(made, "Updating", steps, {
    ...kept(made),
    phaseSince: at(9 * SECOND),
    offered: OFFERED,
  });
}

export function suspended(made: Made): Store {
  const steps: State[] = ["Done", "Done", "Done", "Done", "Stopped", "Stopped"];
  const resource = store(made, "Suspended", steps, {
    ...kept(made),
    phaseSince: at(3 * DAY),
    pods: [],
  });
  resource.spec = { ...resource.spec, running: false };
  return resource;
}

/** One whose update did not come up, so that it is as it was. */
export function undone(made: Made): Store {
  const sentence =
    "Its parts did not come up in time. The image localhost/storeyard/wordpress:2-woo of container wordpress in pod wordpress-7c9d8b6f5-q8w2e cannot be pulled (not found).";
  return store(made, "Ready", states("Done"), {
    ...kept(made),
    offered: OFFERED,
    refused: { kind: "Update", to: release(made, OFFERED.offer, NEXT), sentence, at: now() - HOUR },
  });
}

export function failed(made: Made): Store {
  return store(made, "Failed", ["Done", "Done", "Done", "Done", "Failed", "Pending"], {
    failure: {
      step: "WorkloadsReady",
      sentence:
        "The database could not start, since its volume is full. Choose a larger plan, or free space on the node, then retry.",
      evidence: [{ source: "pod mariadb-0, container mariadb", text: EVIDENCE }],
      at: now() - made.age + 10 * MINUTE,
    },
    pods: [],
  });
}

export function deleting(made: Made): Store {
  const resource = store(made, "Deleting", states("Done"), {
    removal: conditions(REMOVAL, ["Done", "InProgress", "Pending"], 9 * SECOND, {}),
    phaseSince: at(9 * SECOND),
    pods: [{ name: "mariadb-0", state: "stopping", detail: "" }],
  });
  resource.metadata.deletionTimestamp = at(9 * SECOND);
  return resource;
}

/** What a deletion leaves once all of it was seen to be gone. */
export function removed(): object {
  return { status: { removal: conditions(REMOVAL, states("Done").slice(0, 3), 12 * SECOND, {}) } };
}

/** What the operator writes when a shop no longer answers, and what it says of it. */
export function lost(message = UNREACHED): object {
  const steps: State[] = ["Done", "Done", "Done", "Done", "Done", "Lost"];
  const told = conditions(STEPS, steps, HOUR, { StorefrontReachable: message });
  return { status: { conditions: told, phase: "Degraded", phaseSince: at(0) } };
}

export const KOENIG = "koenigliche-hofmanufaktur-fuer-handgefer-a1b2c";

/** One store of each kind that a list can show, with the longest names there are. */
export function everyState(): Store[] {
  return [
    ready({ id: "atelier-nord-x7k2q", name: "Atelier Nord", age: 40 * DAY, owner: "bo" }),
    provisioning({ id: "casa-verde-0qk4z", name: "Casa Verde", age: 8 * SECOND, owner: "bo" }),
    queued({ id: "berg-kaffee-p3m9a", name: "Berg & Kaffee", age: 3 * SECOND, owner: "bo" }),
    degraded({ id: "demo-8w1vd", name: "Demo", age: 13 * DAY, owner: "bo" }),
    failed({ id: "librairie-du-port-5n2tc", name: "Librairie du Port", age: 2 * DAY, owner: "bo" }),
    updating({ id: "feld-und-flur-u4p8d", name: "Feld und Flur", age: 30 * DAY, owner: "bo" }),
    suspended({ id: "eis-am-see-s5d1n", name: "Eis am See", age: 200 * DAY, owner: "bo" }),
    undone({ id: "gute-stube-b7k3r", name: "Gute Stube", age: 60 * DAY, owner: "bo" }),
    deleting({ id: "sommer-pop-up-9d4xk", name: "Sommer-Pop-up", age: 90 * DAY, owner: "bo" }),
    full({
      id: KOENIG,
      name: "Donaudampfschifffahrtsgesellschaftskapitänsmützenmanufaktur",
      age: 400 * DAY,
      plan: "large",
    }),
    failed({
      id: "matjar-lnwr-ll-twr-lshrqy-wlbkhwr-lfkhr-c3d4e",
      name: "متجر النور للعطور الشرقية والبخور الفاخر في المدينة القديمة",
      age: 13 * DAY,
    }),
    degraded({
      id: "dong-jing-shou-gong-pi-ju-yu-chuan-tong-f5g6h",
      name: "東京手工皮具與傳統陶瓷器專門店有限公司東京手工皮具與傳統陶瓷器專門店有限公司東京手工皮具與傳統陶瓷器專門店有",
      age: 5 * HOUR,
      plan: "medium",
    }),
  ];
}

/** More stores than a list has on a page. */
export function many(count: number): Store[] {
  return Array.from({ length: count }, (_, i) => {
    const number = String(i + 1).padStart(3, "0");
    return ready({ id: `shop-${number}-aaaaa`, name: `Shop ${number}`, age: (count - i) * HOUR + DAY });
  });
}

function store(made: Made, phase: string, steps: State[], status: object): Store {
  const { id, name, age, owner, plan = "small", engine = "woocommerce" } = made;
  return {
    metadata: { name: id, creationTimestamp: at(age) },
    spec: {
      title: name,
      engine,
      plan,
      options: { language: "de_DE", country: "DE", currency: "EUR", timeZone: "Europe/Berlin" },
      admin: { user: "ada", email: "ada@atelier.example" },
      ...(owner ? { owner } : {}),
    },
    status: {
      phase,
      phaseSince: at(age),
      conditions: conditions(STEPS, steps, age, {}),
      pods: [
        { name: "mariadb-0", state: "ready", detail: "" },
        { name: "wordpress-5d8f7c6b9-x2x4q", state: "ready", detail: "" },
      ],
      timeline: timeline(id, now() - age),
      startedAt: at(age),
      attempt: 1,
      ...status,
    },
  };
}

/** Steps that follow each other by two seconds, beginning at `age`. */
function conditions(
  kinds: string[],
  steps: State[],
  age: number,
  messages: Record<string, string>,
): object[] {
  return kinds.map((type, i) => {
    const reason = steps[i] ?? "Pending";
    const begun = { startedAt: at(age - 2 * i * SECOND), lastTransitionTime: at(age - 2 * (i + 1) * SECOND) };
    return {
      type,
      status: reason === "Done" ? "True" : "False",
      reason,
      message: messages[type] ?? "",
      ...(reason === "Pending" ? {} : begun),
    };
  });
}

export function timeline(id: string, from: number): object[] {
  const namespace = `store-${id}`;
  const apply = (what: string) =>
    `kubectl apply --server-side --force-conflicts --validate=ignore --field-manager storeyard -f - < <stdin: ${what}>`;
  const command = (line: string, took: number) => ({ command: { line, took, exit: 0, complaint: "" } });
  return [
    { at: from, what: { phase: { phase: "Provisioning" } } },
    { at: from + 300, what: command(apply("Namespace, RoleBinding"), 210) },
    { at: from + 600, what: command(apply("LimitRange, ResourceQuota, NetworkPolicy"), 340) },
    {
      at: from + 1_200,
      what: command(
        `helm upgrade --install ${namespace} /srv/storeyard/charts/woocommerce --namespace ${namespace} --values - --reset-values --history-max 3 --timeout 90s --hide-notes < <stdin: values>`,
        2_100,
      ),
    },
    {
      at: from + 4_000,
      what: {
        command: {
          line: `kubectl get pods --namespace ${namespace} --output name`,
          took: 90,
          exit: 1,
          complaint:
            'Error from server (Forbidden): pods is forbidden: User "system:anonymous" cannot list resource "pods"',
        },
      },
    },
    { at: from + 15_000, what: { phase: { phase: "Ready" } } },
  ];
}

function states(state: State): State[] {
  return STEPS.map(() => state);
}

let clock: number | undefined;

/** The same for all that is made at one go: of two times that belong together none is a millisecond off. */
function now(): number {
  if (clock === undefined) {
    clock = Date.now();
    setImmediate(() => (clock = undefined));
  }
  return clock;
}

function at(age: number): string {
  return new Date(now() - age).toISOString();
}
