import { describe, expect, it } from "vitest";
import {
  type ConnectionParameters,
  inDatabase,
  isConnectionString,
  parseConnectionString,
  type Surroundings,
} from "../../src/database/connection-string.js";
import { maskPassword } from "../../src/database/password-mask.js";
import { DmError } from "../../src/error.js";

interface World {
  readonly env?: Surroundings["env"];
  readonly files?: Readonly<Record<string, string>>;
}

function parse(text: string, { env = {}, files = {} }: World = {}): ConnectionParameters {
  const read = (path: string) => files[path];
  return parseConnectionString(text, { env, home: "/home/ada", user: "ada", platform: "linux", read });
}

const local = {
  hosts: [{ port: 5432 }],
  user: "ada",
  database: "ada",
  passwordFile: "/home/ada/.pgpass",
  applicationName: "dm",
  connectTimeout: 30,
  mustBeWritable: false,
  channelBinding: true,
  tls: { mode: "prefer", isDirect: false },
};

const cases: [text: string, difference: object, world?: World][] = [
  ["postgres://", {}],
  ["postgresql://", {}],
  ["postgres://h", { hosts: [{ host: "h", port: 5432 }] }],
  ["postgres://h:6000", { hosts: [{ host: "h", port: 6000 }] }],
  ["postgres://h/d", { hosts: [{ host: "h", port: 5432 }], database: "d" }],
  ["postgres://u@h", { hosts: [{ host: "h", port: 5432 }], user: "u", database: "u" }],
  ["postgres://u:p@h/d", { hosts: [{ host: "h", port: 5432 }], user: "u", password: "p", database: "d" }],
  [
    "postgres://u%40x:p%2F%3A%25@h/d%20e",
    { hosts: [{ host: "h", port: 5432 }], user: "u@x", password: "p/:%", database: "d e" },
  ],
  ["postgres://u:p@q@h/d", { hosts: [{ host: "h", port: 5432 }], user: "u", password: "p@q", database: "d" }],
  ["postgres://[::1]:6000/d", { hosts: [{ host: "::1", port: 6000 }], database: "d" }],
  ["postgres:///d?host=/run/pg&port=6000", { hosts: [{ host: "/run/pg", port: 6000 }], database: "d" }],
  ["postgres://%2Frun%2Fpg/d", { hosts: [{ host: "/run/pg", port: 5432 }], database: "d" }],
  [
    "postgres://a:1,b:2,c/d",
    {
      hosts: [
        { host: "a", port: 1 },
        { host: "b", port: 2 },
        { host: "c", port: 5432 },
      ],
      database: "d",
    },
  ],
  [
    "postgres://h/d?user=u&password=p",
    { hosts: [{ host: "h", port: 5432 }], user: "u", password: "p", database: "d" },
  ],
  ["postgres:///?application_name=a%20b", { applicationName: "a b" }],
  [
    "postgres:///?options=-c%20search_path%3Dx&connect_timeout=5",
    { options: "-c search_path=x", connectTimeout: 5 },
  ],
  ["postgres:///?connect_timeout=0", { connectTimeout: 0 }],
  ["postgres:///?target_session_attrs=read-write", { mustBeWritable: true }],
  ["postgres:///?target_session_attrs=any", { mustBeWritable: false }],
  ["postgres:///?channel_binding=disable", { channelBinding: false }],
  ["postgres:///?sslmode=disable", { tls: { mode: "disable", isDirect: false } }],
  ["postgres:///?sslmode=verify-full", { tls: { mode: "verify-full", isDirect: false } }],
  ["postgres:///?ssl=true", { tls: { mode: "require", isDirect: false } }],
  [
    "postgres:///?sslrootcert=system",
    { tls: { mode: "verify-full", isDirect: false, rootCertificate: "system" } },
  ],
  [
    "postgres:///?sslmode=verify-ca&sslrootcert=/r&sslcert=/c&sslkey=/k",
    { tls: { mode: "verify-ca", isDirect: false, rootCertificate: "/r", certificate: "/c", key: "/k" } },
  ],
  ["postgres:///?sslmode=require&sslnegotiation=direct", { tls: { mode: "require", isDirect: true } }],
  ["host=h port=6000 dbname=d user=u", { hosts: [{ host: "h", port: 6000 }], user: "u", database: "d" }],
  ["host = h  dbname='d e\\'f\\\\'", { hosts: [{ host: "h", port: 5432 }], database: "d e'f\\" }],
  ["dbname=d password=a\\ b", { database: "d", password: "a b" }],
  ["dbname=d password=''", { database: "d" }],
  ["host=h hostaddr=10.0.0.1", { hosts: [{ host: "h", address: "10.0.0.1", port: 5432 }] }],
  [
    "host=a,b port=7",
    {
      hosts: [
        { host: "a", port: 7 },
        { host: "b", port: 7 },
      ],
    },
  ],
  [
    "postgres:///",
    {
      hosts: [{ host: "eh", port: 6001 }],
      user: "eu",
      password: "ep",
      database: "ed",
      passwordFile: "/ef",
      options: "-c a=b",
      connectTimeout: 7,
      applicationName: "ea",
      tls: { mode: "require", isDirect: false, rootCertificate: "/er" },
    },
    {
      env: {
        PGHOST: "eh",
        PGPORT: "6001",
        PGUSER: "eu",
        PGPASSWORD: "ep",
        PGDATABASE: "ed",
        PGPASSFILE: "/ef",
        PGOPTIONS: "-c a=b",
        PGCONNECT_TIMEOUT: "7",
        PGAPPNAME: "ea",
        PGSSLMODE: "require",
        PGSSLROOTCERT: "/er",
      },
    },
  ],
  [
    "postgres://u:p@h:1/d?sslmode=prefer",
    { hosts: [{ host: "h", port: 1 }], user: "u", password: "p", database: "d" },
    {
      env: {
        PGHOST: "eh",
        PGPORT: "6001",
        PGUSER: "eu",
        PGPASSWORD: "ep",
        PGDATABASE: "ed",
        PGSSLMODE: "require",
      },
    },
  ],
  [
    "service=clinic user=eve",
    { hosts: [{ host: "s", port: 6002 }], user: "eve", database: "c" },
    {
      files: {
        "/home/ada/.pg_service.conf":
          "# ours\n[other]\nhost=o\n\n[clinic]\nhost=s\nport=6002\ndbname=c\nuser=x\n",
      },
    },
  ],
  [
    "postgres:///",
    { hosts: [{ host: "s", port: 5432 }] },
    { env: { PGSERVICE: "clinic", PGSERVICEFILE: "/f" }, files: { "/f": "[clinic]\nhost=s" } },
  ],
];

