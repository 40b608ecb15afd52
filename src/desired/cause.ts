import type { Refused } from "./batch.js";
import { as, relationName, strings } from "./tree.js";
import type { LoadUnit } from "./units.js";

/**
 * Of all that did not load, what a person should look at: the first statement that does not merely miss what
 * another of them would have made. Where they all wait for one another, the first.
 */
export function rootCause(refused: readonly Refused[]): Refused | undefined {
  const made = refused.map(({ unit }) => namesMadeBy(unit));
  const isConsequence = ({ message, unit }: Refused) =>
    made.some(
      (names, index) => refused[index]?.unit !== unit && names.some((name) => mentions(message, name)),
    );
  return refused.find((one) => !isConsequence(one)) ?? refused[0];
}

function mentions(message: string, name: string): boolean {
  const at = message.indexOf(name);
  if (at === -1) return false;
  const isWord = (character: string | undefined) =>
    character !== undefined && /[\p{L}\p{N}_$]/u.test(character);
  return !isWord(message[at - 1]) && !isWord(message[at + name.length]);
}

function namesMadeBy({ desired }: LoadUnit): string[] {
  const { tree, type } = desired.statement;
  const table = as(tree, "CreateStmt") ?? as(tree, "CreateForeignTableStmt")?.base;
  const lists = [
    as(tree, "CreateFunctionStmt")?.funcname,
    as(tree, "CreateEnumStmt")?.typeName,
    as(tree, "CreateRangeStmt")?.typeName,
    as(tree, "CreateDomainStmt")?.domainname,
    as(tree, "DefineStmt")?.defnames,
  ];
  const relation =
    table?.relation ??
    as(tree, "ViewStmt")?.view ??
    as(tree, "CreateTableAsStmt")?.into?.rel ??
    as(tree, "CreateSeqStmt")?.sequence ??
    as(tree, "CompositeTypeStmt")?.typevar;
  const columns = (as(tree, "AlterTableStmt")?.cmds ?? []).flatMap(
    (node) => as(as(node, "AlterTableCmd")?.def, "ColumnDef")?.colname ?? [],
  );
  const names = [
    relationName(relation)?.name,
    as(tree, "CreateSchemaStmt")?.schemaname,
    as(tree, "CreateExtensionStmt")?.extname,
    as(tree, "CreateForeignServerStmt")?.servername,
    as(tree, "CreateFdwStmt")?.fdwname,
    as(tree, "CreatePublicationStmt")?.pubname,
    as(tree, "CreateTrigStmt")?.trigname,
    as(tree, "CreatePolicyStmt")?.policy_name,
    type === "IndexStmt" ? as(tree, "IndexStmt")?.idxname : undefined,
    ...lists.map((list) => strings(list).at(-1)),
    ...columns,
  ];
  return names.flatMap((name) => name ?? []);
}
