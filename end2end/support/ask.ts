import { readFileSync } from "node:fs";
import { type IncomingHttpHeaders, get as getPlain } from "node:http";
import { get as getSecured } from "node:https";
import { text } from "node:stream/consumers";
import { required } from "./required";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Asks as a client does that trusts the ACME server's authority and no other: who shows anything else is an error. */
export function ask(url: string): Promise<Answer> {
  const { protocol, hostname: host, pathname, search } = new URL(url);
  const headers = { host };
  const at = { host: "127.0.0.1", path: pathname + search, headers, agent: false };
  return new Promise((resolve, reject) => {
    const request =
      protocol === "https:"
        ? getSecured({ ...at, servername: host, ca: readFileSync(required("STOREYARD_ROOT")) })
        : getPlain(at);
    request.on("error", reject);
    request.on("response", (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      );
    });
  });
}
