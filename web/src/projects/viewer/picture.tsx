/** The picture under the objects; while it loads its thumbnail stands in, and where it cannot be shown it is said why. */
import { useEffect, useState } from 'preact/hooks';
import type { Size, View } from '../../draw/view.ts';
import { useLoaded } from '../../loaded.ts';
import type { Image } from '../../shapes.ts';
import { pictureSource, thumbnailUrl } from './picture-source.ts';

export function Picture(props: { image: Image; picture: Size; view: View }) {
  const { image, picture, view } = props;
  const source = useLoaded((signal) => pictureSource(image, signal), `source ${image.id}`);
  const [state, setState] = useState<'loading' | 'shown' | 'broken'>('loading');
  useEffect(() => setState('loading'), [image.id]);
  const found = source.value;
  const place = {
    width: `${picture.width}px`,
    height: `${picture.height}px`,
    transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
    // Whoever looks that closely wants to see the pixels.
    imageRendering: view.scale > 2 ? 'pixelated' : 'auto',
  } as const;
  const frame = {
    left: `${view.x}px`,
    top: `${view.y}px`,
    width: `${picture.width * view.scale}px`,
    height: `${picture.height * view.scale}px`,
  };

  if (found?.kind === 'link') {
    return (
      <div class="stand-in" style={frame}>
        <p>
          The picture is a link to <b>{hostOf(found.link)}</b>. This page loads nothing from other servers.
        </p>
        <a href={found.link} target="_blank" rel="noopener noreferrer">
          Open the picture
        </a>
      </div>
    );
  }
  if (state === 'broken' || source.error !== undefined)
    return (
      <div class="stand-in" style={frame}>
        <Reason url={found?.kind === 'display' ? found.url : undefined} mime={image.mime} />
      </div>
    );
  return (
    <>
      {state === 'loading' && found !== undefined ? (
        <img class="early" src={thumbnailUrl(image.id, 640)} alt="" style={place} />
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

function hostOf(link: string): string {
  return URL.canParse(link) ? new URL(link).host || link : link;
}