describe("a connection string means what libpq says", () => {
  it.each(cases)("%s", (text, difference, world) => {
    expect(parse(text, world)).toEqual({ ...local, ...difference });
  });

  const refused: [text: string, message: RegExp][] = [
    ["postgres://h/d?sslmode=verify", /sslmode=verify does not exist/],
    ["postgres://h/d?sslmdoe=verify-full", /no connection parameter sslmdoe/],
    ["postgres://h/d?schema=public", /no connection parameter schema/],
    ["postgres://h:port/d", /port is not a port number/],
    ["postgres://h:70000/d", /70000 is not a port number/],
    ["postgres://u:100%@h/d", /%/],
    ["postgres://h/d?sslmode", /sslmode has no value/],
    ["postgres://h/d?connect_timeout=soon", /connect_timeout=soon/],
    ["postgres://h/d?sslrootcert=system&sslmode=require", /too weak for sslrootcert=system/],
    ["postgres://h/d?target_session_attrs=read-only", /target_session_attrs=read-only/],
    ["postgres://h/d?gssencmode=require", /GSSAPI/],
    ["host=h dbname='d", /neither a URI nor keyword=value/],
    ["host=h garbage", /neither a URI nor keyword=value/],
    ["service=nowhere", /no service nowhere/],
  ];
  it.each(refused)("%s is refused", (text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: "DM1101", next: expect.any(Array) }));
  });

  it.each([
    ["postgres://h/d", true],
    ["postgresql://h", true],
    ["host=h", true],
    ["dbname = d", true],
    ["pglite:dir", false],
    ["schema/", false],
    ["https://h/d", false],
    ["", false],
  ])("%s: %s", (text, expected) => {
    expect(isConnectionString(text)).toBe(expected);
  });
});

