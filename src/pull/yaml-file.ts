import { Document, isScalar, Scalar, visit } from "yaml";
import type { SchemaDocument } from "../desired/yaml/document.js";

/** Lists up to this long stand on one line. */
const shortList = 80;

/** The document as text: SQL as a block that reads like a file, short lists on one line. */
export function yamlText(document: SchemaDocument): string {
  const yaml = new Document(document, { sortMapEntries: false });
  visit(yaml, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !isScalar(value) || typeof value.value !== "string") return;
      if (key.value === "sql") value.type = Scalar.BLOCK_LITERAL;
      else if (/[\r\n]/.test(value.value)) value.type = Scalar.QUOTE_DOUBLE;
      else if (key.value === "default" && isPlainNumber(value.value)) value.value = Number(value.value);
    },
    Seq(_, list) {
      const texts = list.items.map((item) => (isScalar(item) ? String(item.value) : undefined));
      if (texts.every((text) => text !== undefined && !/[\r\n]/.test(text))) {
        list.flow = texts.join(", ").length <= shortList;
      }
    },
  });
  return yaml.toString({ lineWidth: 0, flowCollectionPadding: false });
}

const isPlainNumber = (text: string) => /^-?\d+$/.test(text) && String(Number(text)) === text;
