// The screen of one thing that is not read yet, or cannot be.
import type { Loaded } from '../base/loading.ts';
import { href } from '../base/router.ts';
import { Card, Head } from './layout.tsx';
import { Shown } from './states.tsx';

interface NotReadProps<T> {
  readonly title: string;
  /** The screen that lists them, by its title; in small letters its address. */
  readonly list: string;
  readonly id: string;
  readonly loaded: Loaded<T>;
}

export function NotRead<T>({ title, list, id, loaded }: NotReadProps<T>) {
  return (
    <>
      <Head title={title} crumbs={[[list, href([list.toLowerCase()])], [id]]} />
      <Card>
        <Shown loaded={loaded} label={`the ${title.toLowerCase()}`}>
          {() => null}
        </Shown>
      </Card>
    </>
  );
}
