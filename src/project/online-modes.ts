/** `auto`: changes go around what would block large tables. `always`: all tables. `never`: every change is made at once. */
export const onlineModes = ["auto", "always", "never"] as const;
export type OnlineMode = (typeof onlineModes)[number];

/** `auto`: large tables, and the columns of such, keep their old name beside the new one. `online`: all. `direct`: none. */
export const renameModes = ["auto", "online", "direct"] as const;
export type RenameMode = (typeof renameModes)[number];
