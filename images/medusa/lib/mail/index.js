// How Medusa's notifications leave as mail: by the server that the platform names, from the address that this server takes.
const { AbstractNotificationProviderService, ModuleProvider, Modules } = require("@medusajs/framework/utils");
const { createTransport } = require("nodemailer");

const settings = require("../settings");
const state = require("./state");

/** Milliseconds for the connection, and for each answer. */
const PATIENCE = 10_000;

/** For each mail: what is changed in the Secret comes to the files by itself. */
function transport() {
  const { host, port, tls } = settings.mail;
  const [user, pass, ca] = ["mail-user", "mail-password", "mail-ca"].map((name) => settings.secret(name));
  return createTransport({
    host,
    port,
    secure: tls === "tls",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    auth: user ? { user, pass } : undefined,
    tls: ca ? { ca } : undefined,
    name: new URL(settings.url).hostname,
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
  });
}

/** Who gets mail is nobody's business who reads a log. */
function withoutAddresses(text) {
  return text.replace(/[^\s<>:;,()"]+@[^\s<>:;,()"]+/g, "(address)").replace(/\s+/g, " ").trim();
}

class Smtp extends AbstractNotificationProviderService {
  static identifier = "smtp";

  async send({ to, content, data }) {
    const { subject, text } = content;
    try {
      const sent = await transport().sendMail({ from: { name: data.shop, address: settings.mail.from }, to, subject, text });
      state.sent();
      return { id: sent.messageId };
    } catch (error) {
      state.failed();
      throw new Error(`mail could not be sent: ${withoutAddresses(error.message)}`);
    }
  }
}

module.exports = ModuleProvider(Modules.NOTIFICATION, { services: [Smtp] });
