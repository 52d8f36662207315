import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** The first `count` lines that match; what comes after them is read and dropped, so that the program is not held up. */
export function lines(
  program: ChildProcess,
  output: NodeJS.ReadableStream | null,
  count: number,
  wanted = /./,
): Promise<string[]> {
  const found: string[] = [];
  const all: string[] = [];
  return new Promise((resolve, reject) => {
    if (!output) return reject(new Error("the program's output is not read"));
    program.on("error", reject);
    program.on("exit", (code) => reject(new Error(`ended with ${code}: ${all.join("\n")}`)));
    createInterface(output).on("line", (line) => {
      if (found.length === count) return;
      all.push(line);
      if (wanted.test(line)) found.push(line);
      if (found.length === count) resolve(found);
    });
  });
}
