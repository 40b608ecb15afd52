import type { Command } from "commander";
import type { Placement } from "../src/project/placement.js";

/** Gathers the values of an option that may be given again. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** The options that say where in the graph a new revision goes. */
export interface PlacementOptions {
  readonly head?: string;
  readonly label?: readonly string[];
  readonly dependsOn?: readonly string[];
}

export function declarePlacement(command: Command): Command {
  return command
    .option("--head <id>", "the revision to follow, where there are several heads; base begins another line")
    .option("--label <name>", "a name for the line of revisions that begins here; again for more", collect)
    .option(
      "--depends-on <id>",
      "a revision to be applied first without being the parent; again for more",
      collect,
    );
}

export function placementOf({ head, label, dependsOn }: PlacementOptions): Placement {
  return {
    ...(head === undefined ? {} : { head }),
    ...(label === undefined ? {} : { labels: label }),
    ...(dependsOn === undefined ? {} : { dependsOn }),
  };
}
