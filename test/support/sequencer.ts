import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Single files that take minutes begin first: begun last, they would keep one worker busy while the others are idle. */
const longest = ["test/corpus/", "test/property/", "test/e2e/"];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((part) => moduleId.includes(part));
      return at === -1 ? longest.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
