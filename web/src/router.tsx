/** Addresses of the page. A link of the page changes the address without loading the document again. */
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

export const address = signal(location.pathname);
/** Text after `?`, for the views that keep something in it. */
export const query = signal(new URLSearchParams(location.search));

addEventListener('popstate', read);

function read(): void {
  address.value = location.pathname;
  query.value = new URLSearchParams(location.search);
}

export function go(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace === true) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  read();
  if (options.replace !== true) scrollTo(0, 0);
}

export function Link(props: {
  to: string;
  children: ComponentChildren;
  class?: string;
  title?: string;
  current?: boolean;
  /** Place in a list that is moved through with the arrow keys; `skip` leaves it out of the tab order. */
  index?: number;
  skip?: boolean;
}) {
  const onClick = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(props.to);
  };
  return (
    <a
      href={props.to}
      class={props.class}
      title={props.title}
      data-index={props.index}
      tabIndex={props.skip === true ? -1 : undefined}
      aria-current={props.current === true ? 'page' : undefined}
      onClick={onClick}
    >
      {props.children}
    </a>
  );
}
