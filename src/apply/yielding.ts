/**
 * A deadlock ends the transaction that has waited for deadlock_timeout first (manual, Deadlocks): not the application's,
 * if this one gives up its turn before. It shortens the lock_timeout that is set.
 * @param most how long it may wait, in milliseconds.
 */
export function yielding(most = 2 ** 30): string {
  return `SELECT set_config('lock_timeout',
    least(nullif(l.setting::int, 0), d.setting::int / 2, ${most})::text, true)
  FROM pg_settings l, pg_settings d WHERE l.name = 'lock_timeout' AND d.name = 'deadlock_timeout'`;
}