describe("a password is not shown", () => {
  const masked: [text: string, shown: string][] = [
    ["postgres://u:secret@h/d", "postgres://u:***@h/d"],
    ["postgres://u@h/d", "postgres://u@h/d"],
    ["postgres://h:5432/d", "postgres://h:5432/d"],
    ["postgres://u:secret@h:5432/d?sslmode=require", "postgres://u:***@h:5432/d?sslmode=require"],
    ["postgres://u:sec@ret@h/d", "postgres://u:***@h/d"],
    ["postgres://u:sec/ret@h/d", "postgres://u:***@h/d"],
    ["postgres://u:sec#ret@h/d", "postgres://u:***@h/d"],
    ["postgres://u:sec?ret@h/d", "postgres://u:***@h/d"],
    ["postgres://u:s:ecret@h/d", "postgres://u:***@h/d"],
    ["postgres://h/d?user=u&password=secret", "postgres://h/d?user=u&password=***"],
    ["postgres://h/d?p%61ssword=secret", "postgres://h/d?p%61ssword=***"],
    ["postgres://h/d?sslpassword=secret&sslmode=require", "postgres://h/d?sslpassword=***&sslmode=require"],
    ["postgres://h:5432/d?application_name=a@b", "postgres://h:5432/d?application_name=a@b"],
    ["mysql://u:secret@h/d", "mysql://u:***@h/d"],
    ["host=h password=secret user=u", "host=h password=*** user=u"],
    ["password = 'sec ret' host=h", "password = *** host=h"],
    ["password='sec\\'ret' host=h", "password=*** host=h"],
    ["password='secret", "password=***"],
    ["password=sec\\ ret host=h", "password=*** host=h"],
  ];
  it.each(masked)("%s", (text, shown) => {
    expect(maskPassword(text)).toBe(shown);
  });

  it.each([
    "postgres://u:hunter2%@h/d",
    "postgres://u:hunter2@h:port/d",
    "postgres://u:hunter2@h/d?nonsense=1",
    "postgres://h/d?password=hunter2&sslmode=x",
    "host=h password=hunter2 nonsense",
    "host=h password='hunter2",
    "password=hunter2 nonsense=1",
  ])("an error about %s is silent on it", (text) => {
    try {
      parse(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DmError);
      if (!(error instanceof DmError)) return;
      const said = [error.message, error.at, error.stack, ...error.details, ...error.next].join("\n");
      expect(said).not.toContain("hunter2");
    }
  });
});

describe("another database of the same server", () => {
  it.each([
    ["postgres://u:p@h:1/d?sslmode=require", "postgres://u:p@h:1/new?sslmode=require"],
    ["postgres://h", "postgres://h/new"],
    ["postgres://h?dbname=d&sslmode=require", "postgres://h/new?sslmode=require"],
    ["postgres:///d?host=/run/pg", "postgres:///new?host=/run/pg"],
    ["host=h dbname=d", "host=h dbname=d dbname='new'"],
  ])("%s", (text, expected) => {
    expect(inDatabase(text, "new")).toBe(expected);
    expect(parse(inDatabase(text, "a b'c/d"))).toEqual({ ...parse(text), database: "a b'c/d" });
  });
});
