import type { Catalog } from "../../catalog/catalog.js";
import { type Fact, isKind } from "../../catalog/fact.js";
import { kindOf } from "../../kinds/index.js";
import { routineHead } from "../../kinds/routine.js";
import type { StateRules } from "../rule.js";

/** Who may see and do what. */
export const securityRules: StateRules = {
  "definer-without-search-path": ({ catalog }) =>
    [...catalog.ofKind("function"), ...catalog.ofKind("procedure")].flatMap((routine) => {
      if (kindOf(routine.identity.kind).access?.(routine) !== "SECURITY DEFINER") return [];
      if (/^ SET search_path /m.test(routineHead(routine.attributes.definition))) return [];
      return [
        {
          fact: routine.id,
          message: `${routine.id} runs with its owner's rights and its caller's search_path: who calls it chooses what its names mean`,
          next: ["SET search_path = '' and qualified names; or SET search_path = app, pg_temp"],
        },
      ];
    }),

  "policy-without-row-security": ({ catalog }) =>
    catalog.ofKind("policy").flatMap((policy) => {
      if (policy.parent === undefined || hasRowSecurity(policy.parent, catalog)) return [];
      return [
        {
          fact: policy.id,
          message: `${policy.id} does nothing: row security of ${policy.parent} is off`,
          next: ["ALTER TABLE … ENABLE ROW LEVEL SECURITY"],
        },
      ];
    }),

  "row-security-without-policy": ({ catalog }) =>
    catalog.ofKind("row security").flatMap(({ id, parent, attributes }) => {
      if (!attributes.enabled || parent === undefined || catalog.childrenOfKind(parent, "policy").length > 0)
        return [];
      return [
        {
          fact: id,
          message: `row security of ${parent} is on and it has no policy: nobody but its owner sees a row`,
          next: ["CREATE POLICY, or DISABLE ROW LEVEL SECURITY"],
        },
      ];
    }),

  "view-bypasses-row-security": ({ catalog }) =>
    catalog.ofKind("view").flatMap((view) => {
      if (
        catalog.major < 15 ||
        view.attributes.options.some((one) => /^security_invoker=(true|on|yes|1)$/.test(one))
      )
        return [];
      const table = tableWithPolicies(view, catalog);
      if (table === undefined) return [];
      return [
        {
          fact: view.id,
          message: `${view.id} reads ${table.id} with its owner's rights: the policies do not count for who reads the view`,
          next: ["CREATE VIEW … WITH (security_invoker = true)"],
        },
      ];
    }),
};

function hasRowSecurity(table: Fact["id"], catalog: Catalog): boolean {
  return catalog.childrenOfKind(table, "row security").some(({ attributes }) => attributes.enabled);
}

function tableWithPolicies(view: Fact<"view">, catalog: Catalog): Fact | undefined {
  const read = catalog.dependencies(view.id).map(({ to }) => catalog.whole.get(to));
  const tables = read.flatMap((fact) => {
    if (isKind(fact, "table")) return [fact];
    const parent = isKind(fact, "column") ? catalog.whole.get(fact.parent) : undefined;
    return isKind(parent, "table") ? [parent] : [];
  });
  return tables.find(({ id }) => hasRowSecurity(id, catalog));
}
