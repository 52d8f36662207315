import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "@playwright/test";
import { Cluster } from "../gallery/support/cluster";
import { CONFIG, leadingTo } from "../gallery/support/config";
import { keep } from "../gallery/support/people";
import { everyState } from "../gallery/support/stores";
import { required } from "../support/required";

/** Fills an API server that is none, and writes down what the dashboard has to know of it. */
test("a store in every state, and people who may look at them", async () => {
  const api = required("STOREYARD_API");
  const folder = required("STOREYARD_FOLDER");
  const cluster = new Cluster(api);
  await keep(cluster);
  await Promise.all(everyState().map((store) => cluster.put(store)));
  writeFileSync(join(folder, "config.json"), JSON.stringify(CONFIG));
  writeFileSync(join(folder, "kubeconfig"), JSON.stringify(leadingTo(api)));
});
