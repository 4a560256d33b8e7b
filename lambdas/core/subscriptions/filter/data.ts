// An event's data as content filters see it: the values at each path, with arrays flattened. Every value knows the
// array elements that it is in, so that conditions can be bound to one element.
import type { Steps } from '../../steps.ts';
import { type Address, readAddress } from './address.ts';
import type { Leaf } from './leaf.ts';

/**
 * The innermost element of an array that holds a value. Plain values of an array do not count as elements: they are
 * several values of the array's own path.
 */
export interface Place {
  readonly around: Place | undefined;
  /** Of the path at which the array is, in segments. */
  readonly depth: number;
}

/** The place of what is in no array of objects. */
export const OUTSIDE: Place = { around: undefined, depth: 0 };

/** Reading an IPv6 address takes as long as so many comparisons. */
const ADDRESS_STEPS = 30;

export class Field {
  readonly value: Leaf;
  readonly place: Place;
  #address: Address | undefined | null = null;

  constructor(value: Leaf, place: Place) {
    this.value = value;
    this.place = place;
  }

  /** Read once, however many conditions ask for it. */
  address(steps: Steps): Address | undefined {
    if (this.#address === null) {
      steps.take(ADDRESS_STEPS);
      this.#address = typeof this.value === 'string' ? readAddress(this.value) : undefined;
    }
    return this.#address;
  }
}

export type FieldTest = (field: Field, steps: Steps) => boolean;

export interface DataNode {
  readonly fields: readonly Field[];
  readonly children: ReadonlyMap<string, DataNode>;
}

interface Building extends DataNode {
  readonly fields: Field[];
  readonly children: Map<string, Building>;
}

/** @param data parsed JSON, nested no deeper than the API accepts */
export function indexData(data: unknown): DataNode {
  const root: Building = { fields: [], children: new Map() };
  const add = (node: Building, value: unknown, place: Place, depth: number): void => {
    if (Array.isArray(value)) {
      for (const element of value) {
        const hasParts = typeof element === 'object' && element !== null;
        add(node, element, hasParts ? { around: place, depth } : place, depth);
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        let child = node.children.get(name);
        if (!child) {
          child = { fields: [], children: new Map() };
          node.children.set(name, child);
        }
        add(child, member, place, depth + 1);
      }
    } else if (isLeaf(value)) {
      node.fields.push(new Field(value, place));
    }
  };
  add(root, data, OUTSIDE, 0);
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
