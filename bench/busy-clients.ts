import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Application, Tally, Word } from "./busy-talk.js";

const processes = 2;

/** The processes of the load, each with connections of its own. */
export class Load {
  readonly #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  /** @param pause between two transactions of a connection, in milliseconds. */
  static async of(connections: number, pause: number): Promise<Load> {
    const own = String(Math.ceil(connections / processes));
    const children = Array.from({ length: processes }, (_, at) =>
      fork(path.join(import.meta.dirname, "run.js"), ["busy-load", String(at), own, String(pause)]),
    );
    await Promise.all(children.map(answered));
    return new Load(children);
  }

  start(url: string, rows: number, application: Application): Promise<unknown> {
    return this.#ask({ say: "start", url, rows, application });
  }

  begin(): Promise<unknown> {
    return this.#ask({ say: "begin" });
  }

  tell(): Promise<readonly Tally[]> {
    return this.#ask({ say: "tell" }) as Promise<readonly Tally[]>;
  }

  /** One process after the other, with both versions in use for a while. */
  async deploy(application: Application, apart: number): Promise<void> {
    for (const [at, child] of this.#children.entries()) {
      if (at > 0) await sleep(apart);
      await ask(child, { say: "deploy", application });
    }
  }

  end(): Promise<unknown> {
    return this.#ask({ say: "end" });
  }

  close(): void {
    for (const child of this.#children) child.disconnect();
  }

  #ask(word: Word): Promise<readonly unknown[]> {
    return Promise.all(this.#children.map((child) => ask(child, word)));
  }
}

function ask(child: ChildProcess, word: Word): Promise<unknown> {
  const answer = answered(child);
  child.send(word);
  return answer;
}

function answered(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const broken = (code: number | null) => reject(new Error(`a process of the load ended with ${code}`));
    child.once("exit", broken);
    child.once("message", (message) => {
      child.off("exit", broken);
      resolve(message);
    });
  });
}
