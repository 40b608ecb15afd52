/** What a line of a password file is matched against. */
export interface PasswordQuestion {
  readonly host: string | undefined;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * The password of the first line of a `.pgpass` that matches: `host:port:database:user:password`, each of the
 * first four may be `*`, and `\` escapes `:` and `\` (manual, libpq, The Password File).
 */
export function passwordFrom(
  file: string,
  { host, port, database, user }: PasswordQuestion,
): string | undefined {
  // libpq looks a server on the default Unix socket up as localhost.
  const question = [host ?? "localhost", String(port), database, user];
  for (const line of file.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = splitFields(line);
    const password = fields[4];
    if (password === undefined || password === "") continue;
    if (question.every((value, index) => fields[index] === "*" || unescaped(fields[index]) === value)) {
      return unescaped(password);
    }
  }
  return undefined;
}

/** Five fields; a colon inside the last one needs no escape. */
function splitFields(line: string): string[] {
  const fields: string[] = [];
  let field = "";
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === ":" && fields.length < 4) {
      fields.push(field);
      field = "";
    } else {
      field += character;
      if (character === "\\" && at + 1 < line.length) {
        at += 1;
        field += line.charAt(at);
      }
    }
  }
  return [...fields, field];
}

function unescaped(field = ""): string {
  return field.replace(/\\(.)/g, "$1");
}
