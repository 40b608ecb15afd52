/** `auto`: changes go around what would block large tables. `always`: all tables. `never`: every change is made at once. */
export const onlineModes = ["auto", "always", "never"] as const;
export type OnlineMode = (typeof onlineModes)[number];
