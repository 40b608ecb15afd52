import { z } from "zod";
import { DmError } from "../error.js";
import { Catalog } from "./catalog.js";
import type { Edge, Fact } from "./fact.js";
import { factId, type Identity } from "./identity.js";
import { isDefaultScope, type Scope } from "./scope.js";

/** Version of the snapshot file's shape; a reader refuses versions it does not know. */
const format = 1;

const identity: z.ZodType<Identity> = z.lazy(() =>
  z.object({
    kind: z.string(),
    schema: z.string().optional(),
    on: z.string().optional(),
    name: z.string().optional(),
    args: z.array(z.string()).optional(),
    of: identity.optional(),
  }),
) as z.ZodType<Identity>;

const texts = z.array(z.string());

/** A scope in a file. */
export const scopeShape: z.ZodType<Scope> = z.strictObject({
  schemas: z.exactOptional(texts),
  exclude: z.exactOptional(texts),
  kinds: z.exactOptional(texts),
  roles: z.exactOptional(z.union([z.literal(true), texts])),
  settings: z.exactOptional(z.literal(true)),
});

const snapshotFile = z.object({
  format: z.literal(format),
  major: z.number().int(),
  self: z.string(),
  fingerprint: z.string(),
  facts: z.array(
    z.object({
      identity,
      parent: z.number().int().optional(),
      position: z.number().optional(),
      noted: z.record(z.string(), z.unknown()).optional(),
      insists: z.array(z.string()).optional(),
      attributes: z.record(z.string(), z.unknown()),
      unmanaged: z.literal(true).optional(),
    }),
  ),
  scope: scopeShape.optional(),
  edges: z.array(
    z.tuple(
      [z.number().int(), z.number().int(), z.enum(["needs", "part", "owned", "inherits"])],
      z.union([z.number().int(), z.boolean()]),
    ),
  ),
  unmodelled: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      extension: z.string().optional(),
      definition: z.string().optional(),
    }),
  ),
});

/**
 * A catalog as text: one JSON document, a fact a line, sorted, so that two snapshots compare with any diff. What is not
 * managed is written as far as `around` says, for the managed part to stand on.
 */
export function writeSnapshot(catalog: Catalog, around: Catalog = catalog): string {
  const ids = [...new Set([...catalog.facts.keys(), ...around.facts.keys()])].sort();
  const index = new Map(ids.map((id, at) => [id, at]));
  const facts = ids.map((id) => {
    const fact = catalog.get(id) ?? around.get(id);
    return JSON.stringify({
      identity: fact?.identity,
      parent: fact?.parent === undefined ? undefined : index.get(fact.parent),
      position: fact?.position,
      noted: fact?.noted,
      insists: fact?.insists,
      attributes: fact?.attributes,
      unmanaged: catalog.has(id) ? undefined : true,
    });
  });
  const edges = [...new Set(around.edges())]
    .map(({ from, to, type, via, local }) =>
      JSON.stringify([
        index.get(from),
        index.get(to),
        type,
        ...(via === undefined ? [] : [index.get(via), local === true]),
      ]),
    )
    .sort();
  return [
    `{ "format": ${format}, "major": ${catalog.major}, "self": ${JSON.stringify(catalog.self)},`,
    `"fingerprint": "${catalog.fingerprint}",`,
    `"unmodelled": ${JSON.stringify(catalog.unmodelled)},`,
    ...(isDefaultScope(catalog.scope) ? [] : [`"scope": ${JSON.stringify(catalog.scope)},`]),
    `"facts": [\n${facts.join(",\n")}\n],`,
    `"edges": [\n${edges.join(",\n")}\n] }\n`,
  ].join("\n");
}

/**
 * The catalog that {@link writeSnapshot} wrote.
 * @throws DmError DM1301 when the text is no snapshot, DM1302 when its facts do not add up to its fingerprint.
 */
export function readSnapshot(text: string, file: string): Catalog {
  const parsed = snapshotFile.safeParse(parseJson(text, file));
  if (!parsed.success) throw notASnapshot(file, z.prettifyError(parsed.error).split("\n"));
  const { major, self, unmodelled } = parsed.data;
  const ids = parsed.data.facts.map((fact) => factId(fact.identity));
  const idAt = (at: number) => {
    const id = ids[at];
    if (id === undefined) throw notASnapshot(file, [`there is no fact ${at}`]);
    return id;
  };
  const facts = parsed.data.facts.map(
    ({ parent, position, unmanaged: _, ...fact }, at) =>
      ({
        ...fact,
        id: idAt(at),
        ...(parent === undefined ? {} : { parent: idAt(parent) }),
        ...(position === undefined ? {} : { position }),
      }) as Fact,
  );
  const edges = parsed.data.edges.map(
    ([from, to, type, via, local]): Edge => ({
      from: idAt(from),
      to: idAt(to),
      type,
      ...(typeof via === "number" ? { via: idAt(via), local: local === true } : {}),
    }),
  );
  const whole = new Catalog({ major, self, facts, edges, unmodelled });
  const isManaged = (_: unknown, at: number) => parsed.data.facts[at]?.unmanaged !== true;
  const { scope = {} } = parsed.data;
  const catalog = new Catalog({
    ...{ major, self, unmodelled, edges, scope, whole },
    facts: facts.filter(isManaged),
  });
  if (catalog.fingerprint !== parsed.data.fingerprint) {
    throw new DmError(
      "DM1302",
      "the snapshot was changed after it was taken: its fingerprint does not match",
      {
        at: file,
        next: ["take it again: dm snapshot SOURCE -o FILE"],
      },
    );
  }
  return catalog;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notASnapshot(file, [String(cause)]);
  }
}

function notASnapshot(file: string, details: readonly string[]): DmError {
  return new DmError("DM1301", "this is not a dm snapshot", {
    at: file,
    details,
    next: ["take one: dm snapshot SOURCE -o FILE"],
  });
}
