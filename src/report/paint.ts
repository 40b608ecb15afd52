/** How a piece of text stands out. picocolors' colours are one; {@link plain} leaves everything as it is. */
export interface Paint {
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

const same = (text: string) => text;

export const plain: Paint = { green: same, red: same, yellow: same, cyan: same, bold: same, dim: same };
