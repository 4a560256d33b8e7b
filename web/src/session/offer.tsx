// A link with a session of somebody else, opened where one is there already: nobody is signed in as another by a click.
import { useEffect, useState } from 'preact/hooks';
import { asFault } from '../base/faults.ts';
import { dropToken, type Offer, takeOffer } from '../base/session.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Text } from '../parts/layout.tsx';
import { say } from '../parts/toasts.tsx';
import { nameOf, useWho, type Who, whoIs } from './who.ts';

/** Until somebody can be asked. */
let held: Offer | undefined;
let tell: ((offer: Offer) => void) | undefined;

/** For `takeTokens`. */
export function hold(offer: Offer): void {
  if (tell) tell(offer);
  else held = offer;
}

/** Whose tab this is. Where its session has ended, that of a link which was opened in it. */
export async function whoIsHere(): Promise<Who> {
  try {
    return await whoIs();
  } catch (error) {
    if (asFault(error).kind !== 'expired') throw error;
    dropToken();
    if (held === undefined) throw error;
    takeOffer(held);
    held = undefined;
    return whoIs();
  }
}

function follow(offer: Offer): void {
  takeOffer(offer);
  location.reload();
}

export function LinkOffer() {
  const mine = nameOf(useWho());
  const [asked, setAsked] = useState<{ readonly offer: Offer; readonly name: string }>();
  useEffect(() => {
    tell = async (offer) => {
      try {
        const name = nameOf(await whoIs(offer.token));
        if (name === mine) follow(offer);
        else setAsked({ offer, name });
      } catch (error) {
        say(`The link was not used: ${asFault(error).message}`);
      }
    };
    if (held) tell(held);
    held = undefined;
  }, [mine]);
  if (asked === undefined) return null;
  const leave = () => setAsked(undefined);
  return (
    <Dialog title="Sign in as somebody else?" onClose={leave}>
      <p>
        This link is for <Text>{asked.name}</Text>. You are signed in as <Text>{mine}</Text>.
      </p>
      <div class="row">
        <Button kind="primary" onClick={leave}>
          Stay as you are
        </Button>
        <Button onClick={() => follow(asked.offer)}>Use the link</Button>
      </div>
    </Dialog>
  );
}
