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
  let opened: OpenShadow | undefined;
  let release: () => void = () => undefined;
  let closed: Promise<void> | undefined;
  beforeAll(async () => {
    const choice = postgres === "pglite" ? "pglite" : server(postgres).url;
    await new Promise<void>((ready, failed) => {
      closed = withShadow({ choice }, async (shadow) => {
        opened = { shadow, base: await introspect(shadow.database) };
        ready();
        await new Promise<void>((released) => {
          release = released;
        });
      });
      closed.catch(failed);
    });
  });
  afterAll(async () => {
    release();
    await closed;
  });
  return () => {
    if (opened === undefined) throw new Error("the shadow is not open yet");
    return opened;
  };
}
