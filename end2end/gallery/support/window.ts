import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export interface Line {
  at: number;
  part: string;
  level: "info" | "warning" | "error";
  text: string;
}

/** An operator's window that shows what it is given. That it answers only what is sealed is tested where it is the real one. */
export class Window {
  private lines: Line[] = [];
  private waiting: (() => void)[] = [];
  /** What it refuses to follow with, if it does. */
  refuses?: { status: number; sentence: string } = undefined;
  metrics: object = metrics([]);
  /** How its shops fare; where it is nothing, it does not say. */
  vitals?: object = vitals();

  private constructor(
    readonly address: string,
    readonly stop: () => void,
  ) {}

  static async start(): Promise<Window> {
    const server = createServer((request, response) => window.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const window = new Window(`127.0.0.1:${port}`, () => server.close());
    return window;
  }

  /** Has the shop log these, now. */
  log(...lines: Line[]): void {
    this.lines.push(...lines);
    for (const wake of this.waiting.splice(0)) wake();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://window");
    if (pathname.startsWith("/metrics/")) return tell(response, this.metrics);
    if (pathname.startsWith("/vitals/")) {
      if (this.vitals) return tell(response, this.vitals);
      response.writeHead(503).end(NOT_READY);
      return;
    }
    const isFollowing = searchParams.get("wait_seconds") !== "0";
    if (isFollowing && this.refuses) {
      response.writeHead(this.refuses.status).end(this.refuses.sentence);
      return;
    }
    const from = Number(/@(\d+)$/.exec(searchParams.get("after") ?? "")?.[1] ?? 0);
    const show = () => {
      const text = searchParams.get("search")?.toLowerCase() ?? "";
      const wanted = (line: Line) =>
        LEVELS.indexOf(line.level) >=
          LEVELS.indexOf((searchParams.get("level") ?? "info") as Line["level"]) &&
        ["", line.part].includes(searchParams.get("part") ?? "") &&
        line.text.toLowerCase().includes(text);
      const lines = this.lines
        .slice(from)
        .filter(wanted)
        .slice(-Number(searchParams.get("lines")));
      const cursor = `web-0/wordpress/0@${this.lines.length}`;
      tell(response, { lines, cursor, parts: PARTS, is_cut: false });
    };
    if (isFollowing && this.lines.length === from) this.waiting.push(show);
    else show();
  }
}

export const NOT_READY = "The operator is about to begin, or to end. Try again in a moment.";
const LEVELS: Line["level"][] = ["info", "warning", "error"];
/** As an engine calls it: in English alone, or in each language. */
type Title = string | { en: string; de: string };
const DATABASE = { en: "Database", de: "Datenbank" };
const WORDPRESS = { en: "WordPress", de: "WordPress" };
const PARTS = [
  ["database", DATABASE],
  ["web", WORDPRESS],
];

function tell(response: ServerResponse, what: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(what));
}

/** What a shop logs, with the longest line that there is and with what would be a page of its own. */
export function lines(): Line[] {
  const line = (ago: number, part: string, level: Line["level"], text: string): Line => ({
    at: Date.now() - ago,
    part,
    level,
    text,
  });
  return [
    line(9 * MINUTE, "database", "info", "2026-11-26 22:53:09 0 [Note] mariadbd: ready for connections."),
    line(8 * MINUTE, "web", "info", '10.0.0.7 "GET /shop/ HTTP/1.1" 200 51200 84 ms "Mozilla/5.0"'),
    line(7 * MINUTE, "web", "warning", "[php:warn] PHP Warning:  Undefined array key <b>“größe”</b>"),
    line(6 * MINUTE, "web", "error", `[php:error] PHP Fatal error:  Uncaught Error: ${"x".repeat(900)}`),
    line(5 * MINUTE, "web", "info", "متجر النور للعطور الشرقية والبخور الفاخر"),
  ];
}

/** How a shop fares whose web server is short of memory. */
export function vitals(): object {
  const share = (title: Title, used: number, limit: number) => ({ title, used, limit });
  return {
    answer: { millis: 84, at: Date.now() - 20 * SECOND },
    cpu: {
      shares: [share(DATABASE, 12, 1000), share(WORDPRESS, 240, 1000)],
      at: Date.now() - 90 * SECOND,
    },
    memory: {
      shares: [share(DATABASE, 96, 384), share(WORDPRESS, 634, 640)],
      at: Date.now() - 90 * SECOND,
    },
    restarts: { times: 1, last: Date.now() - 5 * HOUR },
    certificate_until: Date.now() + 68 * 24 * HOUR,
  };
}

/** A day of a shop that began anew once. */
export function day(): object {
  const every = (minutes: number, value: (hour: number) => number) =>
    Array.from({ length: (24 * 60) / minutes }, (_, n) => {
      const hour = (n * minutes) / 60;
      return [Date.now() - 24 * HOUR + hour * HOUR, value(hour)];
    });
  const wave = (hour: number) => 1 + Math.sin((hour / 24) * 2 * Math.PI);
  const restart = { at: Date.now() - 5 * HOUR, part: WORDPRESS, times: 1, reason: "OOMKilled" };
  return metrics(
    [
      {
        of: "answer",
        name: "",
        title: { en: "Shop", de: "Shop" },
        limit: null,
        points: every(3, (hour) => 60 + 40 * wave(hour)),
      },
      { of: "cpu", name: "database", title: DATABASE, limit: 1000, points: every(3, wave) },
      {
        of: "cpu",
        name: "web",
        title: WORDPRESS,
        limit: 1000,
        points: every(3, (hour) => 300 * wave(hour)).filter((_, n) => n < 300 || n > 340),
      },
      { of: "memory", name: "database", title: DATABASE, limit: 384, points: every(3, () => 96) },
      {
        of: "memory",
        name: "web",
        title: WORDPRESS,
        limit: 640,
        points: every(3, (hour) => 180 + 22 * hour),
      },
      {
        of: "disk",
        name: "database",
        title: { en: "database", de: "Datenbank" },
        limit: 2048,
        points: every(15, (hour) => 80 + hour),
      },
      {
        of: "disk",
        name: "uploads",
        title: { en: "uploads", de: "Uploads" },
        limit: 3072,
        points: every(15, (hour) => 2000 + 55 * hour),
      },
    ],
    [restart],
  );
}

function metrics(series: object[], restarts: object[] = []): object {
  return { since: Date.now() - 24 * HOUR, now: Date.now(), series, restarts, vitals: vitals() };
}
