// Ends TLS before the server that speaks Stripe's API, which speaks none. Started in the network namespace of both.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createServer } from "node:tls";

const [, , address, key, certificate, port] = process.argv;
const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (visitor) => {
  const behind = connect(Number(port), "127.0.0.1");
  for (const end of [visitor, behind]) {
    end.on("error", () => {
      visitor.destroy();
      behind.destroy();
    });
  }
  visitor.pipe(behind).pipe(visitor);
});
server.listen(443, address, () => console.log("listening"));
