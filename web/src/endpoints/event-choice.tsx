// Which event types an endpoint gets: the catalogue as a tree, and patterns that are written by hand.
import { useState } from 'preact/hooks';
import type { EventType } from '../base/models.ts';
import { Button } from '../parts/button.tsx';
import { Check, Field } from '../parts/field.tsx';

interface TypesProps {
  readonly types: readonly EventType[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

/** The tree is of their first names. */
export function Types({ types, chosen, onChange }: TypesProps) {
  const [text, setText] = useState('');
  const [byHand, setByHand] = useState('');
  const toggle = (pattern: string) => {
    const others = new Set(chosen);
    if (!others.delete(pattern)) others.add(pattern);
    onChange(others);
  };
  const shown = types.filter(({ name, description }) =>
    `${name} ${description}`.toLowerCase().includes(text.toLowerCase()),
  );
  const groups = Map.groupBy(shown, ({ name }) => name.split('.')[0] ?? name);
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    if (byHand.trim() !== '') onChange(new Set([...chosen, byHand.trim()]));
    setByHand('');
  };
  const known = new Set(types.flatMap(({ name }) => [name, `${name.split('.')[0]}.*`]));
  const others = [...chosen].filter((pattern) => !known.has(pattern));
  return (
    <>
      {types.length > 8 && (
        <Field label="Find an event type" type="search" value={text} onInput={setText} />
      )}
      <ul class="tree">
        {[...groups].map(([group, some]) => (
          <li key={group}>
            <Check checked={chosen.has(`${group}.*`)} onChange={() => toggle(`${group}.*`)}>
              <code>{group}.*</code>
              <small>All of these, also types to come</small>
            </Check>
            <ul>
              {some.map(({ name, description }) => (
                <li key={name}>
                  <Check
                    checked={chosen.has(name) || chosen.has(`${group}.*`)}
                    onChange={() => toggle(name)}
                  >
                    <code>{name}</code>
                    <small>{description}</small>
                  </Check>
                </li>
              ))}
            </ul>
          </li>
        ))}
        {others.map((pattern) => (
          <li key={pattern}>
            <Check checked onChange={() => toggle(pattern)}>
              <code>{pattern}</code>
            </Check>
          </li>
        ))}
      </ul>
      <form class="row" onSubmit={add}>
        <Field
          label="A type or a pattern"
          quietLabel
          placeholder="A type or a pattern, such as dossier.*"
          value={byHand}
          onInput={setByHand}
        />
        <Button type="submit" icon="plus">
          Add
        </Button>
      </form>
      <p class="small muted">
        {chosen.size === 0
          ? 'None chosen: it gets every event.'
          : `${chosen.size} ${chosen.size === 1 ? 'pattern' : 'patterns'} chosen.`}
      </p>
    </>
  );
}
