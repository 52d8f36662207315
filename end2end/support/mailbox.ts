import { type APIRequestContext, request } from "@playwright/test";
import { environment } from "./environment";
import type { Elsewhere } from "./elsewhere";

const HTTP = 8025;

export interface Mail {
  subject: string;
  text: string;
}

/** A mail server that takes all mail and keeps it. */
export class Mailbox {
  /** One of the ports that shops may reach. */
  readonly port = 587;

  private constructor(readonly host: string) {}

  static async open(elsewhere: Elsewhere): Promise<Mailbox> {
    const mailbox = new Mailbox(elsewhere.address);
    const listen = ["--smtp", `0.0.0.0:${mailbox.port}`, "--listen", `0.0.0.0:${HTTP}`];
    const alone = ["--disable-version-check", "--smtp-disable-rdns"];
    await elsewhere.start(environment.mailpit, [...listen, ...alone], {}, "accessible via");
    return mailbox;
  }

  /** The newest mail to somebody whose subject has all of `words` in it. */
  async to(person: string, ...words: string[]): Promise<Mail | undefined> {
    const client = await request.newContext();
    try {
      const query = new URLSearchParams({ query: `to:"${person}"` });
      const found = (await this.read(client, `search?${query}`)) as { messages: Listed[] };
      const mail = found.messages.find(({ Subject }) => words.every((word) => Subject.includes(word)));
      if (!mail) return undefined;
      const read = (await this.read(client, `message/${mail.ID}`)) as { Text: string };
      return { subject: mail.Subject, text: read.Text };
    } finally {
      await client.dispose();
    }
  }

  private async read(client: APIRequestContext, path: string): Promise<unknown> {
    return (await client.get(`http://${this.host}:${HTTP}/api/v1/${path}`)).json();
  }
}

interface Listed {
  ID: string;
  Subject: string;
}
