/** One frame of a video as a video file of its own, copied and not decoded: what decodes it is given nothing else. */
import {
  BufferTarget,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  type InputVideoTrack,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';

/** Of the length of the video: its first frame is often black. */
const WAY_IN = 0.1;

/** An MP4. Throws when the codec is not known, or there is no frame that stands for itself. */
export async function oneFrame(track: InputVideoTrack): Promise<Uint8Array> {
  const { codec } = track;
  const decoderConfig = await track.getDecoderConfig();
  if (codec === null || decoderConfig === null) throw new Error('its codec is not known');
  const sink = new EncodedPacketSink(track);
  const packet =
    (await sink.getKeyPacket((await track.computeDuration()) * WAY_IN)) ?? (await sink.getFirstKeyPacket());
  if (packet === null) throw new Error('it has no key frame');
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat(), target });
  const source = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(source, { rotation: track.rotation });
  await output.start();
  await source.add(packet.clone({ timestamp: 0 }), { decoderConfig });
  await output.finalize();
  if (target.buffer === null) throw new Error('the frame was not written');
  return new Uint8Array(target.buffer);
}
