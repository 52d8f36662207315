import type { Cluster } from "./cluster";

export const PASSWORD = "correct horse battery";

/** As long as a user's name may be. */
export const LONG = "konstantinopolitanischer-dudelsackpfeifenmachergeselle.nord1";

/** Who may come in, by role. */
const PEOPLE = { ada: "admin", [LONG]: "admin", bo: "member", cy: "member", di: "member", vi: "viewer" };
/** Of the password above. */
const HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$A67jYPPZFHIoNiFUknmnpg$SGATKjjWtUXJ+vnTLg2DQm/Gugqz6b/RHPZbgzT136Y";

/** Writes down who may come in. */
export async function keep(cluster: Cluster): Promise<void> {
  const entry = (role: string) => Buffer.from(JSON.stringify({ role, hash: HASH })).toString("base64");
  const users = Object.entries(PEOPLE).map(([name, role]) => [name, entry(role)]);
  await cluster.keep("secrets", "storeyard-users", Object.fromEntries(users));
  await cluster.keep("configmaps", "storeyard-sign-outs", {});
}
