/** In the place of what cannot be shown: why, and what can be done. */
import type { ComponentChildren } from 'preact';
import type { frameStyle } from './picture-style.ts';

type Frame = ReturnType<typeof frameStyle>;

/** In the whole stage, or where `frame` says. */
export function StandIn(props: { children: ComponentChildren; frame?: Frame }) {
  return (
    <div class={props.frame === undefined ? 'stand-in whole' : 'stand-in'} style={props.frame} role="status">
      {props.children}
    </div>
  );
}

/** The bytes are on another server. `what` is its kind. */
export function LinkStandIn(props: { what: string; link: string; frame?: Frame }) {
  const { what, link, frame } = props;
  const host = URL.canParse(link) ? new URL(link).host || link : link;
  return (
    <StandIn {...(frame === undefined ? {} : { frame })}>
      <p>
        The {what} is a link to <b>{host}</b>. This page loads nothing from other servers.
      </p>
      <a href={link} target="_blank" rel="noopener noreferrer">
        Open the {what}
      </a>
    </StandIn>
  );
}

/** Reading has failed; the file itself may be fine. */
export function UnreadStandIn(props: { error: Error; download: string }) {
  return (
    <StandIn>
      <p>{props.error.message}</p>
      <a href={props.download} download>
        Download the file
      </a>
    </StandIn>
  );
}
