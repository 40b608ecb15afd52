/** Pairs that their suite calls the same because its tool looks away; PostgreSQL does not, and neither does dm. */
export const differAfterAll: Readonly<Record<string, string>> = {
  "136_DropUnnamedForeignKey": "b has no foreign key",
  "137_ModifyUnnamedForeignKey": "b's foreign key references another table",
  "408_IdentitySequenceOptionsIgnored": "b's identity has other sequence options",
  "481_ManageFunctionUnmatchedFunctionUntouched": "b has one function less",
  "484_ManageFunctionOtherSchemaUntouched": "b has one function less",
  "532_PartitionOfForValuesRange": "b has a partition more",
  "533_PartitionOfForValuesIn": "b has a partition more",
  "534_PartitionOfDefault": "b has a partition more",
};

const callSyntax =
  "PostgreSQL remembers and prints whether timezone() was called by name or as AT TIME ZONE (pg_node_tree, " +
  "funcformat); comparing what it prints, as dm does, tells the two apart and sets the expression once";

/** Pairs that mean the same and that dm tells apart. The plan between them is harmless, and the next one is empty. */
export const toldApart: Readonly<Record<string, string>> = {
  "156_AtTimeZoneCheckEquivalentToTimezoneFunction": callSyntax,
  "249_AtTimeZoneDefaultEquivalentToTimezoneFunction": callSyntax,
  "457_AtTimeZoneIndexEquivalentToTimezoneFunction": callSyntax,
};
