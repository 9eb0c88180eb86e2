/** The video under its figures, or why it cannot be shown. */
import { useEffect, useRef } from 'preact/hooks';
import type { Size, View } from '../../draw/view.ts';
import type { Video } from '../../shapes.ts';
import { frameStyle, pictureStyle } from '../viewer/picture-style.ts';
import { LinkStandIn, StandIn } from '../viewer/stand-in.tsx';
import type { Player } from './player.ts';

export function MovingPicture(props: { video: Video; player: Player; picture: Size; view: View }) {
  const { video, player, picture, view } = props;
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => (element.current === null ? undefined : player.attach(element.current)), [player]);
  const frame = frameStyle(picture, view);
  if (video.link !== null) return <LinkStandIn what="video" link={video.link} frame={frame} />;
  if (player.media.value === 'lost') {
    return (
      <StandIn frame={frame}>
        <p>Loading the video broke off. Reload the page to try again.</p>
      </StandIn>
    );
  }
  if (player.media.value === 'none') {
    return (
      <StandIn frame={frame}>
        <p>
          This browser cannot play the video (codec <b>{video.fileMeta.codecName ?? 'unknown'}</b>). Its
          objects and frames are here all the same.
        </p>
        <a href={`/files/videos/${video.id}`} download={video.name}>
          Download the video
        </a>
      </StandIn>
    );
  }
  return (
    <video
      ref={element}
      src={`/files/videos/${video.id}`}
      style={pictureStyle(picture, view)}
      preload="auto"
      muted
      playsInline
      tabIndex={-1}
    />
  );
}
