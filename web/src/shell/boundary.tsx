// A fault of the page itself takes one screen with it, not the page.
import { Component, type ComponentChildren } from 'preact';
import { asFault, type Fault } from '../base/faults.ts';
import { Failed } from '../parts/states.tsx';

interface Props {
  /** Another screen begins afresh. */
  readonly of: string;
  readonly children: ComponentChildren;
}

export class Boundary extends Component<Props, { fault?: Fault; of?: string }> {
  override componentDidCatch(error: unknown): void {
    this.setState({ fault: asFault(error), of: this.props.of });
  }

  override render({ of, children }: Props) {
    const { fault, of: failed } = this.state;
    if (fault !== undefined && failed === of)
      return <Failed fault={fault} retry={() => this.setState({ of: '' })} />;
    return children;
  }
}
