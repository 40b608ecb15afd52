import type { AlterTableCmd, ColumnDef, Constraint, Node } from "libpg-query";
import { as, type QualifiedName, relationName } from "../desired/tree.js";

/** One command of an ALTER TABLE. */
export interface Alteration {
  readonly relation: QualifiedName | undefined;
  readonly command: AlterTableCmd;
  /** What it adds or describes. */
  readonly column?: ColumnDef;
  readonly constraint?: Constraint;
}

/** The commands of an ALTER TABLE; none of anything else. */
export function alterations(tree: Node): Alteration[] {
  const alter = as(tree, "AlterTableStmt");
  const relation = relationName(alter?.relation);
  return (alter?.cmds ?? []).flatMap((node): Alteration[] => {
    const command = as(node, "AlterTableCmd");
    if (command === undefined) return [];
    const column = as(command.def, "ColumnDef");
    const constraint = as(command.def, "Constraint");
    return [
      {
        relation,
        command,
        ...(column === undefined ? {} : { column }),
        ...(constraint === undefined ? {} : { constraint }),
      },
    ];
  });
}

/** The constraints written at a column. */
export function columnConstraints({ constraints }: Pick<ColumnDef, "constraints">): Constraint[] {
  return (constraints ?? []).flatMap((node) => as(node, "Constraint") ?? []);
}

/** Whether a list of options such as REINDEX (CONCURRENTLY) has one that is on. */
export function hasOption(options: readonly Node[] | undefined, name: string): boolean {
  const option = (options ?? [])
    .flatMap((node) => as(node, "DefElem") ?? [])
    .find((one) => one.defname === name);
  if (option === undefined) return false;
  const value = as(option.arg, "String")?.sval ?? as(option.arg, "Boolean")?.boolval;
  return value === undefined || (value !== false && !/^(off|false|no|0)$/i.test(String(value)));
}

/** The last name of an object in a DROP: `patient` of `app.patient`. */
export const dropped = (object: Node) => as(object, "List")?.items ?? [object];
