/** The picture under the objects; while it loads its thumbnail stands in, and where it cannot be shown it is said why. */
import { useEffect, useState } from 'preact/hooks';
import type { Size, View } from '../../draw/view.ts';
import { useLoaded } from '../../loaded.ts';
import type { Image } from '../../shapes.ts';
import { pictureSource, thumbnailUrl } from './picture-source.ts';
import { frameStyle, pictureStyle } from './picture-style.ts';
import { LinkStandIn, StandIn } from './stand-in.tsx';

export function Picture(props: { image: Image; picture: Size; view: View }) {
  const { image, picture, view } = props;
  const source = useLoaded((signal) => pictureSource(image, signal), `source ${image.id}`);
  const [state, setState] = useState<'loading' | 'shown' | 'broken'>('loading');
  useEffect(() => setState('loading'), [image.id]);
  const found = source.value;
  const place = pictureStyle(picture, view);
  const frame = frameStyle(picture, view);

  if (found?.kind === 'link') return <LinkStandIn what="picture" link={found.link} frame={frame} />;
  if (state === 'broken' || source.error !== undefined)
    return (
      <StandIn frame={frame}>
        <Reason url={found?.kind === 'display' ? found.url : undefined} mime={image.mime} />
      </StandIn>
    );
  return (
    <>
      {state === 'loading' && found !== undefined ? (
        <img class="early" src={thumbnailUrl('images', image.id, 640)} alt="" style={place} />
      ) : null}
      {found === undefined ? null : (
        <img
          key={found.url}
          src={found.url}
          alt=""
          draggable={false}
          style={place}
          decoding="async"
          onLoad={() => setState('shown')}
          onError={() => setState('broken')}
        />
      )}
      {found?.why === undefined || state !== 'shown' ? null : <p class="why-shown">{found.why}</p>}
    </>
  );
}

/** An image element does not say why it is broken; the server does. */
function Reason(props: { url: string | undefined; mime: string | null }) {
  const { url } = props;
  const reason = useLoaded(async (signal) => {
    if (url === undefined) return undefined;
    const response = await fetch(url, { signal });
    const body = (await response.json()) as { details?: { message?: string } };
    return body.details?.message;
  }, url ?? '');
  return (
    <p>
      This picture cannot be shown{props.mime === null ? '' : ` (${props.mime})`}.
      {reason.value === undefined ? null : <small>{reason.value}</small>}
    </p>
  );
}
