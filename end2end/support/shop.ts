import { type APIRequestContext, type APIResponse, request as requests } from "@playwright/test";
import { kubectl } from "./cluster";
import { environment } from "./environment";

/** A store's shop, as somebody sees it who comes through the ingress. */
export class Shop {
  readonly host: string;
  readonly namespace: string;

  private constructor(
    id: string,
    private readonly client: APIRequestContext,
  ) {
    const dashboard = new URL(environment.address).hostname;
    this.host = `store-${id}${dashboard.slice(dashboard.indexOf("."))}`;
    this.namespace = `store-${id}`;
  }

  /** With cookies of their own, for `use`. */
  static async visit<T>(id: string, use: (shop: Shop) => Promise<T>): Promise<T> {
    const client = await requests.newContext();
    try {
      return await use(new Shop(id, client));
    } finally {
      await client.dispose();
    }
  }

  /** As browsers know it. */
  get url(): string {
    return `http://${this.host}`;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<APIResponse> {
    return this.client.get(this.address(path), this.options(headers));
  }

  post(path: string, content: object, headers: Record<string, string> = {}): Promise<APIResponse> {
    return this.client.post(this.address(path), { ...this.options(headers), ...content });
  }

  /** Types a name and a password into the form of wp-admin. */
  async signIn(user: string, password: string): Promise<APIResponse> {
    await this.get("/wp-login.php");
    return this.post("/wp-login.php", { form: { log: user, pwd: password, testcookie: "1" } });
  }

  /** Types them into the form that customers have. */
  async signInAsCustomer(user: string, password: string): Promise<APIResponse> {
    const page = await (await this.get("/my-account/")).text();
    const nonce = /name="woocommerce-login-nonce" value="(\w+)"/.exec(page)?.[1] ?? "";
    const form = { username: user, password, login: "Log in", "woocommerce-login-nonce": nonce };
    return this.post("/my-account/", { form });
  }

  /** What PHP prints inside the shop, with WordPress loaded. */
  php(code: string): Promise<string> {
    const loaded = `$_SERVER += ["HTTP_HOST" => getenv("STORE_HOST"), "REQUEST_METHOD" => "GET", "REQUEST_URI" => "/",
      "SERVER_PROTOCOL" => "HTTP/1.1"]; require "/usr/share/wordpress/wp-load.php";`;
    const container = ["-n", this.namespace, "deployment/wordpress", "-c", "wordpress"];
    return kubectl("exec", ...container, "--", "php", "-r", loaded + code);
  }

  // Names under .localhost are loopback for browsers; here the ingress is asked by address, and told the shop's host.
  private address(path: string): string {
    return `http://127.0.0.1${path}`;
  }

  private options(headers: Record<string, string>) {
    return { headers: { host: this.host, ...headers }, maxRedirects: 0 };
  }
}
