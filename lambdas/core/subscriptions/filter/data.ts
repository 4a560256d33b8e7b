// An event's data as content filters see it: the values at each path, with arrays flattened. Every value knows the
// array elements that it is in, so that conditions can be bound to one element.
import type { Leaf } from './leaf.ts';

/**
 * The elements that hold a value, from the outermost on: number of the array, index, number, index ...
 * Plain values of an array do not count as elements: they are several values of the array's own path.
 */
export type Place = readonly number[];

interface Field {
  readonly value: Leaf;
  readonly place: Place;
}

export interface DataNode {
  readonly fields: readonly Field[];
  readonly children: ReadonlyMap<string, DataNode>;
}

interface Building extends DataNode {
  readonly fields: Field[];
  readonly children: Map<string, Building>;
}

const NOWHERE: Place = [];

/** @param data parsed JSON, nested no deeper than the API accepts */
export function indexData(data: unknown): DataNode {
  const root: Building = { fields: [], children: new Map() };
  let arrays = 0;
  const add = (node: Building, value: unknown, place: Place): void => {
    if (Array.isArray(value)) {
      const array = arrays++;
      for (const [index, element] of value.entries()) {
        const hasParts = typeof element === 'object' && element !== null;
        add(node, element, hasParts ? [...place, array, index] : place);
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        let child = node.children.get(name);
        if (!child) {
          child = { fields: [], children: new Map() };
          node.children.set(name, child);
        }
        add(child, member, place);
      }
    } else if (isLeaf(value)) {
      node.fields.push({ value, place });
    }
  };
  add(root, data, NOWHERE);
  return root;
}

export function fieldsAt(root: DataNode, path: readonly string[]): readonly Field[] {
  let node: DataNode | undefined = root;
  for (const step of path) node = node?.children.get(step);
  return node?.fields ?? [];
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
