import { afterAll, beforeAll } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.js";
import { type Shadow, withShadow } from "../../src/database/shadow.js";
import { introspect } from "../../src/introspect/introspect.js";
import { type Postgres, server } from "../support/databases.js";

export interface OpenShadow {
  readonly shadow: Shadow;
  /** Its empty state. */
  readonly base: Catalog;
}

/** One shadow for all tests of the enclosing block. */
export function openShadow(postgres: Postgres): () => OpenShadow {
  const open = openShadows();
  let opened: OpenShadow | undefined;
  beforeAll(async () => {
    opened = await open(postgres);
  });
  return () => {
    if (opened === undefined) throw new Error("the shadow is not open yet");
    return opened;
  };
}

/** Shadows for the tests of the enclosing block, each opened when it is first asked for. */
export function openShadows(): (postgres: Postgres) => Promise<OpenShadow> {
  const opened = new Map<Postgres, { ready: Promise<OpenShadow>; close: () => Promise<void> }>();
  afterAll(async () => {
    for (const { close } of opened.values()) await close();
  });
  return (postgres) => {
    const one = opened.get(postgres) ?? hold(postgres);
    opened.set(postgres, one);
    return one.ready;
  };
}

function hold(postgres: Postgres): { ready: Promise<OpenShadow>; close: () => Promise<void> } {
  const choice = postgres === "pglite" ? "pglite" : server(postgres).url;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let closed: Promise<void> = released;
  const ready = new Promise<OpenShadow>((resolve, reject) => {
    closed = withShadow({ choice }, async (shadow) => {
      resolve({ shadow, base: await introspect(shadow.database) });
      await released;
    });
    closed.catch(reject);
  });
  return {
    ready,
    close: () => {
      release();
      return closed;
    },
  };
}
