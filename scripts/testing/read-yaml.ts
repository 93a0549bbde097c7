// Reads YAML into plain values, with anchors and merge keys, through the parser inside prettier.
import { parsers } from 'prettier/plugins/yaml';

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly anchor?: { readonly value: string } | null;
  readonly children?: readonly (Node | null)[];
}

export type Yaml = string | number | boolean | null | Yaml[] | { [key: string]: Yaml };

/** The value of the first document; throws on what is not YAML. */
export async function readYaml(text: string): Promise<Yaml> {
  const root = (await parsers.yaml.parse(text, {} as never)) as Node;
  const body = child(child(root, 'document'), 'documentBody');
  return toValue(body?.children?.[0], new Map());
}

function child(node: Node | undefined, type: string): Node | undefined {
  return node?.children?.find((one): one is Node => one?.type === type);
}

function toValue(node: Node | null | undefined, anchors: Map<string, Yaml>): Yaml {
  if (!node) return null;
  const value = bare(node, anchors);
  if (node.anchor) anchors.set(node.anchor.value, value);
  return value;
}

function bare(node: Node, anchors: Map<string, Yaml>): Yaml {
  const children = node.children ?? [];
  switch (node.type) {
    case 'mapping':
    case 'flowMapping':
      return toMapping(children, anchors);
    case 'sequence':
    case 'flowSequence':
      return children.map((item) => toValue(item?.children?.[0], anchors));
    case 'alias':
      return demand(anchors, node.value ?? '');
    case 'plain':
      return toScalar(node.value ?? '');
    default:
      if (node.value === undefined) throw new Error(`cannot read YAML of type ${node.type}`);
      return node.value; // quoted, or a block of text
  }
}

function toMapping(items: readonly (Node | null)[], anchors: Map<string, Yaml>): Yaml {
  const mapping: { [key: string]: Yaml } = {};
  let merged: Yaml = {};
  for (const item of items) {
    const [keyNode, valueNode] = item?.children ?? [];
    const key = keyNode?.children?.[0]?.value ?? '';
    const value = toValue(valueNode?.children?.[0], anchors);
    if (key === '<<') merged = value;
    else if (key in mapping) throw new Error(`the key ${key} stands twice in one mapping`);
    else mapping[key] = value;
  }
  return { ...(merged as object), ...mapping };
}

function demand(anchors: Map<string, Yaml>, name: string): Yaml {
  const value = anchors.get(name);
  if (value === undefined) throw new Error(`no anchor is called ${name}`);
  return value;
}

/** The core schema of YAML 1.2, as far as compose files use it. */
function toScalar(text: string): Yaml {
  if (text === '' || text === '~' || text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^[-+]?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
