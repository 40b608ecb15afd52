import { version } from "../version.js";

/** Where `dm init` can write what a CI system runs. */
export const ciSystems = ["github", "gitlab"] as const;
export type CiSystem = (typeof ciSystems)[number];

const check = `npx --yes @dentamind/dm@${version} check --database pglite:.dm/none`;

const github = `name: dm
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0 # dm compares with the branch that this one left
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - run: ${check} --format github
      - if: always()
        run: ${check} --format markdown --output "$GITHUB_STEP_SUMMARY"
`;

const gitlab = `dm:
  image: node:22
  variables:
    GIT_DEPTH: 0 # dm compares with the branch that this one left
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - ${check} --format junit --output dm.xml
  artifacts:
    when: always
    reports:
      junit: dm.xml
`;

/** The file that makes a CI system run `dm check`, and its path below the repository's top. */
export const workflows: Readonly<Record<CiSystem, { readonly path: string; readonly text: string }>> = {
  github: { path: ".github/workflows/dm.yml", text: github },
  gitlab: { path: ".gitlab-ci.yml", text: gitlab },
};
