/** How much a relation holds in the database that a plan is made for. */
export interface RelationSize {
  readonly rows: number;
  /** Nobody has counted: so many fit into it. */
  readonly isMost?: true;
  /** With its TOAST part, without its indexes. */
  readonly bytes: number;
  readonly indexBytes: number;
  /** A schema file says that it counts as large. */
  readonly isBusy?: true;
}

/** Sizes by a relation's quoted name, such as `app.patient`; nothing where no one knows. */
export type Sizes = (relation: string) => RelationSize | undefined;

/** From which size on a relation is large; reaching one of the two suffices. */
export interface Threshold {
  readonly rows: number;
  readonly bytes: number;
}

/** What nobody knows the size of counts as large. */
export function isLarge(size: RelationSize | undefined, { rows, bytes }: Threshold): boolean {
  return size?.isBusy === true || size === undefined || size.rows >= rows || size.bytes >= bytes;
}
